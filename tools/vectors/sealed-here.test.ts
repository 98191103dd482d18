// What our own client seals at a real server, the reader in Python opens, from the kit on: the
// vectors alone would say only that both read what the references write.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { parseRevision, type SpaceId, toBase64url, utf8 } from "@ecrin/protocol";
import { HealthRecord } from "../../packages/client/src/record.ts";
import { askReleases } from "../../packages/client/src/release.ts";
import { rotateIdentity } from "../../packages/client/src/renewal.ts";
import { SharedView } from "../../packages/client/src/shared-view.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import {
  type Ground,
  newPerson,
  type Person,
  startGround,
} from "../../packages/client/test/ground.ts";
import { READER, withoutPython } from "./python.ts";

let ground: Ground;
let folder: string;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "ecrin-reader-"));
  ground = await startGround();
});
after(async () => {
  await ground.stop();
  rmSync(folder, { recursive: true, force: true });
});

const NEXT = "the next password";
const file = (title: string, content: Uint8Array<ArrayBuffer> = utf8(title)) => ({
  title,
  mediaType: "text/plain",
  content,
});
/** Longer than a segment. */
const LONG = new Uint8Array(1_500_000).map((_, i) => i * i);

async function meet(one: Person, other: Person): Promise<void> {
  await one.account.contacts().verify(await other.account.contacts().code(), "Them");
  await other.account.contacts().verify(await one.account.contacts().code(), "They");
}

/** The contents of these revisions as they are stored. */
async function contentsOf(u: Unlocked, through: SpaceId, statements: readonly string[]) {
  const contents: Record<string, string> = {};
  for (const statement of statements) {
    const { fact } = parseRevision(statement);
    if (fact.op === "delete") continue;
    const params = { space: through, revision: fact.revision };
    const bytes = await u.http.whole("content", params, fact.content.length);
    contents[fact.revision] = toBase64url(bytes);
  }
  return contents;
}

/** A space's chain and the wraps of its newest epoch. */
async function chainOf({ http }: Unlocked, space: SpaceId, epoch: number) {
  const params = { space };
  const { statements, head } = await http.call("chainOfSpace", { params });
  return { statements, head, wraps: await http.call("wraps", { params, query: { epoch } }) };
}

/** Everything the server hands out to an account, in the form of vectors/record. */
async function handedOut(u: Unlocked, kit: string, space: SpaceId, share: SpaceId) {
  const { http } = u;
  const record = new HealthRecord(u, space);
  await record.sync();
  const shared = new SharedView(u, share);
  await shared.sync();
  const facts = shared.items.map(({ fact }) => fact);
  const { releases } = await askReleases(u, share, facts, "care");
  const read = await u.sign("read", {
    space: share,
    revisions: facts.map(({ space: of, item, revision }) => ({ space: of, item, revision })),
    reason: "care",
    nonce: await http.nonce(),
  });
  const listed = await http.call("revisions", { params: { space } });
  const inbox = await http.call("inbox", { params: { space } });
  const linked = await http.call("share", { params: { share } });
  const { metadata } = await http.call("shareMetadata", { params: { share } });
  const others = [...record.view.accounts.keys()].filter((account) => account !== u.account);
  const chains = others.map(async (account) => {
    const { statements } = await http.call("chain", { params: { account } });
    return [account, statements] as const;
  });
  const deposits = inbox.deposits.map(({ statement }) => JSON.parse(payloadOf(statement)));
  const given = deposits.map(async ({ deposit, content }) => {
    const bytes = await http.whole("depositContent", { deposit }, content.length);
    return [deposit, toBase64url(bytes)] as const;
  });
  return {
    kit,
    now: u.now(),
    server: u.server,
    account: await http.call("account"),
    accounts: Object.fromEntries(await Promise.all(chains)),
    record: {
      space,
      ...(await chainOf(u, space, record.view.epoch.epoch.n)),
      revisions: listed.revisions,
      tree: listed.tree,
      contents: await contentsOf(
        u,
        space,
        listed.revisions.map(({ statement }) => statement),
      ),
    },
    inbox: { ...inbox, contents: Object.fromEntries(await Promise.all(given)) },
    share: {
      share,
      ...linked,
      ...(await chainOf(u, share, 1)),
      metadata,
      contents: await contentsOf(u, share, linked.headers),
      read,
      releases: releases.map((each) => toBase64url(each)),
    },
  };
}

function payloadOf(statement: string): string {
  return Buffer.from(statement.split(".")[1] ?? "", "base64url").toString();
}

test("a record that was lived in, in Python", { skip: withoutPython() }, async () => {
  const [alice, bob] = [await newPerson(ground, "Alice"), await newPerson(ground, "Bob")];
  await meet(alice, bob);
  const before = await alice.account.record();
  await before.add(file("a note"));
  await before.add(file("long", LONG));
  await before.addMember(bob.account.id, { role: "writer" });
  const { space } = before;
  const his = await bob.account.recordOf(space);
  const letter = await his.add(file("a letter"));
  const own = await bob.account.record();
  const item = await own.add(file("of his own"));
  const until = ground.now() + 3600_000;
  const note = "Pour toi";
  const share = await own.share({ with: alice.account.id, items: [item], until, note });
  // All of hers made anew: another identity, device, kit; the epoch turns.
  const { url: server, now } = ground;
  const { store, password } = alice;
  const renewed = await rotateIdentity({ server, now, store, password, newPassword: NEXT });
  await renewed.account.kitKept();
  const record = await renewed.account.record();
  await record.correct(letter, file("a letter, corrected"));
  await record.add(file("later"));
  await renewed.account.inbox(record).list();
  await (await bob.account.recordOf(space)).view.beFresh(0);
  await bob.account.deposit(await bob.account.recordOf(space), file("an answer"));
  await renewed.account.lock();

  const { u } = await unlockHere({ server, now, store, password: NEXT });
  const path = join(folder, "record.json");
  writeFileSync(path, JSON.stringify(await handedOut(u, renewed.kit.text(), space, share)));
  const { status, stdout, stderr } = spawnSync("python3", ["-B", `${READER}read_record.py`, path], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, stderr);
  const inside = JSON.parse(stdout);
  const textOf = ({ bytes }: { bytes: string }) => Buffer.from(bytes, "base64url").toString();
  const [first, long, ...rest] = inside.revisions;
  assert.deepEqual([first, ...rest].map(textOf), [
    "a note",
    "a letter",
    "a letter, corrected",
    "later",
  ]);
  assert.ok(Buffer.from(long.bytes, "base64url").equals(LONG));
  assert.equal(inside.epochs.length, 2);
  assert.deepEqual(inside.inbox.deposits.map(textOf), ["an answer"]);
  assert.deepEqual(inside.share.revisions.map(textOf), ["of his own"]);
  assert.equal(inside.share.about.note, note);
});
