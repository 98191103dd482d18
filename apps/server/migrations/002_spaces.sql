-- Spaces, their revisions, shares, uploads and invitations (spec/space.md, revision.md, share.md).

-- The head of each chain and of its revision tree. Everything else a chain says is
-- reduced from its statements; these columns are what lists and comparisons need.
create table spaces (
  space text primary key,
  kind text not null check (kind in ('record', 'share')),
  owner text not null references accounts (account),
  made_at bigint not null,
  head_seq bigint not null,
  head_hash text not null,
  -- Nothing more is handed out: closed, or ended in the space it was made from.
  closed boolean not null default false,
  tree_size bigint not null default 0,
  tree_root text not null,
  tree_frontier bytea not null default ''
);
grant select, insert, update on spaces to ecrin_app;

create table space_statements (
  space text not null references spaces (space),
  seq bigint not null,
  hash text not null,
  statement text not null,
  primary key (space, seq)
);
grant select, insert on space_statements to ecrin_app;

-- Who is in which space now, for lists; rights are read from the chain.
create table space_members (
  space text not null references spaces (space),
  account text not null references accounts (account),
  role text not null,
  until bigint,
  -- Whether the journal says that the date has passed.
  expired boolean not null default false,
  primary key (space, account)
);
create index on space_members (account);
create index on space_members (until) where until is not null and not expired;
grant select, insert, update, delete on space_members to ecrin_app;

-- Wraps as the statement `seq` committed to them; the server's own has recipient 'server'.
create table space_wraps (
  space text not null references spaces (space),
  epoch bigint not null,
  seq bigint not null,
  secret text not null check (secret in ('release', 'space')),
  recipient text not null,
  identity text not null,
  hash text not null,
  wrap bytea not null,
  primary key (space, epoch, seq, secret, recipient)
);
alter table space_wraps alter column wrap set storage external;
grant select, insert on space_wraps to ecrin_app;

create table revisions (
  space text not null references spaces (space),
  index bigint not null check (index >= 0),
  revision text not null,
  item text not null,
  op text not null check (op in ('create', 'correct', 'delete')),
  epoch bigint not null,
  hash text not null,
  statement text not null,
  wrap_epoch bigint not null,
  wrap bytea,
  rewrap text,
  metadata bytea,
  primary key (space, index),
  unique (space, revision)
);
create index on revisions (space, item);
alter table revisions alter column metadata set storage external;
grant select, insert on revisions to ecrin_app;

-- Resumable uploads. A finished one is a blob; `named` once a revision names it, and from then on it stays.
create table uploads (
  upload text primary key,
  account text not null references accounts (account),
  length bigint not null check (length > 0),
  moved_at bigint not null,
  named boolean not null default false
);
create index on uploads (account) where not named;
create index on uploads (moved_at) where not named;
grant select, insert, update, delete on uploads to ecrin_app;

-- Ciphertexts: small ones here, others in the blob of an upload. Absent where an application keeps them.
create table revision_contents (
  space text not null,
  index bigint not null,
  length bigint not null,
  -- SHA-256 of each segment, one after the other.
  digests bytea not null,
  content bytea,
  upload text unique references uploads (upload),
  primary key (space, index),
  foreign key (space, index) references revisions (space, index),
  check ((content is null) <> (upload is null))
);
-- Ciphertext does not compress; the smallest size, 4,152 bytes, stays in its row.
alter table revision_contents alter column content set storage external;
alter table revision_contents alter column digests set storage external;
alter table revision_contents set (toast_tuple_target = 8160);
grant select, insert on revision_contents to ecrin_app;

create table shares (
  share text primary key references spaces (space),
  source text not null references spaces (space),
  recipient text not null references accounts (account),
  until bigint not null,
  about bytea not null,
  expired boolean not null default false
);
create index on shares (source);
create index on shares (until) where not expired;
grant select, insert, update on shares to ecrin_app;

-- The authors of what a share links, each once: their identity and their device's certificate.
create table share_authors (
  share text not null references shares (share),
  author int not null,
  body text not null,
  primary key (share, author)
);
grant select, insert on share_authors to ecrin_app;

-- What a link adds to the revision it names, in the order its maker signed.
create table share_links (
  share text not null references shares (share),
  position int not null,
  revision text not null,
  author int not null,
  secret bytea not null,
  release bytea not null,
  primary key (share, position),
  unique (share, revision),
  foreign key (share, author) references share_authors (share, author)
);
grant select, insert on share_links to ecrin_app;

-- To an address, known as its keyed hash: the row is the same whether somebody has it or not.
create table invitations (
  invitation text primary key,
  sender text not null references accounts (account),
  address bytea not null check (length(address) = 32),
  at bigint not null,
  acceptance text,
  accepted_by text references accounts (account)
);
create index on invitations (sender);
create index on invitations (address);
grant select, insert, update on invitations to ecrin_app;
