-- Sessions without a device that were given before this end: whoever has the secrets of before is out.
alter table accounts add column sessions_since bigint not null default 0;

-- A sign-in whose id was made up by whoever showed a device or the kit before the password.
alter table sign_ins drop constraint sign_ins_way_check;
alter table sign_ins add constraint sign_ins_way_check
  check (way in ('password', 'known', 'kit', 'factor', 'passkey'));
