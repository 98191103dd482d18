-- What a time stamp was checked under, and whether it was a demonstration's: the sources of today may
-- be others than those that anchored (spec/anchor.md).

-- DER of the root that a token led to; absent for those of before, which were the configured ones.
alter table anchors add root bytea;
alter table anchored_checkpoints add demonstration boolean not null default false;
-- `npm run demo:anchors` has called its authority so from the beginning.
update anchored_checkpoints set demonstration = true where size in
  (select size from anchors where kind = 'rfc3161' and source = 'demonstration');
