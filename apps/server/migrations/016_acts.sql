-- Who acted where, for "what I did" (spec/live.md, Acts). Filled from the journal beside the writes,
-- never by them; all of it can be made again.
create table acts (
  account text not null,
  index bigint not null,
  primary key (account, index)
);
grant select, insert on acts to ecrin_app;
-- Of an entry that is erased nothing stays that says whose it was.
grant select, delete on acts to ecrin_eraser;

-- How far the journal has been looked through for it.
create table acts_indexed (
  one boolean primary key default true check (one),
  past bigint not null
);
insert into acts_indexed (past) values (0);
grant select, update on acts_indexed to ecrin_app;
