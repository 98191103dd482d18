import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { Fault } from "./check-faults.ts";
import type { Progress } from "./check-leaves.ts";
import { writeDurably } from "./durable.ts";
import { NEXT_LOG } from "./keys.ts";
import { type CheckedLog, checkLog } from "./operator-check.ts";
import { erase, parseErasure, tellErasure } from "./operator-erase.ts";
import { atPlace, keysFolder, type LookedAtPlace, lookAtPlace } from "./operator-place.ts";
import { parseSecurityAsked, readSecurityLog, securityText } from "./operator-security.ts";
import { finishSuccession, isBrokenOff, succeed, tellLoss } from "./operator-succeed.ts";

// npm run log -- …: what an operator does to the journal and its log. ECRIN_DATA and DATABASE_URL
// are described in README; a server may run meanwhile.

const USAGE = `usage: npm run log -- rotate
       npm run log -- erase --subject ID --from LINE [--count LINES] --reason WORD [--yes]
       npm run log -- succeed [--yes]
       npm run log -- check [--json]
       npm run log -- security [--kind KIND] [--account ID] [--since DAY] [--limit LINES] [--json]
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** It comes into force, signed in by the one before it, when the server starts again (spec/log.md, Name and keys). */
async function rotate(args: readonly string[]): Promise<void> {
  parseArgs({ args: [...args], options: {} });
  const next = join(await keysFolder(), NEXT_LOG);
  if ((await stat(next).catch(() => undefined)) === undefined)
    await writeDurably(next, `${randomBytes(32).toString("base64url")}\n`);
  say("The next log key is made. Start the server again: it signs from then on.");
}

/** Without `--yes` a command that changes something looks only, as `check` does, and changes nothing at all. */
async function eraseLines(args: readonly string[]): Promise<void> {
  const options = { subject: text, from: text, count: text, reason: text, yes: flag } as const;
  const { yes, ...given } = parseArgs({ args: [...args], options }).values;
  const wanted = parseErasure(given);
  const tell = async (place: Pick<LookedAtPlace, "admin">) => {
    const found = await tellErasure(place, wanted);
    if (found.length === 0) throw new Error("There is nothing to erase there.");
    for (const { kind, count } of found) say(`${String(count).padStart(6)}  ${kind}`);
  };
  if (yes !== true) {
    await lookAtPlace(tell);
    say("Nothing has been erased. This cannot be undone: add --yes to do it.");
    process.exitCode = 1;
    return;
  }
  await atPlace(async (place) => {
    await tell(place);
    const erased = await erase(place, wanted);
    say(`Erased ${erased}. The erasure is an entry of that journal, and every proof stays valid.`);
    say(
      "Backups, replicas and the write-ahead log hold what was erased until they run out: see spec/log.md, Erasure.",
    );
  });
}

/** Ends a log whose entries are lost for good (spec/succession.md). */
async function succeedLog(args: readonly string[]): Promise<void> {
  const { yes } = parseArgs({ args: [...args], options: { yes: flag } }).values;
  if (yes !== true) {
    await lookAtPlace(tellSuccession);
    process.exitCode = 1;
    return;
  }
  await atPlace(async (place) => {
    if (await finishSuccession(place)) {
      say("A succession that had been broken off is finished. Start the server again.");
      return;
    }
    await sayLoss(place);
    await succeed(place);
    say("The log has ended, and another one follows it. Start the server again.");
    say("Give its witnesses the new key, and tell your users what was lost and why.");
  });
}

async function tellSuccession(place: LookedAtPlace): Promise<void> {
  if (await isBrokenOff(place)) {
    say(
      "A succession has been broken off. Nothing has been changed: the next start of the server finishes it, or --yes.",
    );
    return;
  }
  await sayLoss(place);
  say(
    "Nothing has been changed. Ending this log cannot be undone, and everybody who knew it is told: add --yes to do it.",
  );
}

async function sayLoss(place: LookedAtPlace): Promise<void> {
  const { size, kept, newest } = await tellLoss(place);
  say(`${size} entries were signed for, and the database holds the first ${kept} of them.`);
  if (newest !== undefined) say(`The newest that is left is of ${new Date(newest).toISOString()}.`);
  say(
    `${size - kept} entries, and all that was done by them, are lost for good if no backup has them.`,
  );
}

/** Ends with 2 where the database is not what was signed: that is no failure to look. */
const ALARM = 2;

const FAULTS: Record<Fault["looked"], string> = {
  log: "The database is of another log than the keys in the folder of the keys.",
  outside: "The checkpoint kept outside the database is not what the database holds.",
  ended:
    "The first leaves are not those that a log left which ended: its end was signed for others.",
  leaf: "Leaves are missing, stand where none can, or are not those of their commitments.",
  opening: "Entries are not what their leaves commit to.",
  gone: "Entries are gone that no erasure accounts for.",
  tile: "Hashes of the tree are not those of its leaves.",
  checkpoint: "Stored checkpoints are not signed by the log, or have another root.",
  tag: "Tags are not those of the operator's chain.",
  epoch:
    "Epochs of the chain of tags do not follow each other, or lack their key or closing entry.",
  head: "The head of the journal is not where its leaves end.",
};

async function check(args: readonly string[]): Promise<void> {
  const { json } = parseArgs({ args: [...args], options: { json: flag } }).values;
  await lookAtPlace(async (place) => {
    const checked = await checkLog(place, showProgress());
    if (checked.faults.length > 0) process.exitCode = ALARM;
    if (json === true) say(JSON.stringify(checked));
    else sayChecked(checked);
  });
}

/** Where somebody sits there, one line that is written over; a log of millions takes minutes. */
function showProgress(): Progress {
  const out = process.stderr;
  if (!out.isTTY) return () => undefined;
  return (leaves, of) => {
    const part = Math.floor((100 * leaves) / of);
    out.write(leaves < of ? `\r${part} % of ${of} leaves` : "\r\u001b[K");
  };
}

function sayChecked({ log, faults, ...counted }: CheckedLog): void {
  if (log !== undefined) {
    say(`Log ${log}: ${counted.leaves} leaves; ${counted.signed} were signed for outside.`);
    say(`entries      ${counted.openings}, and ${counted.erased} erased`);
    say(`tree         ${counted.tiles} stored hashes, ${counted.checkpoints} checkpoints`);
    say(`HMAC chain   ${counted.tags} tags checked, ${counted.tagsErased} whose keys are erased`);
  }
  for (const { looked, count, first } of faults)
    say(`ALARM ${looked}: ${FAULTS[looked]} ${count} of them, the first: ${first}.`);
  say(
    faults.length === 0
      ? "The database is what was signed."
      : "The database is not what was signed: see README, When the database is not what was signed.",
  );
}

async function security(args: readonly string[]): Promise<void> {
  const options = { kind: text, account: text, since: text, limit: text, json: flag } as const;
  const { json, ...given } = parseArgs({ args: [...args], options }).values;
  const asked = parseSecurityAsked(given);
  await lookAtPlace(async ({ admin }) => {
    for (const line of await readSecurityLog(admin, asked))
      say(json === true ? JSON.stringify(line) : securityText(line));
  });
}

/** An id may begin with a hyphen, as an option does: it goes into one argument with the option it belongs to. */
function withIds(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const word of words) {
    const before = joined.at(-1);
    const isId = /^-[A-Za-z0-9_-]{21}$/.test(word);
    if (isId && (before === "--account" || before === "--subject"))
      joined[joined.length - 1] = `${before}=${word}`;
    else joined.push(word);
  }
  return joined;
}

const commands = new Map([
  ["rotate", rotate],
  ["erase", eraseLines],
  ["succeed", succeedLog],
  ["check", check],
  ["security", security],
]);

const [name = "", ...words] = process.argv.slice(2);
const args = withIds(words);
const command = commands.get(name);
try {
  if (command === undefined) throw new TypeError(`There is no command “${name}”.`);
  await command(args);
} catch (error) {
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof TypeError ? `${said}\n${USAGE}` : `${said}\n`);
  process.exitCode = 1;
}
