-- Who came and went, what was refused and what was changed of the service (spec/journal.md, Security
-- log): for those who run it, apart from what happened to records, and for a year only.
create table security_log (
  line bigint generated always as identity primary key,
  at bigint not null,
  kind text not null check (kind in ('sign-in', 'sign-out', 'refusal', 'configuration')),
  account text,
  device text,
  -- The route and the stable code of a refusal, or what was changed.
  what text
);
create index on security_log (at);
create index on security_log (account, line) where account is not null;
create trigger security_log_stays before update or truncate on security_log
  for each statement execute function refuse_change();
alter table security_log enable always trigger security_log_stays;
grant select, insert, delete on security_log to ecrin_app;
