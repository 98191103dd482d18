-- Anchors of checkpoints (spec/anchor.md). What is here can be made again from the outside, or is
-- evidence that anybody checks; nothing of the journal depends on it.

-- Checkpoints that were due.
create table anchored_checkpoints (
  size bigint primary key check (size > 0),
  -- The text that was anchored, without signatures.
  text text not null,
  -- The signed note, as it was then.
  note text not null,
  due_at bigint not null
);
grant select, insert on anchored_checkpoints to ecrin_app;

-- Each of them at each source.
create table anchors (
  size bigint not null references anchored_checkpoints (size),
  kind text not null check (kind in ('rfc3161', 'ots')),
  source text not null,
  state text not null check (state in ('waiting', 'pending', 'stamped', 'confirmed')),
  -- An RFC 3161 token, or an OpenTimestamps proof.
  proof bytea,
  -- Revocation lists kept with a token, one after the other with their lengths; or a block's header.
  beside bytea,
  authority text,
  at bigint,
  height bigint,
  block text,
  tries int not null default 0,
  next_at bigint not null,
  error text,
  primary key (size, kind, source)
);
create index on anchors (next_at) where state in ('waiting', 'pending');
grant select, insert, update on anchors to ecrin_app;
