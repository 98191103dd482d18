// What a superuser may do to the journal and its log, each in SQL, and what the operator's check calls it.

/** A superuser switches everything off that stands in the way. */
export const OFF = [
  "journal_leaves",
  "journal_openings",
  "log_hashes",
  "log_checkpoints",
  "log_epochs",
  "log_epoch_keys",
  "log_successions",
]
  .map((table) => `alter table ${table} disable trigger all;\n`)
  .join("");

/** The largest bigint. */
const HUGE = 2n ** 63n - 1n;

/** Takes from a column what it must be. */
function unbound(table: string, column: string): string {
  return `alter table ${table} drop constraint ${table}_${column}_check;
    alter table ${table} alter column ${column} drop not null;`;
}

const OTHER_HASH = "sha256('other'::bytea)";

/** Makes all tags from a place on anew, under a key: HMAC-SHA256 (RFC 2104) by the database itself. */
export function retagged(from: number, key: Buffer): string {
  const block = [...key, ...Buffer.alloc(64 - key.length)];
  const pad = (byte: number) =>
    `decode('${Buffer.from(block.map((each) => each ^ byte)).toString("hex")}', 'hex')`;
  return `do $$ declare made bytea; each record; begin
    select tag into made from journal_leaves where index = ${from - 1};
    for each in select index, leaf from journal_leaves where index >= ${from} order by index loop
      made := sha256(${pad(0x5c)} || sha256(${pad(0x36)} || made || each.leaf));
      update journal_leaves set tag = made where index = each.index;
    end loop;
    update journal_head set tag = made;
  end $$;`;
}

