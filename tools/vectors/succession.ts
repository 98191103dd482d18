// A log that ended and the one that follows it: spec/succession.md.

import {
  b64,
  canonical,
  context,
  type Fields,
  hashNamed,
  idOf,
  type KeyPair,
  keyPair,
  merkleTreeHash,
  pattern,
  sha256,
  statement,
  statementHash,
} from "../../packages/protocol/test/reference.ts";
import { accepted, type Book, refused } from "./book.ts";

const [one, two, three, four] = ["1", "2", "3", "4"].map((n) =>
  keyPair(pattern(`ended log ${n}`, 32)),
) as [KeyPair, KeyPair, KeyPair, KeyPair];
const AT = 1_790_000_000_000;
const LEAVES = Array.from({ length: 12 }, (_, i) => pattern(`kept leaf ${i}`, 32));

function logOf(first: KeyPair): string {
  return b64(context("log", Buffer.from(first.key, "base64url")).subarray(0, 16));
}

function rootOf(size: number): string {
  return b64(merkleTreeHash(LEAVES.slice(0, size)));
}

function checkpoint(log: string, size: number, by: KeyPair): string {
  const origin = `ecrin.log/${log}`;
  const text = `${origin}\n${size}\n${Buffer.from(rootOf(size), "base64url").toString("base64")}\n`;
  const named = Buffer.concat([Buffer.from(`${origin}\n`), Buffer.from([1])]);
  const id = sha256(named, Buffer.from(by.key, "base64url")).subarray(0, 4);
  const line = Buffer.concat([id, by.sign(Buffer.from(text))]).toString("base64");
  return `${text}\n— ${origin} ${line}\n`;
}

interface End {
  readonly first: KeyPair;
  readonly by?: KeyPair;
  readonly keys?: readonly string[];
  readonly size: number;
  readonly kept: number;
  readonly next: KeyPair;
  readonly over?: Fields;
  readonly about?: Fields;
  readonly actor?: Fields;
  readonly without?: boolean;
  readonly checkpoint?: string;
}

/** One ended log, whole and right where nothing is said otherwise. */
function end({ first, by = first, keys = [], size, kept, next, ...rest }: End): Fields {
  const log = logOf(first);
  const made = statement(
    "succession",
    {
      log,
      size,
      root: rootOf(size),
      kept: { size: kept, root: rootOf(kept) },
      next: next.key,
      at: AT,
      ...rest.over,
    },
    by,
  );
  const about = {
    statement: statementHash(made),
    count: size - kept,
    from: kept,
    root: rootOf(size),
    ...rest.about,
  };
  const entry = canonical({
    v: 1,
    subject: logOf(next),
    n: 0,
    at: AT,
    kind: "succession",
    actor: rest.actor ?? {},
    about,
  });
  const opening = {
    n: 0,
    index: kept,
    salt: hashNamed("salt"),
    entry,
    before: hashNamed("before"),
    tag: hashNamed("tag"),
  };
  return {
    first: first.key,
    keys,
    statement: made,
    checkpoint: rest.checkpoint ?? checkpoint(log, size, by),
    ...(rest.without === true ? {} : { entry: opening }),
  };
}

const plain = { first: one, size: 9, kept: 6, next: two };
const turn = statement(
  "log-key",
  { log: logOf(one), seq: 1, key: three.key, size: 4, at: AT - 1000 },
  one,
);
const turned = { ...plain, by: three, keys: [turn] };

export function successions(): Book {
  const refusal = (
    name: string,
    field: string | undefined,
    ended: readonly Fields[],
    code = "statement-refused",
  ) => refused(name, code, field, { ended, current: two.key });
  const later = { first: two, size: 11, kept: 8, next: four };
  return {
    spec: "spec/succession.md",
    accept: [
      accepted("no log before", { ended: [], current: two.key, lost: [], left: [] }),
      accepted("one", { ended: [end(plain)], current: two.key, lost: [3], left: [6] }),
      accepted("after another key", {
        ended: [end(turned)],
        current: two.key,
        lost: [3],
        left: [6],
      }),
      accepted("of which nothing is left", {
        ended: [end({ ...plain, kept: 0 })],
        current: two.key,
        lost: [9],
        left: [0],
      }),
      accepted("two, one after the other", {
        ended: [end(plain), end(later)],
        current: four.key,
        lost: [3, 3],
        left: [6, 8],
      }),
      accepted("two, the later of which lost the entry of the first", {
        ended: [end({ ...plain, without: true }), end({ ...later, kept: 5 })],
        current: four.key,
        lost: [3, 6],
        left: [5, 5],
      }),
    ],
    refuse: [
      refusal(
        "signed by another log's key",
        undefined,
        [end({ ...plain, by: two, checkpoint: checkpoint(logOf(one), 9, one) })],
        "signature-refused",
      ),
      refusal(
        "signed by a key that was followed",
        undefined,
        [end({ ...turned, by: one, checkpoint: checkpoint(logOf(one), 9, three) })],
        "signature-refused",
      ),
      refusal("of another log", "succession.log", [end({ ...plain, over: { log: idOf("log") } })]),
      refusal("to another log than follows", "succession.next", [end({ ...plain, next: three })]),
      refusal("to a key that was its own", "succession.next", [
        end({
          ...plain,
          by: two,
          keys: [
            statement(
              "log-key",
              { log: logOf(one), seq: 1, key: two.key, size: 4, at: AT - 1000 },
              one,
            ),
          ],
        }),
      ]),
      refusal("that has lost nothing", "succession.kept", [end({ ...plain, kept: 9 })]),
      refusal("that keeps more than there was", "succession.kept", [end({ ...plain, kept: 10 })]),
      refusal("with a root of nothing that is another", "succession.kept", [
        end({ ...plain, kept: 0, over: { kept: { size: 0, root: hashNamed("nothing") } } }),
      ]),
      refusal("with another size than its checkpoint's", "succession.size", [
        end({ ...plain, checkpoint: checkpoint(logOf(one), 10, one) }),
      ]),
      refusal("with another root than its checkpoint's", "succession.root", [
        end({ ...plain, over: { root: hashNamed("other") } }),
      ]),
      refusal("before its key was in force", "succession.at", [
        end({ ...turned, over: { at: AT - 2000 } }),
      ]),
      refusal(
        "with another log's checkpoint",
        "origin",
        [end({ ...plain, checkpoint: checkpoint(logOf(two), 9, two) })],
        "fork",
      ),
      refusal("without its entry", "ended.entry", [end({ ...plain, without: true })]),
      refusal("with an entry that counts less", "entry", [end({ ...plain, about: { count: 2 } })]),
      refusal("with an entry of another statement", "entry", [
        end({ ...plain, about: { statement: hashNamed("other") } }),
      ]),
      refusal("with an entry of another place", "entry", [end({ ...plain, about: { from: 7 } })]),
      refusal("with an entry that says more than the statement", "entry", [
        end({ ...plain, about: { code: "loss" } }),
      ]),
      refusal("with an entry that names somebody", "entry", [
        end({ ...plain, actor: { account: idOf("somebody") } }),
      ]),
      refusal("to a log that was there before", "ended", [
        end(plain),
        end({ ...later, next: two }),
      ]),
      refusal(
        "with a member too many",
        "succession",
        [end({ ...plain, over: { note: "x" } })],
        "malformed",
      ),
    ],
  };
}
