import { memoryStore, signUp } from "@ecrin/client";
import { signBytes } from "@ecrin/crypto";
import {
  type Bytes,
  consistencySpans,
  formatAddCheckpoint,
  formatCheckpoint,
  formatNote,
  hashesIn,
  hashOf,
  leafHash,
  noteKeyId,
  originOf,
  type ReadHashes,
  rootOfPerfect,
  spanRoot,
  spanRoots,
  TILE_WIDTH,
  tilePath,
  utf8,
} from "@ecrin/protocol";
import { checkLog } from "../../packages/client/src/log.ts";
import { keysOf } from "../../packages/client/src/log-memory.ts";
import { pinWitnesses } from "../../packages/client/src/pinned-witnesses.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import type { Loose } from "./network.ts";
import type { Stage } from "./stage.ts";

// The journal shown otherwise to one person than to all others: what witnesses make noticed, and
// what whoever follows it notices alone.

const HOUR = 3_600_000;
const LATE = 26 * HOUR;

const pinnedAge = {
  file: "packages/client/src/pinned-witnesses.ts",
  find: "if (at === undefined || u.now() - at > MOST_AGE) throw notWitnessed();",
  replace: "if (at === undefined) throw notWitnessed();",
};
const pinnedHistory = {
  file: "packages/client/src/pinned-witnesses.ts",
  find: "if (!provesConsistency(older, newer, proof)) throw another();",
  replace: "",
};

const pinnedEmpty = {
  file: "packages/client/src/log.ts",
  find: "if (asked !== undefined) throw notWitnessed();",
  replace: "",
};

export const witnessCases: readonly AttackCase[] = [
  {
    number: 8,
    title: "two histories of the journal, one for a person kept apart from all others",
    promise: "D",
    countermeasure: "pinned witnesses, which cosign one history, and lately",
    mutation: [pinnedAge, pinnedHistory],
    async run(stage) {
      await grows(stage);
      // Somebody whose memory ends with the case: the other history is what they saw last.
      const { u, again } = await somebodyNew(stage);
      await checkLog(u);
      const fork = await forgeLog(stage, "appended");
      // Nobody cosigns it: each witness has seen the other history go on.
      await grows(stage);
      await cosignedByNobody(stage, fork);
      show(stage, fork);
      await stops(["fork"], () => checkLog(u), "beside what the witnesses have seen");
      // Beside the last that both histories share nothing shows, for a day.
      stage.network.answer("logWitnesses", () => fork.before);
      await checkLog(u);
      await stage.later(LATE, async () => {
        const later = await again();
        await stops(["not-witnessed"], () => checkLog(later), "a day later");
      });
      return "whoever pins no witness, and is kept apart for ever, notices nothing";
    },
  },
  {
    number: 9,
    title: "a revocation withheld with everything else: all stands still for one person",
    promise: "D",
    countermeasure: "pinned witnesses, whose time does not stand still",
    mutation: [pinnedAge],
    run: (stage) =>
      whilePinned(stage, async (u) => {
        const [witnesses, log] = [await u.http.call("logWitnesses"), await u.http.call("log")];
        await grows(stage);
        stage.network.answer("log", () => log);
        stage.network.answer("logWitnesses", () => witnesses);
        await checkLog(u);
        await stage.later(LATE, async () => {
          const later = await stage.victim(stage.doctor);
          await stops(["not-witnessed"], () => checkLog(later));
        });
        return "held back alone, while the log that is shown grows, a revocation is noticed at first contact only";
      }),
  },
  {
    number: 33,
    title: "the log rewritten before anybody followed it, behind what its witnesses saw",
    promise: "D",
    countermeasure: "witnesses ask for consistency before they sign",
    mutation: [pinnedAge, pinnedHistory, pinnedEmpty],
    async run(stage) {
      await grows(stage);
      const fork = await forgeLog(stage, "rewritten");
      await cosignedByNobody(stage, fork);
      // Somebody new, who remembers nothing, and to whom the rewritten log is shown from the first.
      const { u } = await somebodyNew(stage);
      show(stage, fork);
      // What they have seen of the log since would be longer than the rewritten one; it is held back.
      stage.network.answer("logWitnesses", () => fork.before);
      await stops(["fork"], () => checkLog(u));
      stage.network.answer("logWitnesses", () => ({ ...fork.before, witnessed: undefined }));
      await stops(["not-witnessed"], () => checkLog(u));
      const { checkpoint: _, ...empty } = fork.log;
      stage.network.invent("log", () => ({ ...empty, size: 0 }));
      await stops(["not-witnessed"], () => checkLog(u), "and no checkpoint at all");
      return undefined;
    },
  },
];

