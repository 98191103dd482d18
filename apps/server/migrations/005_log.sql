-- The tree over the journal's leaves, its checkpoints, and the keys of its tags (spec/log.md).

-- Which key of the chain of tags is in force. What 0.1.0 wrote is epoch 0.
alter table journal_head add epoch bigint not null default 0;
update journal_head set epoch = 1 where size = 0;

-- Roots over 256^level leaves; level 0 is journal_leaves. Tiles are rows of these.
create table log_hashes (
  level int not null check (level between 1 and 6),
  index bigint not null check (index >= 0),
  hash bytea not null check (length(hash) = 32),
  primary key (level, index)
);

-- What was signed, as it was handed out.
create table log_checkpoints (
  size bigint primary key,
  root bytea not null check (length(root) = 32),
  at bigint not null,
  note text not null
);

-- Stretches of the chain of tags that are closed; the closing entry is the last leaf of each.
create table log_epochs (
  epoch bigint primary key,
  first bigint not null,
  past bigint not null check (past > first),
  start bytea not null check (length(start) = 32)
);

-- Keys of closed epochs that have been anchored, for everybody.
create table log_epoch_keys (
  epoch bigint primary key references log_epochs (epoch),
  key bytea not null check (length(key) = 32),
  at bigint not null
);

-- Keys of the log after its first, each signed in by the one before it.
create table log_keys (
  seq bigint primary key check (seq >= 1),
  key text not null,
  statement text not null
);

do $$
declare
  name text;
begin
  foreach name in array array['log_hashes', 'log_checkpoints', 'log_epochs', 'log_epoch_keys', 'log_keys'] loop
    execute format('create trigger %I before update or delete or truncate on %I
      for each statement execute function refuse_change()', name || '_stay', name);
    -- ALWAYS: a plain trigger is skipped where session_replication_role is replica.
    execute format('alter table %I enable always trigger %I', name, name || '_stay');
    execute format('grant select, insert on %I to ecrin_app', name);
  end loop;
end $$;

-- Erasing an entry takes its opening and what its act is known by; leaf and tag stay.
grant select, delete on journal_done to ecrin_eraser;
grant select on journal_leaves to ecrin_eraser;
