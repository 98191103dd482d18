// "What I did" finds its entries by who acted, and looks at no others.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type AccountId, logIdOf, newId, type SpaceId } from "@ecrin/protocol";
import { actsOf, indexActs, lastAct } from "../src/acts.ts";
import { eraseEntries } from "../src/erasure.ts";
import { createJournal } from "../src/journal.ts";
import { signerOf } from "../src/signer.ts";
import { type Cluster, type Ground, layGround, startCluster } from "./harness.ts";

let cluster: Cluster;
let ground: Ground;
before(async () => {
  cluster = await startCluster();
  ground = await layGround(cluster);
});
after(async () => {
  await ground.end();
  await cluster.stop();
});

/** Entries of an account in a space, as listings are. */
async function act(account: AccountId, subject: SpaceId | AccountId, count: number): Promise<void> {
  const draft = {
    subject,
    kind: "listing",
    actor: { account, device: newId<"device">() },
    about: { from: 0, count: 1 },
    at: 1_790_000_000_000,
  } as const;
  await Promise.all(
    Array.from({ length: count }, () => ground.journal.commit({ entries: () => [draft] })),
  );
}

async function space(owner: AccountId): Promise<SpaceId> {
  const id = newId<"space">();
  await ground.admin.begin(async (tx) => {
    // Without the account's own row, which nothing here looks at.
    await tx`set local session_replication_role = replica`;
    await tx`insert into ecrin.spaces (space, kind, owner, made_at, head_seq, head_hash, tree_root)
      values (${id}, 'record', ${owner}, 0, 0, 'h', 'r')`;
  });
  return id;
}

/** Erases the whole journal of a space. @returns how many lines of acts are left of it */
async function erasedOf(subject: SpaceId) {
  const gone = await ground.admin<{ index: number }[]>`
    select index from ecrin.journal_openings where subject = ${subject}`;
  await ground.admin`grant ecrin_eraser to current_user`;
  const journal = createJournal({
    sql: ground.admin,
    signer: signerOf(ground.logKey),
    tags: ground.tags,
  });
  const id = logIdOf(signerOf(ground.logKey).key);
  await eraseEntries(journal, id, { subject, from: 0, count: 100_000, code: "asked", at: 0 });
  const left = await ground.admin`
    select from ecrin.acts where index = any(${`{${gone.map(({ index }) => index)}}`}::bigint[])`;
  return { indexed: left.length };
}

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows"?: number;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

test("acts are found by who acted: others' entries, however many, are not read", async () => {
  const [alice, bob] = [newId<"account">(), newId<"account">()];
  const [hers, his] = [await space(alice), await space(bob)];
  await act(bob, hers, 3);
  await act(alice, hers, 3000);
  await act(bob, his, 40);
  await act(bob, bob, 5);
  await act(bob, hers, 2);
  const { app } = ground;
  await indexActs(app);
  await ground.admin.unsafe("analyze");
  const rows = await app<{ index: number; entry: string }[]>`${actsOf(app, bob, 2 ** 40, 100)}`;
  assert.deepEqual(
    rows.map(({ index }) => index),
    [3049, 3048, 2, 1, 0],
  );
  assert.ok(rows.every(({ entry }) => JSON.parse(entry).subject === hers));
  assert.equal(await lastAct(app, bob), 3049);
  assert.equal(await lastAct(app, alice), -1);
  const [explained] = await app<{ "QUERY PLAN": { Plan: Plan }[] }[]>`
    explain (analyze, format json) ${actsOf(app, bob, 2 ** 40, 100)}`;
  const nodes = nodesOf(explained?.["QUERY PLAN"][0]?.Plan ?? assert.fail("no plan"));
  const journal = nodes.filter((each) => each["Relation Name"] === "journal_openings");
  assert.ok(journal.length > 0);
  assert.ok(
    journal.every((each) => each["Node Type"].startsWith("Index")),
    JSON.stringify(journal),
  );
  // What is new is looked at, and what was looked at is not looked at again.
  await act(bob, hers, 1);
  assert.equal(await lastAct(app, bob), 3050);
  const { indexed } = await erasedOf(hers);
  assert.equal(indexed, 0);
  assert.equal(await lastAct(app, bob), -1);
  const [{ past } = { past: 0 }] = await app<{ past: number }[]>`select past from acts_indexed`;
  assert.equal(past, 3052);
});
