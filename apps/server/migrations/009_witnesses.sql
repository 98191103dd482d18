-- Cosignatures of witnesses under checkpoints (spec/witness.md). Nothing of the journal depends on them.

-- The lines that witnesses gave, each checked before it came here.
create table cosignatures (
  size bigint not null check (size > 0),
  witness text not null,
  key text not null,
  -- As it stands under the note, with its line feed.
  line text not null,
  at bigint not null,
  primary key (size, witness, key, at)
);
create trigger cosignatures_stay before update or delete or truncate on cosignatures
  for each statement execute function refuse_change();
alter table cosignatures enable always trigger cosignatures_stay;
grant select, insert on cosignatures to ecrin_app;

-- How asking each of them stands.
create table witnesses (
  witness text not null,
  key text not null,
  state text not null check (state in ('waiting', 'cosigned', 'ahead', 'refuses')),
  -- Leaves under the last checkpoint that it cosigned, or says it has seen.
  size bigint not null,
  at bigint,
  tries int not null default 0,
  next_at bigint not null,
  error text,
  primary key (witness, key)
);
grant select, insert, update on witnesses to ecrin_app;
