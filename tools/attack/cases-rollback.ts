import { Contacts, HealthRecord, memoryStore, signInWithKit } from "@ecrin/client";
import { openWrap } from "@ecrin/crypto";
import {
  fromBase64url,
  type RouteAnswer,
  type RouteName,
  SERVER,
  type SealedRevision,
  serverKeyHash,
  wrapContext,
} from "@ecrin/protocol";
import { askReleases } from "../../packages/client/src/release.ts";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import type { Unlocked } from "../../packages/client/src/unlocked.ts";
import { type AttackCase, codeOf, holds, stops } from "./case.ts";
import { asMember, listing } from "./cases-record.ts";
import type { Loose } from "./network.ts";
import { type Actor, cloneOf, type Stage } from "./stage.ts";

const ALARM = ["rollback", "fork"];

export const rollbackCases: readonly AttackCase[] = [
  {
    number: 7,
    title: "chains, tree, journal and keyring rolled back, one at a time",
    promise: "D",
    countermeasure: "the highest head of each, kept on the device and in the keyring",
    mutation: [
      {
        file: "packages/client/src/keyring.ts",
        find: "return this.#heads.get(chain); }",
        replace: 'return chain === "" ? this.#heads.get(chain) : undefined; }',
      },
    ],
    async run(stage) {
      const early = await answersOf(stage);
      const fresh = await muchHappens(stage);
      await seesAll(stage);
      for (const [who, device] of [
        ["the device", stage.alice],
        ["a new device", fresh],
      ] as const) {
        const u = await stage.victim(device);
        for (const [what, look] of Object.entries(looks(stage, u))) {
          replay(stage, early);
          await stops(ALARM, look, `${what} on ${who}`);
          stage.network.calm();
        }
        for (const what of ["keyring", "chain"] as const) {
          stage.network.answer("account", (answer) => ({ ...answer, [what]: early.account[what] }));
          await stops([...ALARM, "cannot-open"], () => stage.victim(device), `${what} on ${who}`);
          stage.network.calm();
        }
      }
    },
  },
  {
    number: 7,
    title: "the whole database restored from a backup",
    promise: "D",
    countermeasure: "the keyring's version and every head, kept on the device",
    slow: true,
    mutation: [
      {
        file: "packages/client/src/keyring.ts",
        find: "if (version < seen.version) throw olderKeyring();",
        replace: "",
      },
      {
        file: "packages/client/src/accounts.ts",
        find: "if (known !== undefined) checkContinues(known.state, state);",
        replace: "",
      },
      {
        file: "packages/client/src/accounts.ts",
        find: "if (seen !== undefined && view.state.head.seq < seen.seq) throw shorter(); if (seen !== undefined && !hasHead(view.state, seen)) throw another();",
        replace: "",
      },
    ],
    async run(stage) {
      const { alice, host, now } = stage;
      const backup = await host.backup();
      const server = await stage.restored(backup);
      try {
        await muchHappens(stage);
        await seesAll(stage);
        const store = await cloneOf(alice.store);
        const { url, fetch } = server;
        const ask = { server: url, password: alice.password, store, now, fetch };
        await stops(ALARM, () => unlockHere(ask));
      } finally {
        await server.stop();
        await host.remove(backup);
      }
    },
  },
  {
    number: 8,
    title: "a record shown shorter than an epoch's statement says, to one who saw no more",
    promise: "D",
    countermeasure: "the statement that begins an epoch names the size of the tree",
    mutation: [
      {
        file: "packages/client/src/listing.ts",
        find: "if (this.#frontier.size < least)",
        replace: "if (this.#frontier.size < 0)",
      },
    ],
    async run(stage) {
      const { doctor, mallory, record } = stage;
      await stage.add("huit, montré");
      await stage.add("huit, caché");
      // The epoch turns with her end.
      await asMember(stage, "reader", async () => undefined, mallory);
      await record.addMember(doctor.u.account, { role: "reader" });
      try {
        listing(stage, (revisions) => revisions.slice(0, -1));
        const his = await stage.victimRecord(doctor);
        await stops(ALARM, () => his.list(), "the newest left out");
        stage.network.calm();
        await his.list();
      } finally {
        stage.network.calm();
        await record.endMember(doctor.u.account);
      }
      return undefined;
    },
  },
  {
    number: 36,
    title: "a release after the end, from a backup; a stolen backup with an ex-reader's keys",
    promise: "H",
    countermeasure:
      "the server refuses after the end, and its release key lies outside database and backups",
    slow: true,
    mutation: [
      {
        file: "apps/server/src/keys.ts",
        find: "release: await openerOf(release),",
        replace: "release: await openerOf(log),",
      },
    ],
    async run(stage) {
      const { mallory, record, host } = stage;
      const item = await stage.add("trente-six");
      const backup = await asMember(stage, "reader", async () => await host.backup());
      try {
        const hers = new HealthRecord(mallory.u, record.space);
        await stops(["not-allowed", "closed", "not-found"], () => hers.open(item));
        const [{ fact } = nothing()] = await record.history(item);
        if (fact.op === "delete") return nothing();
        // Restored with its key and kept from everything that happened since, the server releases: honest server only.
        await asksOn(stage, backup, fact);
        await host.exchangeReleaseKey(backup);
        await opensWithNoKey(stage, backup);
        const code = await asksOn(stage, backup, fact).then(
          () => "released",
          (error: unknown) => codeOf(error) ?? "by accident",
        );
        holds(code === "malformed" || code === "internal", `without its key the server: ${code}`);
      } finally {
        await host.remove(backup);
      }
      return "restored with its key and cut off from its clients, a server does release: as the threat model says";
    },
  },
];

