-- The handshake and its guests (spec/handshake.md).

-- A guest has no kit: nobody signs in to what lives in one memory only.
alter table accounts alter column kit_key drop not null;

create table rendezvous (
  rendezvous text primary key,
  code text not null unique,
  host text not null references accounts (account),
  commitment text not null,
  until bigint not null,
  made_at bigint not null,
  -- Until when somebody may join.
  closes bigint not null,
  joiner text references accounts (account),
  joiner_identity text,
  joiner_nonce text,
  refused int not null default 0,
  nonce text,
  host_name text,
  joiner_name text,
  expires bigint not null
);
create index on rendezvous (host, made_at);
create index on rendezvous (expires);
grant select, insert, update, delete on rendezvous to ecrin_app;

-- Accounts that live until tonight, one for each rendezvous.
create table guests (
  account text primary key references accounts (account),
  rendezvous text not null unique,
  host text not null references accounts (account),
  until bigint not null
);
grant select, insert on guests to ecrin_app;