const OWN_KEY = Buffer.alloc(32, 7);
const FOR_EVER = 2 ** 40;
export const DEEDS: readonly (readonly [string, readonly string[], string])[] = [
  [
    "an entry rewritten",
    ["opening"],
    `update journal_openings set entry = replace(entry, '"count":1', '"count":2') where index = 20`,
  ],
  [
    "another salt",
    ["opening"],
    `update journal_openings set salt = ${OTHER_HASH} where index = 20`,
  ],
  [
    "another time beside it",
    ["opening"],
    "update journal_openings set at = at + 1 where index = 20",
  ],
  [
    "a statement that it does not name",
    ["opening"],
    "update journal_openings set statement = 'a.b.c' where index = 20",
  ],
  ["an entry deleted in silence", ["gone"], "delete from journal_openings where index = 20"],
  [
    "the last of a journal deleted, and its counter taken back",
    ["gone"],
    `delete from journal_openings where index = 285;
     update journal_subjects set n = n - 1 where n > 0 and subject in
       (select subject from journal_openings group by subject having max(index) = 284)`,
  ],
  [
    "an entry without a leaf",
    ["opening"],
    `insert into journal_openings select 999, subject, 999, at, salt, entry, statement
     from journal_openings where index = 20`,
  ],
  [
    "an entry rewritten with its leaf",
    ["checkpoint", "opening", "outside", "tag", "tile"],
    `update journal_leaves set leaf = ${OTHER_HASH} where index = 20;
     update journal_openings set entry = replace(entry, '"count":1', '"count":2') where index = 20;
     update journal_leaves set leaf = sha256('\\x00'::bytea || ${OTHER_HASH}),
       commitment = ${OTHER_HASH} where index = 20`,
  ],
  [
    "a leaf that is not of its commitment",
    ["checkpoint", "leaf", "outside", "tag", "tile"],
    `update journal_leaves set leaf = ${OTHER_HASH} where index = 20`,
  ],
  [
    "a leaf dropped",
    ["checkpoint", "leaf", "opening", "outside", "tag", "tile"],
    "delete from journal_leaves where index = 20",
  ],
  [
    "the end cut off",
    ["checkpoint", "head", "opening", "outside"],
    "delete from journal_leaves where index >= 280",
  ],
  ["a tag", ["tag"], `update journal_leaves set tag = ${OTHER_HASH} where index = 20`],
  [
    "a tag under a disclosed key",
    ["tag"],
    `update journal_leaves set tag = ${OTHER_HASH} where index = 3`,
  ],
  [
    "the tag that a closing entry names",
    ["epoch", "tag"],
    `update journal_leaves set tag = ${OTHER_HASH} where index = 7`,
  ],
  [
    "the last tag of an epoch",
    ["epoch", "tag"],
    `update journal_leaves set tag = ${OTHER_HASH} where index = 8`,
  ],
  [
    "the last tag",
    ["head", "tag"],
    `update journal_leaves set tag = ${OTHER_HASH} where index = 289`,
  ],
  ["a disclosed key", ["tag"], `update log_epoch_keys set key = ${OTHER_HASH}`],
  ["a disclosed key taken back", ["epoch"], "delete from log_epoch_keys"],
  [
    "an epoch that begins elsewhere",
    ["epoch"],
    "update log_epochs set first = first + 1 where first > 0",
  ],
  [
    "another tag at its start",
    ["epoch"],
    `update log_epochs set start = ${OTHER_HASH} where first > 0`,
  ],
  [
    "an epoch that never ended",
    ["epoch"],
    "delete from log_epoch_keys; delete from log_epochs where first = 0",
  ],
  ["a hash of the tree", ["tile"], `update log_hashes set hash = ${OTHER_HASH}`],
  ["a hash of the tree dropped", ["tile"], "delete from log_hashes"],
  [
    "a hash of leaves that are not there",
    ["tile"],
    `insert into log_hashes values (1, 7, ${OTHER_HASH})`,
  ],
  [
    "the root of a checkpoint",
    ["checkpoint"],
    `update log_checkpoints set root = ${OTHER_HASH} where size < 20`,
  ],
  [
    "the note of a checkpoint",
    ["checkpoint"],
    "update log_checkpoints set note = replace(note, 'ecrin.log', 'other.log') where size < 20",
  ],
  [
    "a checkpoint of more leaves",
    ["checkpoint"],
    "update log_checkpoints set size = 5000 where size < 20",
  ],
  ["an epoch in force whose key is erased", ["epoch", "head"], "update journal_head set epoch = 0"],
  [
    "one epoch without a key in the place of all",
    ["epoch", "head"],
    `delete from log_epoch_keys; delete from log_epochs;
     insert into log_epochs values (0, 0, ${FOR_EVER}, decode(repeat('00', 32), 'hex'))`,
  ],
  [
    "the same, with the head after it",
    ["epoch"],
    `delete from log_epoch_keys; delete from log_epochs; update journal_head set epoch = 1;
     insert into log_epochs values (0, 0, ${FOR_EVER}, decode(repeat('00', 32), 'hex'))`,
  ],
  [
    "an epoch of one's own for what is not signed yet, under a key of one's own",
    ["epoch", "tag"],
    `insert into log_epochs select 3, 270, ${FOR_EVER}, tag from journal_leaves where index = 269;
     insert into log_epoch_keys values (3, decode('${OWN_KEY.toString("hex")}', 'hex'), 0);
     update journal_head set epoch = 4;
     ${retagged(270, OWN_KEY)}`,
  ],
  [
    "the same, closed at the last leaf",
    ["epoch", "tag"],
    `insert into log_epochs select 3, 270, 290, tag from journal_leaves where index = 269;
     insert into log_epoch_keys values (3, decode('${OWN_KEY.toString("hex")}', 'hex'), 0);
     update journal_head set epoch = 4;
     ${retagged(270, OWN_KEY)}`,
  ],
  [
    "the last epoch not closed any more",
    ["epoch", "head", "tag"],
    "delete from log_epochs where epoch = 2",
  ],
  [
    "the end that is not signed for cut off",
    ["head"],
    "delete from journal_leaves where index >= 286; delete from journal_openings where index >= 286",
  ],
  [
    // What no check of one state can see (spec/log.md, What it cannot see): a database of before.
    "the same, with the head set back",
    [],
    `delete from journal_leaves where index >= 286; delete from journal_openings where index >= 286;
     update journal_head set size = 286,
       tag = (select tag from journal_leaves where index = 285)`,
  ],
  ["the head taken back", ["head"], "update journal_head set size = size - 1"],
  // Whoever drops a constraint neither ends the check nor makes it go on for ever.
  ...[2 ** 12, 2 ** 52, 2n ** 63n - 1n].map(
    (index) =>
      [
        `a leaf at ${index}`,
        ["leaf"],
        `insert into journal_leaves select ${index}, commitment, leaf, tag
         from journal_leaves where index = 0`,
      ] as const,
  ),
  [
    "a leaf twice",
    ["leaf"],
    `alter table journal_leaves drop constraint journal_leaves_pkey;
     insert into journal_leaves select * from journal_leaves where index = 20`,
  ],
  [
    "a short leaf",
    ["checkpoint", "leaf", "outside", "tag", "tile"],
    `${unbound("journal_leaves", "leaf")} update journal_leaves set leaf = 'x' where index = 0`,
  ],
  [
    "no leaf hash",
    ["checkpoint", "leaf", "outside", "tag", "tile"],
    `${unbound("journal_leaves", "leaf")} update journal_leaves set leaf = null where index = 0`,
  ],
  [
    "a short tag before a closing entry",
    ["epoch", "tag"],
    `${unbound("journal_leaves", "tag")} update journal_leaves set tag = 'x' where index = 7`,
  ],
  [
    "a short published key",
    ["epoch"],
    `${unbound("log_epoch_keys", "key")} update log_epoch_keys set key = 'x'`,
  ],
  [
    "a short root of a checkpoint",
    ["checkpoint"],
    `${unbound("log_checkpoints", "root")}
     update log_checkpoints set root = 'x' where size < 20`,
  ],
  [
    "a short salt",
    ["opening"],
    `${unbound("journal_openings", "salt")}
     update journal_openings set salt = 'x' where index = 20`,
  ],
  [
    "no entry in an opening",
    ["opening"],
    `alter table journal_openings alter column entry drop not null;
     update journal_openings set entry = null where index = 20`,
  ],
  ["a number beyond 2^53", ["opening"], `update journal_openings set n = ${HUGE} where index = 20`],
  ["a time beyond 2^53", ["opening"], `update journal_openings set at = ${HUGE} where index = 20`],
  [
    "a counter beyond 2^53, which accounts for nothing",
    ["gone"],
    `
    delete from journal_openings where index = 285; update journal_subjects set n = ${HUGE}`,
  ],
  ["a head beyond 2^53", ["head"], `update journal_head set size = ${HUGE}`],
  ["an epoch in force beyond 2^53", ["epoch", "head"], `update journal_head set epoch = ${HUGE}`],
  ["no head", ["epoch", "head"], "delete from journal_head"],
  [
    "an epoch that ends beyond 2^53",
    ["epoch"],
    `update log_epochs set past = ${HUGE} where epoch = 2`,
  ],
  [
    "a checkpoint beyond 2^53",
    ["checkpoint"],
    `update log_checkpoints set size = ${HUGE} where size < 20`,
  ],
  [
    "the end of a log that nobody signed",
    ["log"],
    `insert into log_successions values (1, 'x', '[', 'x', 'x', ${HUGE}, 'x')`,
  ],
  ["another log", ["log"], "update ground set log_key = repeat('A', 43)"],
];
