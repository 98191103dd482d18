-- New devices that ask to be let in by another (spec/device-approval.md). Public halves, a
-- commitment and a wrap: nothing here opens anything. Unlogged: a crash of the database costs
-- whoever is at it a second try.
create unlogged table device_approvals (
  approval text primary key,
  -- Nine digits, computed from the id.
  number text not null unique,
  device text not null,
  key text not null,
  seal text not null,
  commitment text not null,
  expires bigint not null,
  -- Who answered, the first alone, and from which device.
  account text,
  answered_by text,
  identity text,
  answer_nonce text,
  -- What the new device reveals after that.
  nonce text,
  -- The account key for the new device, once the codes were equal.
  wrap text,
  ended boolean not null default false
);
create index on device_approvals (expires);
grant select, insert, update, delete on device_approvals to ecrin_app;