/** Works with the doctor's device while it counts on the witnesses of the stage; all is witnessed. */
async function whilePinned<T>(stage: Stage, work: (u: Unlocked) => Promise<T>): Promise<T> {
  await grows(stage);
  await pinWitnesses(stage.doctor.u, await stage.host.witnesses());
  try {
    return await work(await stage.victim(stage.doctor));
  } finally {
    await pinWitnesses(stage.doctor.u, []);
  }
}

/** Something is added, and the log, and what its witnesses have seen, cover it. */
async function grows(stage: Stage): Promise<void> {
  const { http } = stage.doctor.u;
  await stage.add("pour les témoins");
  const { size } = await http.call("log");
  // A witness whose asking was broken off is left alone for a minute (witnessing.ts).
  for (let tried = 0; tried < 1800; tried++) {
    const { witnesses } = await http.call("logWitnesses");
    const told = await http.call("log");
    if (told.size > size && witnesses.every((each) => each.size >= told.size)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the log is not witnessed");
}

/** Another history under the log's own key. */
interface Fork {
  readonly log: Loose;
  readonly read: ReadHashes;
  /** What witnesses are asked to cosign. */
  readonly request: string;
  /** What they have cosigned of the true one. */
  readonly before: Loose;
}

/** Makes one: the true log and an entry more, or the true log with another entry in it. */
async function forgeLog(stage: Stage, how: "appended" | "rewritten"): Promise<Fork> {
  const { http, server } = stage.doctor.u;
  const told = await http.call("log");
  const before = await http.call("logWitnesses");
  const { log } = await keysOf(told, server.logKey);
  const leaves = await leavesOf(stage, told.size);
  const invented = leafHash(utf8("an entry that never was"));
  const made = how === "appended" ? [...leaves, invented] : leaves.with(1, invented);
  const read = treeOver(made);
  const origin = originOf(log);
  const size = made.length;
  const root = hashOf(await spanRoot({ from: 0, to: size }, read));
  const text = formatCheckpoint({ origin, size, root });
  const signer = await stage.logSigner();
  const signature = await signBytes(signer, utf8(text));
  const line = { name: origin, id: noteKeyId(origin, signer.publicKey), signature };
  const checkpoint = formatNote({ text, signatures: [line] });
  const old = Math.min(size, ...before.witnesses.map((each) => each.size));
  const hashes = await spanRoots(consistencySpans(old, size), read);
  return {
    log: { ...told, size, checkpoint },
    read,
    request: formatAddCheckpoint({ old, hashes, checkpoint }),
    before: { ...before },
  };
}

async function cosignedByNobody(stage: Stage, { request }: Fork): Promise<void> {
  const statuses = await stage.host.cosign(request);
  holds(
    statuses.length > 0 && statuses.every((status) => status === 409 || status === 422),
    `a witness cosigned another history: ${statuses.join(", ")}`,
  );
}

/** Shows a victim another history, with every proof that it has. */
function show({ network }: Stage, { log, read }: Fork): void {
  network.invent("log", () => log);
  network.invent("logConsistency", async (_, query) => {
    const [from, to] = [Number(query.get("from")), Number(query.get("to"))];
    return { from, to, hashes: (await spanRoots(consistencySpans(from, to), read)).map(hashOf) };
  });
}

/** The leaves of the true log, read as anybody can. */
export async function leavesOf(stage: Stage, size: number): Promise<Bytes[]> {
  const leaves: Bytes[] = [];
  while (leaves.length < size) {
    const number = leaves.length / TILE_WIDTH;
    const width = Math.min(TILE_WIDTH, size - leaves.length);
    const path = tilePath({ level: 0, number, width });
    const answer = await stage.network.traffic.fetch(`${stage.url}/log/tile/${path}`);
    leaves.push(...hashesIn(new Uint8Array(await answer.arrayBuffer())));
  }
  return leaves;
}

/** Leaves as the tiles of a tree would have them. */
export function treeOver(leaves: readonly Bytes[]): ReadHashes {
  return async (level, from, to) => {
    const width = TILE_WIDTH ** level;
    return await Promise.all(
      Array.from({ length: to - from }, (_, i) =>
        rootOfPerfect(leaves.slice((from + i) * width, (from + i + 1) * width)),
      ),
    );
  };
}

/** Who remembers nothing of the log, and counts on the witnesses of the stage. */
async function somebodyNew(
  stage: Stage,
): Promise<{ readonly u: Unlocked; readonly again: () => Promise<Unlocked> }> {
  const { url: server, now, network } = stage;
  const store = memoryStore();
  const password = "mot-de-passe-canari de quelqu'un";
  const fetch = network.traffic.fetch;
  const { account } = await signUp({
    server,
    now,
    fetch,
    store,
    password,
    address: "nouveau-canari@example.org",
    name: "nouveau Nom-canari-3391",
  });
  await account.lock();
  const again = async () =>
    (await unlockHere({ server, now, store, password, fetch: network.fetch })).u;
  const u = await again();
  await pinWitnesses(u, await stage.host.witnesses());
  return { u, again };
}
