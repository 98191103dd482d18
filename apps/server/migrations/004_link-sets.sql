-- What a share links, in one piece (spec/share.md, Link set): it is made once and never changes.

alter table shares
  -- The revisions linked, in order; of shares in the earlier form too.
  add column revisions text[],
  -- Canonical JSON of authors and links, as signed, and the two boxes; absent in the earlier form.
  add column list text,
  add column secrets bytea,
  add column releases bytea,
  add constraint shares_link_set check (num_nulls(list, secrets, releases) in (0, 3));
-- Random texts and ciphertexts do not compress.
alter table shares alter column revisions set storage external;
alter table shares alter column list set storage external;
alter table shares alter column secrets set storage external;
alter table shares alter column releases set storage external;

update shares s set revisions = (
  select array_agg(l.revision order by l.position) from share_links l where l.share = s.share);
alter table shares alter column revisions set not null;

-- A list of links, each in a row of its own, is the earlier form: kept and read.
revoke insert on share_links, share_authors from ecrin_app;
