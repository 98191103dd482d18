-- Deposits and inboxes (spec/deposit.md).

-- The inbox's seed, wrapped for each of its holders by the statement `seq`.
create table inbox_wraps (
  space text not null references spaces (space),
  n bigint not null,
  account text not null,
  identity text not null,
  wrap bytea not null,
  primary key (space, n, account)
);
grant select, insert on inbox_wraps to ecrin_app;

-- What was given to the owners and managers of `record`, in that record or through a share of it.
-- Once it is settled, ciphertexts and wraps are gone; the row keeps what was signed.
create table deposits (
  deposit text primary key,
  hash text not null unique,
  record text not null references spaces (space),
  space text not null references spaces (space),
  author text not null references accounts (account),
  at bigint not null,
  statement text not null,
  metadata bytea,
  content bytea,
  settled text check (settled in ('accepted', 'refused'))
);
alter table deposits alter column content set storage external;
create index on deposits (record, at) where settled is null;
create index on deposits (author, space) where settled is null;
grant select, insert, update on deposits to ecrin_app;

create table deposit_wraps (
  deposit text not null references deposits (deposit),
  recipient text not null,
  wrap bytea not null,
  primary key (deposit, recipient)
);
grant select, insert, delete on deposit_wraps to ecrin_app;
