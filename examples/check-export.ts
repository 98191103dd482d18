import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Account, checkExport, type HealthRecord } from "@ecrin/client";
import { bytesSource } from "@ecrin/protocol";
import type { Report } from "./report.ts";

const VERIFIER = fileURLToPath(import.meta.resolve("@ecrin/protocol/verifier/verify.py"));

/** What the journey leaves behind: a journal to take along. */
export interface Exportable {
  readonly camille: Account;
  readonly record: HealthRecord;
}

/** The export of her journal, whole; going on from an earlier checkpoint where its leaves are given. */
export async function exported(
  { record }: Exportable,
  since?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  const asked = { language: "fr", ...(since === undefined ? {} : { since }) } as const;
  for await (const part of await record.exportJournal(asked)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

/**
 * Takes her journal along and checks the copy offline: with our verifier, against the log key that
 * her own device follows; and with the one in Python, which shares no code with it.
 */
export async function checkItsExport(told: Exportable, { step, promise }: Report): Promise<void> {
  const archive = await step("she takes her journal along", () => exported(told));
  const { keys } = await told.camille.checkLog();
  const [first] = keys.lives;
  const said = await step("the copy is checked offline", () =>
    checkExport(bytesSource(archive), first === undefined ? {} : { logKey: first.key }),
  );
  const lines = await told.record.journal();
  const reads = lines.filter((line) => line.statement === "signed-by-reader").length;
  const whole = said.entries === lines.length && said.signedReads === reads && said.logKeyKnown;
  promise("it holds every line of her journal, and every signed read", whole);
  const flipped = new Uint8Array(archive);
  const middle = flipped.length >> 1;
  flipped[middle] = (flipped[middle] ?? 0) ^ 1;
  const refused = await checkExport(bytesSource(flipped)).then(
    () => false,
    () => true,
  );
  promise("with one bit changed it is refused", refused);
  await withPython(archive, first?.key ?? "", promise);
}

async function withPython(
  archive: Uint8Array,
  logKey: string,
  promise: Report["promise"],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "ecrin-journey-export-"));
  try {
    const file = join(folder, "export.zip");
    await writeFile(file, archive, { mode: 0o600 });
    const args = [VERIFIER, file, "--log-key", logKey];
    const { error, stdout } = spawnSync("python3", args, { encoding: "utf8" });
    if (error === undefined)
      promise("a verifier in Python, of other code, says the same", stdout.endsWith("VERIFIED\n"));
    else console.log("              python3 is not here, so its verifier is not tried");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
