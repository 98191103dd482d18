import { signStatement } from "@ecrin/crypto";
import {
  type Entry,
  encodeEntry,
  entryCommitment,
  entryText,
  formatNote,
  fromBase64url,
  fromUtf8,
  type Hash,
  hashOf,
  type JournalEntry,
  noteKeyId,
  originOf,
  parseCheckpoint,
  parseEntry,
  parseNote,
  type RouteAnswer,
  type Statement,
  SUITE,
  utf8,
} from "@ecrin/protocol";
import { createRecord, HealthRecord } from "../../packages/client/src/record.ts";
import { type AttackCase, Broken, holds, stops } from "./case.ts";
import { asMember } from "./cases-record.ts";
import { asksOn } from "./cases-rollback.ts";
import type { Stage } from "./stage.ts";

const ALARM = ["fork", "rollback", "entry-missing"];

export const logCases: readonly AttackCase[] = [
  {
    number: 33,
    title: "the journal rewritten, a gap, a double index, another tree signed",
    promise: "D",
    countermeasure:
      "the chain of each subject, and each line looked for in a tree that is only believed to grow",
    mutation: [
      {
        file: "packages/client/src/journal.ts",
        find: "for (const gap of gaps) if (firstMissing(gap, erasures) !== undefined) fork();",
        replace: "",
      },
      {
        file: "packages/client/src/log-place.ts",
        find: "if (root === undefined || !(await isInTree(leaf, { size, root }, read))) throw missing(leaf);",
        replace: "",
      },
      {
        file: "packages/client/src/log-place.ts",
        find: "if (leaf.index <= before) throw missing(leaf);",
        replace: "",
      },
    ],
    async run(stage) {
      for (const title of ["trente-trois", "et encore", "et encore"]) await stage.add(title);
      await sign(stage);
      const victim = await stage.victimRecord();
      const lines = await victim.journal();
      holds(lines.length > 3, "there is no journal to rewrite");
      const lies: Record<string, (entries: JournalEntry[]) => readonly JournalEntry[]> = {
        "a line dropped": (entries) => entries.toSpliced(1, 1),
        "a line dropped and the chain made anew": (entries) => chained(entries.toSpliced(1, 1)),
        "a line rewritten": (entries) => entries.map((each, i) => (i === 1 ? retold(each) : each)),
        "a line in the place of another": (entries) =>
          chained(entries.with(1, entries[2] ?? nothing())),
        "the end cut off": (entries) => entries.slice(0, -1),
        "two lines at one index": (entries) =>
          entries.map((each, i) => (i === 2 ? { ...each, index: entries[1]?.index ?? 0 } : each)),
        "a line at another index": (entries) =>
          entries.map((each, i) => (i === 1 ? { ...each, index: each.index + 1 } : each)),
      };
      const signer = await stage.logSigner();
      for (const [what, lie] of Object.entries(lies)) {
        // Under the head that was signed for the journal as it is, and under one that fits the lie.
        for (const isSignedAnew of [false, true]) {
          stage.network.answer("journal", async (answer) => {
            const told = answer as RouteAnswer<"journal">;
            const entries = lie([...told.entries]);
            return isSignedAnew
              ? { entries, head: await headOver(stage, entries, signer) }
              : { ...told, entries };
          });
          const how = `${what}${isSignedAnew ? ", its head signed anew" : ""}`;
          // On the device that followed it before, and on one that begins to.
          await stops(ALARM, () => victim.journal(), how);
          await stops(ALARM, async () => (await stage.victimRecord()).journal(), how);
          stage.network.calm();
        }
      }
      await otherTree(stage);
      stage.network.calm();
      await victim.journal();
      return undefined;
    },
  },
  {
    number: 33,
    title: "lines kept back under an erasure of more than there was",
    promise: "D",
    countermeasure: "an erasure accounts for what stood before it, and for nothing later",
    mutation: [
      {
        file: "packages/protocol/src/erased.ts",
        find: "to: Math.min(from + count, n)",
        replace: "to: from + count",
      },
    ],
    async run(stage) {
      await stage.add("trente-trois, effacé");
      const victim = await stage.victimRecord();
      const more = (await victim.journal()).length;
      const [subject, at] = [stage.record.space, stage.now()];
      const erasure = { kind: "erasure", about: { from: more + 1, count: 2 ** 40 } } as const;
      const later = { kind: "listing", about: {} } as const;
      await tells(stage, (entries) => {
        const first = lineAfter(entries.at(-1) ?? nothing(), { subject, at, ...erasure });
        // It names the last of those that are kept back, whatever stood there.
        const last = lineAfter(first, { subject, at, ...later }, 3);
        return [...entries, first, last];
      });
      await stops(ALARM, () => victim.journal(), "lines kept back");
      return undefined;
    },
  },
  {
    number: 33,
    title: "a line that no checkpoint ever covers, dated far ahead",
    promise: "D",
    countermeasure: "what is dated more than a day ahead is not waited for",
    mutation: [
      {
        file: "packages/client/src/log-place.ts",
        find: "return Math.abs(now() - at) > DAY;",
        replace: "return now() - at > DAY;",
      },
    ],
    async run(stage) {
      // A record of its own: its owner goes on missing the line that they once saw signed for.
      const { space } = await createRecord(stage.doctor.u);
      const victim = new HealthRecord(await stage.victim(stage.doctor), space);
      await victim.journal();
      const line = { subject: space, kind: "listing", about: {} } as const;
      const at = stage.now() + 10 * 365 * 86_400_000;
      await tells(stage, (entries) => [
        ...entries,
        lineAfter(entries.at(-1) ?? nothing(), { ...line, at }),
      ]);
      await stops(ALARM, () => victim.journal(), "a line of another year");
      return undefined;
    },
  },
  {
    number: 36,
    title: "a database restored behind what was signed for, beside the keys of now",
    promise: "H",
    countermeasure:
      "the last checkpoint lies outside the database, and the server looks before it serves",
    slow: true,
    mutation: [
      {
        file: "apps/server/src/outside.ts",
        find: "if (note === undefined) return undefined;",
        replace: "if (note !== '') return undefined;",
      },
    ],
    async run(stage) {
      const { record, host } = stage;
      const item = await stage.add("trente-six, restauré");
      const backup = await asMember(stage, "reader", async () => await host.backup());
      try {
        await sign(stage);
        const [{ fact } = nothing()] = await record.history(item);
        if (fact.op === "delete") return nothing();
        await host.bringKeys(backup);
        const said = await asksOn(stage, backup, fact).then(
          () => "released",
          (error: unknown) => (error instanceof Error ? error.message : "?"),
        );
        if (said === "released") throw new Broken("it released what an ended reader asked for");
        holds(said.includes("behind its last checkpoint"), `it said: ${said}`);
      } finally {
        await host.remove(backup);
      }
      return undefined;
    },
  },
];

