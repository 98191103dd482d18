-- The journal (spec/journal.md) and the accounts (spec/keys.md, spec/http.md).
-- Everything belongs to ecrin_owner, which cannot log in; the service is ecrin_app.

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is only added to' using errcode = 'insufficient_privilege';
end $$;

-- One row: how many leaves there are, the tag of the last, and a count of the writes. Locking it
-- orders every write; the count tells a process whether it was alone since it last looked.
create table journal_head (
  one boolean primary key default true check (one),
  size bigint not null,
  tag bytea not null,
  turn bigint not null default 0
);
insert into journal_head (size, tag) values (0, decode(repeat('00', 32), 'hex'));
grant select, update on journal_head to ecrin_app;

create table journal_leaves (
  index bigint primary key check (index >= 0),
  commitment bytea not null check (length(commitment) = 32),
  leaf bytea not null check (length(leaf) = 32),
  tag bytea not null check (length(tag) = 32)
);
create trigger journal_leaves_stay before update or delete or truncate on journal_leaves
  for each statement execute function refuse_change();
-- ALWAYS: a plain trigger is skipped where session_replication_role is replica.
alter table journal_leaves enable always trigger journal_leaves_stay;
grant select, insert on journal_leaves to ecrin_app;

-- What a leaf commits to. Deleting a row erases; the leaf stays.
create table journal_openings (
  index bigint primary key,
  subject text not null,
  n bigint not null,
  at bigint not null,
  salt bytea not null check (length(salt) = 32),
  entry text not null,
  statement text,
  unique (subject, n)
);
create trigger journal_openings_stay before update or truncate on journal_openings
  for each statement execute function refuse_change();
alter table journal_openings enable always trigger journal_openings_stay;
grant select, insert on journal_openings to ecrin_app;
grant select, delete on journal_openings to ecrin_eraser;

-- Every id that has a journal: of an account or of a space, never of both.
create table subjects (subject text primary key);
grant select, insert on subjects to ecrin_app;

-- The last entry of each subject.
create table journal_subjects (
  subject text primary key,
  n bigint not null,
  hash bytea not null check (length(hash) = 32)
);
grant select, insert, update on journal_subjects to ecrin_app;

-- Signed acts already done, so that the same act again gives the same answer and no second entry.
create table journal_done (
  act bytea primary key check (length(act) = 32),
  first bigint not null,
  entries int not null
);
grant select, insert on journal_done to ecrin_app;

-- Which log key signs for this database: a server with other keys must not write here.
create table ground (
  one boolean primary key default true check (one),
  log_key text not null
);
grant select, insert on ground to ecrin_app;

create table accounts (
  account text primary key,
  made_at bigint not null,
  sign_up bytea not null,
  head_seq bigint not null,
  head_hash text not null,
  kit_key text not null,
  keyring_version bigint not null,
  keyring_box bytea not null
);
grant select, insert, update on accounts to ecrin_app;

create table account_statements (
  account text not null references accounts (account),
  seq bigint not null,
  hash text not null,
  statement text not null,
  primary key (account, seq)
);
grant select, insert on account_statements to ecrin_app;

create table account_devices (
  account text not null references accounts (account),
  device text not null,
  since bigint not null,
  until bigint,
  primary key (account, device)
);
grant select, insert, update on account_devices to ecrin_app;

-- The sealed slots as their owner made them; the chain lists their keys.
create table account_slots (
  account text not null references accounts (account),
  slot text not null,
  position int not null,
  body text not null,
  primary key (account, slot)
);
grant select, insert, update, delete on account_slots to ecrin_app;

-- OPAQUE records: the current one, and the one before it until its owner settles a change.
create table account_passwords (
  account text not null references accounts (account),
  generation text not null check (generation in ('current', 'previous')),
  record text not null,
  slot text not null,
  primary key (account, generation)
);
grant select, insert, update, delete on account_passwords to ecrin_app;

-- An address is a keyed hash and a wrap to a key that lies outside the database. Of several
-- claims the first counts; the others are written all the same, so that nothing tells them apart.
create table account_addresses (
  claim bigint generated always as identity primary key,
  address bytea not null check (length(address) = 32),
  account text not null references accounts (account),
  wrap bytea not null
);
create index on account_addresses (address, claim);
create index on account_addresses (account);
grant select, insert on account_addresses to ecrin_app;

-- Attempts between start and finish. Unlogged: a crash of the database costs whoever is signing in
-- a second try, and every attempt is spared a write to disk.
create unlogged table sign_ins (
  sign_in text primary key,
  account text not null,
  way text not null check (way in ('password', 'kit')),
  state text not null,
  expires bigint not null
);
create index on sign_ins (expires);
grant select, insert, delete on sign_ins to ecrin_app;

-- Recovery by the kit alone: who asked when. The wait is computed, never stored.
create table recoveries (
  account text primary key references accounts (account),
  asked_at bigint not null
);
grant select, insert, update, delete on recoveries to ecrin_app;

create table notices (
  notice bigint generated always as identity primary key,
  account text not null references accounts (account),
  kind text not null,
  at bigint not null
);
create index on notices (account, notice);
grant select, insert on notices to ecrin_app;

-- Sessions ended before their time.
create table ended_sessions (
  session text primary key,
  expires bigint not null
);
create index on ended_sessions (expires);
grant select, insert, delete on ended_sessions to ecrin_app;

-- The device that a session of the kit has enrolled, and lives by from then on.
create table session_devices (
  session text primary key,
  device text not null,
  expires bigint not null
);
create index on session_devices (expires);
grant select, insert, delete on session_devices to ecrin_app;

-- Proofs seen in the last minutes. Unlogged: after a crash of the database at most five
-- minutes of proofs could come again, each for the very request it was made for.
create unlogged table proofs (
  proof bytea primary key,
  expires bigint not null
);
create index on proofs (expires);
grant select, insert, delete on proofs to ecrin_app;
