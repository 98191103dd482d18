-- Second factors (spec/second-factor.md): codes of an authenticator app, and passkeys.

create table account_totp (
  account text primary key references accounts (account),
  -- Sealed under a key that lies outside the database.
  secret bytea not null,
  confirmed boolean not null default false,
  -- The last step of 30 seconds whose code was taken: none of before is taken again.
  last_step bigint not null default 0,
  at bigint not null
);
grant select, insert, update, delete on account_totp to ecrin_app;

create table account_passkeys (
  passkey text primary key,
  account text not null references accounts (account),
  public_key bytea not null,
  counter bigint not null,
  -- Whether a sign-in asks for it; else it is a way back only.
  asked boolean not null,
  slot text,
  at bigint not null
);
create index on account_passkeys (account);
grant select, insert, update, delete on account_passkeys to ecrin_app;

alter table sign_ins drop constraint sign_ins_way_check;
alter table sign_ins add constraint sign_ins_way_check
  check (way in ('password', 'kit', 'factor', 'passkey'));