/** An export covers everything that was written: the log signs it. */
async function sign({ record }: Stage): Promise<void> {
  for await (const _ of await record.exportJournal({ language: "en" }));
}

/** The same line saying something else. */
function retold(line: JournalEntry): JournalEntry {
  return { ...line, entry: line.entry.replace(/"at":\d+/, '"at":1') };
}

/** Entries chained anew, as a server can that has their texts. */
function chained(entries: readonly JournalEntry[]): JournalEntry[] {
  let prev: Hash | undefined;
  return entries.map((each, n) => {
    const { prev: _, ...entry } = parseEntry(each.entry);
    const made = encodeEntry({ ...entry, n, ...(prev === undefined ? {} : { prev }) });
    prev = hashOf(entryCommitment(fromBase64url(each.salt), made));
    return { ...each, n, entry: fromUtf8(made) };
  });
}

/** Tells another journal, under a head that is signed for it. */
async function tells(
  stage: Stage,
  change: (entries: readonly JournalEntry[]) => readonly JournalEntry[],
): Promise<void> {
  const signer = await stage.logSigner();
  stage.network.answer("journal", async (answer) => {
    const entries = change((answer as RouteAnswer<"journal">).entries);
    return { entries, head: await headOver(stage, entries, signer) };
  });
}

/** A line that continues another, or stands so many further on; of no checkpoint yet. */
function lineAfter(
  { n, index, salt, entry, tag }: JournalEntry,
  line: Pick<Entry, "subject" | "at" | "kind" | "about">,
  further = 1,
): JournalEntry {
  const prev = hashOf(entryCommitment(fromBase64url(salt), utf8(entry)));
  const made = entryText({ v: 1, ...line, n: n + further, prev, actor: {} });
  return { n: n + further, index: index + 1000, salt, entry: made, before: tag, tag };
}

/** The head of a journal that ends with the last of these. */
async function headOver(
  stage: Stage,
  entries: readonly JournalEntry[],
  signer: Parameters<typeof signStatement>[2],
): Promise<Statement> {
  const { n, salt, entry } = entries.at(-1) ?? nothing();
  const hash = hashOf(entryCommitment(fromBase64url(salt), utf8(entry)));
  const { subject } = parseEntry(entry);
  const facts = { suite: SUITE, subject, n, hash, at: stage.now() };
  return await signStatement("head", facts, signer);
}

/** The log's own key signs another tree of a larger size: nothing proves that it grew out of the one seen. */
async function otherTree(stage: Stage): Promise<void> {
  const signer = await stage.logSigner();
  const u = await stage.victim();
  const told: RouteAnswer<"log"> = await u.http.call("log");
  const { text } = parseNote(told.checkpoint);
  const { size } = parseCheckpoint(text);
  const origin = originOf(told.log);
  const forged = `${origin}\n${size + 1}\n${btoa("\0".repeat(32))}\n`;
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", signer.key, utf8(forged)));
  const line = { name: origin, id: noteKeyId(origin, told.first), signature };
  const checkpoint = formatNote({ text: forged, signatures: [line] });
  stage.network.answer("log", (answer) => ({ ...answer, size: size + 1, checkpoint }));
  stage.network.invent("logConsistency", () => ({ from: size, to: size + 1, hashes: [] }));
  await stops(ALARM, async () => (await stage.victimRecord()).journal(), "another tree");
}

function nothing(): never {
  throw new Error("the stage lacks something");
}
