import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { writeDurably } from "./durable.ts";
import { NEXT_LOG } from "./keys.ts";
import { erase, parseErasure, tellErasure } from "./operator-erase.ts";
import { atPlace, keysFolder } from "./operator-place.ts";
import { parseSecurityAsked, readSecurityLog, securityText } from "./operator-security.ts";

// npm run log -- …: what an operator does to the journal and its log. ECRIN_DATA and DATABASE_URL
// are described in README; a server may run meanwhile.

const USAGE = `usage: npm run log -- rotate
       npm run log -- erase --subject ID --from LINE [--count LINES] --reason WORD [--yes]
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

async function eraseLines(args: readonly string[]): Promise<void> {
  const options = { subject: text, from: text, count: text, reason: text, yes: flag } as const;
  const { yes, ...given } = parseArgs({ args: [...args], options }).values;
  const wanted = parseErasure(given);
  await atPlace(async (place) => {
    const found = await tellErasure(place, wanted);
    if (found.length === 0) throw new Error("There is nothing to erase there.");
    for (const { kind, count } of found) say(`${String(count).padStart(6)}  ${kind}`);
    if (yes !== true) {
      say("Nothing has been erased. This cannot be undone: add --yes to do it.");
      process.exitCode = 1;
      return;
    }
    const erased = await erase(place, wanted);
    say(`Erased ${erased}. The erasure is an entry of that journal, and every proof stays valid.`);
    say(
      "Backups, replicas and the write-ahead log hold what was erased until they run out: see spec/log.md, Erasure.",
    );
  });
}

async function security(args: readonly string[]): Promise<void> {
  const options = { kind: text, account: text, since: text, limit: text, json: flag } as const;
  const { json, ...given } = parseArgs({ args: [...args], options }).values;
  const asked = parseSecurityAsked(given);
  await atPlace(async ({ admin }) => {
    for (const line of await readSecurityLog(admin, asked))
      say(json === true ? JSON.stringify(line) : securityText(line));
  });
}

const commands = new Map([
  ["rotate", rotate],
  ["erase", eraseLines],
  ["security", security],
]);
const [name = "", ...args] = process.argv.slice(2);
const command = commands.get(name);
try {
  if (command === undefined) throw new TypeError(`There is no command “${name}”.`);
  await command(args);
} catch (error) {
  const said = error instanceof Error ? error.message : String(error);
  process.stderr.write(error instanceof TypeError ? `${said}\n${USAGE}` : `${said}\n`);
  process.exitCode = 1;
}
