import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Fault } from "./check-faults.ts";
import type { Progress } from "./check-leaves.ts";
import { writeDurably } from "./durable.ts";
import type { Environment } from "./environment.ts";
import { NEXT_LOG } from "./keys.ts";
import { type CheckedLog, checkLog } from "./operator-check.ts";
import { erase, parseErasure, tellErasure } from "./operator-erase.ts";
import { atPlace, keysFolder, type LookedAtPlace, lookAtPlace } from "./operator-place.ts";
import { parseSecurityAsked, readSecurityLog, securityText } from "./operator-security.ts";
import { finishSuccession, isBrokenOff, succeed, tellLoss } from "./operator-succeed.ts";

// What an operator does to the journal and its log. ECRIN_DATA and DATABASE_URL are described in
// README; a server may run meanwhile.

/** What a command is told beside its words, and where it speaks: of a process its own. */
export interface Desk {
  readonly env: Environment;
  readonly stdout: Out;
  readonly stderr: Out;
}

interface Out {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

const USAGE = `usage: npm run log -- rotate
       npm run log -- erase --subject ID --from LINE [--count LINES] --reason WORD [--yes]
       npm run log -- succeed [--yes]
       npm run log -- check [--json]
       npm run log -- security [--kind KIND] [--account ID] [--since DAY] [--limit LINES] [--json]
`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

const DONE = 0;
const NOT_DONE = 1;
/** The database is not what was signed: that is no failure to look. */
const ALARM = 2;

function say({ stdout }: Desk, line: string): void {
  stdout.write(`${line}\n`);
}

/** It comes into force, signed in by the one before it, when the server starts again (spec/log.md, Name and keys). */
async function rotate(args: readonly string[], desk: Desk): Promise<number> {
  parseArgs({ args: [...args], options: {} });
  const next = join(await keysFolder(desk.env), NEXT_LOG);
  if ((await stat(next).catch(() => undefined)) === undefined)
    await writeDurably(next, `${randomBytes(32).toString("base64url")}\n`);
  say(desk, "The next log key is made. Start the server again: it signs from then on.");
  return DONE;
}

/** Without `--yes` a command that changes something looks only, as `check` does, and changes nothing at all. */
async function eraseLines(args: readonly string[], desk: Desk): Promise<number> {
  const options = { subject: text, from: text, count: text, reason: text, yes: flag } as const;
  const { yes, ...given } = parseArgs({ args: [...args], options }).values;
  const wanted = parseErasure(given);
  const tell = async (place: Pick<LookedAtPlace, "admin">) => {
    const found = await tellErasure(place, wanted);
    if (found.length === 0) throw new Error("There is nothing to erase there.");
    for (const { kind, count } of found) say(desk, `${String(count).padStart(6)}  ${kind}`);
  };
  if (yes !== true) {
    await lookAtPlace(desk.env, tell);
    say(desk, "Nothing has been erased. This cannot be undone: add --yes to do it.");
    return NOT_DONE;
  }
  await atPlace(desk.env, async (place) => {
    await tell(place);
    const erased = await erase(place, wanted);
    say(
      desk,
      `Erased ${erased}. The erasure is an entry of that journal, and every proof stays valid.`,
    );
    say(
      desk,
      "Backups, replicas and the write-ahead log hold what was erased until they run out: see spec/log.md, Erasure.",
    );
  });
  return DONE;
}

/** Ends a log whose entries are lost for good (spec/succession.md). */
async function succeedLog(args: readonly string[], desk: Desk): Promise<number> {
  const { yes } = parseArgs({ args: [...args], options: { yes: flag } }).values;
  if (yes !== true) {
    await lookAtPlace(desk.env, (place) => tellSuccession(place, desk));
    return NOT_DONE;
  }
  await atPlace(desk.env, async (place) => {
    if (await finishSuccession(place)) {
      say(desk, "A succession that had been broken off is finished. Start the server again.");
      return;
    }
    await sayLoss(place, desk);
    await succeed(place);
    say(desk, "The log has ended, and another one follows it. Start the server again.");
    say(desk, "Give its witnesses the new key, and tell your users what was lost and why.");
  });
  return DONE;
}

async function tellSuccession(place: LookedAtPlace, desk: Desk): Promise<void> {
  if (await isBrokenOff(place)) {
    say(
      desk,
      "A succession has been broken off. Nothing has been changed: the next start of the server finishes it, or --yes.",
    );
    return;
  }
  await sayLoss(place, desk);
  say(
    desk,
    "Nothing has been changed. Ending this log cannot be undone, and everybody who knew it is told: add --yes to do it.",
  );
}

async function sayLoss(place: LookedAtPlace, desk: Desk): Promise<void> {
  const { size, kept, newest } = await tellLoss(place);
  say(desk, `${size} entries were signed for, and the database holds the first ${kept} of them.`);
  if (newest !== undefined)
    say(desk, `The newest that is left is of ${new Date(newest).toISOString()}.`);
  say(
    desk,
    `${size - kept} entries, and all that was done by them, are lost for good if no backup has them.`,
  );
}

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

async function check(args: readonly string[], desk: Desk): Promise<number> {
  const { json } = parseArgs({ args: [...args], options: { json: flag } }).values;
  return await lookAtPlace(desk.env, async (place) => {
    const checked = await checkLog(place, showProgress(desk));
    if (json === true) say(desk, JSON.stringify(checked));
    else sayChecked(checked, desk);
    return checked.faults.length > 0 ? ALARM : DONE;
  });
}

/** Where somebody sits there, one line that is written over; a log of millions takes minutes. */
function showProgress({ stderr: out }: Desk): Progress {
  if (!out.isTTY) return () => undefined;
  return (leaves, of) => {
    const part = Math.floor((100 * leaves) / of);
    out.write(leaves < of ? `\r${part} % of ${of} leaves` : "\r\u001b[K");
  };
}

function sayChecked({ log, faults, ...counted }: CheckedLog, desk: Desk): void {
  if (log !== undefined) {
    say(desk, `Log ${log}: ${counted.leaves} leaves; ${counted.signed} were signed for outside.`);
    say(desk, `entries      ${counted.openings}, and ${counted.erased} erased`);
    say(desk, `tree         ${counted.tiles} stored hashes, ${counted.checkpoints} checkpoints`);
    say(
      desk,
      `HMAC chain   ${counted.tags} tags checked, ${counted.tagsErased} whose keys are erased`,
    );
  }
  for (const { looked, count, first } of faults)
    say(desk, `ALARM ${looked}: ${FAULTS[looked]} ${count} of them, the first: ${first}.`);
  say(
    desk,
    faults.length === 0
      ? "The database is what was signed."
      : "The database is not what was signed: see README, When the database is not what was signed.",
  );
}

async function security(args: readonly string[], desk: Desk): Promise<number> {
  const options = { kind: text, account: text, since: text, limit: text, json: flag } as const;
  const { json, ...given } = parseArgs({ args: [...args], options }).values;
  const asked = parseSecurityAsked(given);
  await lookAtPlace(desk.env, async ({ admin }) => {
    for (const line of await readSecurityLog(admin, asked))
      say(desk, json === true ? JSON.stringify(line) : securityText(line));
  });
  return DONE;
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

/**
 * Does what an operator asks for: the name of a command, and its words.
 * @returns what a process ends with: 0, 1 where it was not done, 2 where the database is not what was signed
 */
export async function operate(asked: readonly string[], desk: Desk): Promise<number> {
  const [name = "", ...words] = asked;
  try {
    const command = commands.get(name);
    if (command === undefined) throw new TypeError(`There is no command “${name}”.`);
    return await command(withIds(words), desk);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    desk.stderr.write(error instanceof TypeError ? `${said}\n${USAGE}` : `${said}\n`);
    return NOT_DONE;
  }
}
