import { HealthRecord, memoryStore, type Succession, signUp } from "@ecrin/client";
import { type Signer, signBytes, signerFrom, signStatement } from "@ecrin/crypto";
import {
  canonicalJson,
  consistencySpans,
  entryCommitment,
  formatCheckpoint,
  formatNote,
  type Hash,
  hashOf,
  inclusionSpans,
  leafHash,
  logIdOf,
  noteKeyId,
  originOf,
  parseStatement,
  parseSuccession,
  type ReadHashes,
  type RouteAnswer,
  SUITE,
  sha256,
  spanRoot,
  spanRoots,
  utf8,
} from "@ecrin/protocol";
import { Successions } from "../../packages/client/src/accept-log.ts";
import { checkLog } from "../../packages/client/src/log.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import { leavesOf, treeOver } from "./cases-witness.ts";
import { CANARIES, type Stage } from "./stage.ts";

// An operator who drops entries and calls it a loss (spec/succession.md): it has the log's key, so
// it can end the log whenever it likes. What it cannot do is to do so unnoticed, or to hide what
// somebody has seen, or to do it in two ways.

export const lossCases: readonly AttackCase[] = [
  {
    number: 33,
    title: "entries dropped by pretending a loss, and nobody asked",
    promise: "D",
    countermeasure:
      "another log is an alarm until a person accepts it, having been told what is lost",
    mutation: [
      {
        file: "packages/client/src/log.ts",
        find: "if (succession !== undefined) throw succeeded(succession);",
        replace: "",
      },
    ],
    async run(stage) {
      const { u, again, record } = await newcomer(stage, "sans-demander");
      const { size } = await checkLog(u);
      show(stage, await pretend(stage, { size, kept: size - 3 }));
      const victim = await again();
      await stops(["log-succeeded"], () => checkLog(victim));
      await stops(["log-succeeded"], () => record(victim).journal(), "the journal");
      const told = await pendingOf(victim);
      holds(told.lost === 3 && told.lostOfSeen === 3, `${told.lost} lost, ${told.lostOfSeen} seen`);
      // Nothing was let go meanwhile: the true log is the one that is known.
      stage.network.calm();
      await checkLog(await again());
      return undefined;
    },
  },
  {
    number: 33,
    title: "a pretended loss that hides what somebody has seen, or holds a receipt for",
    promise: "D",
    countermeasure:
      "the end of a log must reach as far as it was seen, and receipts of it are told and kept",
    mutation: [
      {
        file: "packages/client/src/succession.ts",
        find: 'if (size > fact.size) throw another("ended before what was seen of it");',
        replace: "",
      },
      {
        file: "packages/client/src/succession.ts",
        find: "if (index < least) continue;",
        replace: "if (index >= 0) continue;",
      },
    ],
    async run(stage) {
      const { u, again, record } = await newcomer(stage, "cacher");
      const { size } = await checkLog(u);
      const mine = record(u);
      const [first] = await mine.list();
      await mine.open(first?.revision ?? nothing());
      const all = await sizeBeyond(stage, size);
      // A smaller end: as if what was seen had never been signed.
      show(stage, await pretend(stage, { size: size - 2, kept: size - 4 }));
      await stops(["fork"], async () => checkLog(await again()), "a smaller end");
      show(stage, await pretend(stage, { size: all, kept: size }));
      const victim = await again();
      const told = await pendingOf(victim);
      holds(told.receipts.length > 0, "a receipt of what was dropped is not told");
      // Whoever accepts keeps the proof.
      const successions = new Successions(victim);
      await successions.accept(told.to);
      const kept = (await successions.lostReceipts()).map(({ index }) => index);
      holds(
        told.receipts.every(({ index }) => kept.includes(index)),
        "a receipt of what was dropped went with the acceptance",
      );
      return undefined;
    },
  },
  {
    number: 33,
    title: "a second pretended loss of the same log",
    promise: "D",
    countermeasure: "how a log ended is remembered once it was shown, accepted or not",
    mutation: [
      {
        file: "packages/client/src/succession.ts",
        find: 'if (known !== undefined && known.hash !== hash) throw another("has ended twice");',
        replace: "",
      },
    ],
    async run(stage) {
      const { u, again } = await newcomer(stage, "deux-fois");
      const { size } = await checkLog(u);
      const one = await pretend(stage, { size, kept: size - 1 });
      const two = await pretend(stage, { size, kept: size - 5, name: "another log" });
      show(stage, one);
      await stops(["log-succeeded"], async () => checkLog(await again()), "the first");
      show(stage, two);
      await stops(["fork"], async () => checkLog(await again()), "another end than was shown");
      show(stage, one);
      const victim = await again();
      await new Successions(victim).accept((await pendingOf(victim)).to);
      show(stage, two);
      await stops(["log-key-changed", "fork"], again, "another end than was accepted");
      return undefined;
    },
  },
];