type Early = {
  readonly [Name in
    | "account"
    | "chain"
    | "chainOfSpace"
    | "revisions"
    | "journal"]: RouteAnswer<Name>;
};

/** What the server answers Alice now, to be replayed later. */
async function answersOf({ alice, doctor, record }: Stage): Promise<Early> {
  const { http, keyring } = alice.u;
  const params = { space: record.space };
  const seen = keyring.seen(doctor.u.account)?.hash ?? nothing();
  return {
    account: await http.call("account"),
    chain: await http.call("chain", { params: { account: doctor.u.account }, query: { seen } }),
    chainOfSpace: await http.call("chainOfSpace", { params }),
    revisions: await http.call("revisions", { params }),
    journal: await http.call("journal", { params: { subject: record.space } }),
  };
}

/** Every chain grows. @returns a device that Alice signs in anew: all it remembers is the keyring */
async function muchHappens(stage: Stage): Promise<Pick<Actor, "password" | "store">> {
  const { alice, doctor, url, now } = stage;
  const enrol = async ({ kit, password }: Actor) => {
    const store = memoryStore();
    await (await signInWithKit({ server: url, kit, password, store, now })).lock();
    return { password, store };
  };
  await enrol(doctor);
  await stage.add("sept, avant la fin");
  await asMember(stage, "reader", async (hers) => await hers.list());
  await stage.add("sept, après la fin");
  await alice.u.accounts.get(doctor.u.account, 0);
  return await enrol(alice);
}

/** Alice's device looks at everything once more, and its keyring is saved. */
async function seesAll(stage: Stage): Promise<void> {
  const u = await stage.victim();
  for (const look of Object.values(looks(stage, u))) await look();
  await u.keyring.save();
}

/** What somebody looks at, each by another chain. */
function looks({ doctor, record: { space } }: Stage, u: Unlocked) {
  return {
    "a contact's chain": () => new Contacts(u).check(doctor.u.account),
    "the space": () => new HealthRecord(u, space).members(),
    "the record": () => new HealthRecord(u, space).list(),
    "the journal": () => new HealthRecord(u, space).journal(),
  };
}

/** Answers as they were, from where they are asked for. */
function replay({ doctor, network }: Stage, early: Early): void {
  const from = (query: URLSearchParams) => Number(query.get("from") ?? 0);
  const replayed: Partial<Record<RouteName, (from: number) => Loose>> = {
    chainOfSpace: (at) => ({
      ...early.chainOfSpace,
      statements: early.chainOfSpace.statements.slice(at),
    }),
    revisions: (at) => ({ ...early.revisions, revisions: early.revisions.revisions.slice(at) }),
    journal: (at) => ({ ...early.journal, entries: early.journal.entries.slice(at) }),
  };
  for (const [route, answer] of Object.entries(replayed)) {
    network.answer(route as RouteName, (_, __, query) => answer(from(query)));
  }
  network.answer("chain", (answer, path, query) =>
    path.endsWith(doctor.u.account)
      ? { statements: early.chain.statements.slice(from(query)) }
      : answer,
  );
}

/** The ex-reader asks a server started on a backup for a release, by a client that asks nothing else. */
export async function asksOn(
  { mallory, record, now, restored }: Stage,
  backup: string,
  fact: SealedRevision,
): Promise<void> {
  const server = await restored(backup);
  try {
    const store = await cloneOf(mallory.store);
    const { url, fetch } = server;
    const { u } = await unlockHere({ server: url, password: mallory.password, store, now, fetch });
    const { releases } = await askReleases(u, record.space, [fact], "care");
    holds(releases.length === 1, "no release");
  } finally {
    await server.stop();
  }
}

/** No other key of the server's opens what is wrapped to its release key. */
async function opensWithNoKey({ record, mallory, host }: Stage, backup: string): Promise<void> {
  const seeds = (await host.otherSeeds(backup)).map((text) => fromBase64url(text));
  holds(seeds.length >= 5, "the server's other keys are not there to be tried");
  const identity = serverKeyHash(mallory.u.server.releaseKey);
  const to = { secret: "release", recipient: SERVER, identity } as const;
  const wraps = await host.wrapsForServer(backup, record.space);
  holds(wraps.length > 0, "nothing is wrapped for the server");
  for (const { epoch, wrap } of wraps) {
    const ctx = wrapContext(record.space, epoch, to);
    for (const seed of seeds)
      await stops(["cannot-open"], () => openWrap(seed, ctx, fromBase64url(wrap)));
  }
}

function nothing(): never {
  throw new Error("the stage lacks something");
}
