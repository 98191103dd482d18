-- Logs that ended with entries lost, and the one in force (spec/succession.md).
create table log_successions (
  seq bigint primary key check (seq >= 1),
  -- First key of the log that ended, and its key statements as a JSON list.
  first text not null,
  keys text not null,
  statement text not null,
  -- Its last checkpoint, as it was signed.
  checkpoint text not null,
  -- How many leaves it left: where the entry of the succession stands.
  kept bigint not null check (kept >= 0),
  -- First key of the log that follows.
  next text not null unique
);
create trigger log_successions_stay before update or delete or truncate on log_successions
  for each statement execute function refuse_change();
alter table log_successions enable always trigger log_successions_stay;
grant select, insert on log_successions to ecrin_app;

-- Of which log a key is: as many had ended when it came into force.
alter table log_keys add era bigint not null default 0;
alter table log_keys drop constraint log_keys_pkey;
alter table log_keys add primary key (era, seq);