/** Somebody whose keyring no other case needs: accepting is for good. */
async function newcomer(stage: Stage, name: string) {
  const { url: server, now, network } = stage;
  const store = memoryStore();
  const password = `mot-de-passe-canari de ${name}`;
  const { account } = await signUp({
    server,
    now,
    fetch: network.traffic.fetch,
    store,
    password,
    address: `${name}-canari@example.org`,
    name: `${name} Nom-canari-3391`,
  });
  const own = await account.record();
  const content = utf8(`${CANARIES.content}: ${name}`);
  for (const title of ["un", "deux", "trois"])
    await own.add({ title: `${CANARIES.title} ${title}`, mediaType: "text/plain", content });
  await own.journal();
  await account.lock();
  const again = async () =>
    (await unlockHere({ server, now, store, password, fetch: network.fetch })).u;
  const u = await again();
  await signedUp(u);
  return { u, again, record: (by: Unlocked) => new HealthRecord(by, own.space) };
}

/** Until no receipt waits: whatever is noticed then is noticed by the log alone. */
async function signedUp(u: Unlocked): Promise<void> {
  for (let tried = 0; (await checkLog(u)).waiting > 0; tried++) {
    holds(tried < 200, "the log is not signed");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How much the true log has signed for, once that is more. */
async function sizeBeyond({ network, url }: Stage, before: number): Promise<number> {
  for (let tried = 0; tried < 200; tried++) {
    const answer = await network.traffic.fetch(`${url}/v1/log`);
    const { size } = (await answer.json()) as RouteAnswer<"log">;
    if (size > before) return size;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return nothing();
}

async function pendingOf(u: Unlocked): Promise<Succession> {
  return (await new Successions(u).pending()) ?? nothing();
}

interface Pretended {
  readonly signer: Signer;
  readonly log: RouteAnswer<"log">;
  readonly read: ReadHashes;
}

/** Ends the true log at `size`, keeps its first `kept` leaves, and lets a log of the liar's follow. */
async function pretend(
  stage: Stage,
  { size, kept, name = "the liar's log" }: { size: number; kept: number; name?: string },
): Promise<Pretended> {
  const answer = await stage.network.traffic.fetch(`${stage.url}/v1/log`);
  const told = (await answer.json()) as RouteAnswer<"log">;
  const leaves = await leavesOf(stage, told.size);
  const before = treeOver(leaves);
  const rootAt = async (read: ReadHashes, to: number) =>
    hashOf(await spanRoot({ from: 0, to }, read));
  const [one, two] = [await stage.logSigner(), await signerFrom(sha256(utf8(name)))];
  const root = await rootAt(before, size);
  const log = logIdOf(two.publicKey);
  const at = stage.now();
  const statement = await signStatement(
    "succession",
    {
      suite: SUITE,
      log: told.log,
      size,
      root,
      kept: { size: kept, root: await rootAt(before, kept) },
      next: two.publicKey,
      at,
    },
    one,
  );
  const { hash } = parseSuccession(statement);
  const about = { statement: hash, count: size - kept, from: kept, root };
  const told0 = { v: 1, subject: log, n: 0, at, kind: "succession", actor: {}, about };
  const entry = canonicalJson(told0);
  const salt = sha256(utf8(`salt of ${name}`));
  const zero = hashOf(new Uint8Array(32));
  const after = [
    ...leaves.slice(0, kept),
    leafHash(entryCommitment(salt, entry)),
    leafHash(sha256(utf8("what the liar wrote since"))),
  ];
  const read = treeOver(after);
  const checkpoint = await noteOf(two, after.length, await rootAt(read, after.length));
  const { first, keys } = told;
  const end = {
    first,
    keys,
    statement,
    checkpoint: await noteOf(one, size, root),
    entry: { n: 0, index: kept, salt: hashOf(salt), entry, before: zero, tag: zero },
  };
  return {
    signer: two,
    log: { log, first: two.publicKey, keys: [], size: after.length, checkpoint, ended: [end] },
    read,
  };
}

async function noteOf(signer: Signer, size: number, root: Hash): Promise<string> {
  const origin = originOf(logIdOf(signer.publicKey));
  const text = formatCheckpoint({ origin, size, root });
  const signature = await signBytes(signer, utf8(text));
  return formatNote({
    text,
    signatures: [{ name: origin, id: noteKeyId(origin, signer.publicKey), signature }],
  });
}

/** Shows victims that log, with every proof there is in its tree. */
function show({ network }: Stage, { signer, log, read }: Pretended): void {
  const over = async (spans: Parameters<typeof spanRoots>[0]) =>
    (await spanRoots(spans, read)).map(hashOf);
  network.invent("log", () => log);
  network.answer("server", (answer) => ({ ...answer, logKey: log.first }));
  network.answer("journal", async (answer) => {
    const { payload } = parseStatement("head", answer.head);
    return { ...answer, head: await signStatement("head", payload, signer) };
  });
  network.invent("logConsistency", async (_, query) => {
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    return { from, to, hashes: await over(consistencySpans(from, to)) };
  });
  network.invent("logInclusion", async (_, query) => {
    const [index, size] = [Number(query.get("index")), Number(query.get("size"))];
    return { index, size, hashes: await over(inclusionSpans(index, size)) };
  });
}

function nothing(): never {
  throw new Error("the stage lacks something");
}
