-- Who may follow whose chain (spec/http.md, Whose chain).

-- The identities of each account, by their hash, as contact codes carry them.
create table account_identities (
  account text not null references accounts (account),
  hash text not null,
  primary key (account, hash)
);
grant select, insert on account_identities to ecrin_app;

-- Everybody a space's chain has ever named. Looked up by space first and never by account alone:
-- how many spaces somebody is in must not show in the time of an answer.
create table space_accounts (
  space text not null references spaces (space),
  account text not null references accounts (account),
  primary key (space, account)
);
grant select, insert on space_accounts to ecrin_app;

create unique index on account_statements (account, hash);

-- What the chains have said until now. The payload is the second part of a statement.
create function from_base64url(text) returns bytea language sql immutable as $$
  select decode(rpad(translate($1, '-_', '+/'), (4 * ceil(length($1) / 4.0))::int, '='), 'base64')
$$;
create function payload_of(text) returns jsonb language sql immutable as $$
  select convert_from(from_base64url(split_part($1, '.', 2)), 'UTF8')::jsonb
$$;

-- spec/encoding.md, Context: five parts, "ecrin-1", "identity", account, verification key, sealing key.
insert into account_identities (account, hash)
select account, rtrim(translate(encode(sha256(
    '\x00000005'::bytea
    || '\x00000007'::bytea || 'ecrin-1'::bytea
    || '\x00000008'::bytea || 'identity'::bytea
    || '\x00000016'::bytea || convert_to(account, 'UTF8')
    || '\x00000020'::bytea || from_base64url(fact #>> '{identity,sign}')
    || '\x000004c0'::bytea || from_base64url(fact #>> '{identity,seal}')
  ), 'base64'), '+/', '-_'), '=')
from (select account, payload_of(statement) as fact from account_statements) as stated
where fact ? 'identity'
on conflict do nothing;

insert into space_accounts (space, account)
select distinct named.space, named.account from (
  select space, jsonb_path_query(payload_of(statement), '$.**.account') #>> '{}' as account
  from space_statements
  union
  select space, payload_of(statement) ->> 'recipient' from space_statements
) as named
join accounts a on a.account = named.account;

drop function payload_of(text);
drop function from_base64url(text);
