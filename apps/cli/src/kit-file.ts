import { open, rm, stat, writeFile } from "node:fs/promises";
import type { Kit } from "@ecrin/client";
import { renderUnicodeCompact } from "uqr";
import { CommandError } from "./exit.ts";
import { type Invocation, write } from "./invocation.ts";
import { KIT_WORDS } from "./kit-words.ts";
import { shown } from "./shown.ts";
import { refuseExisting } from "./whole-file.ts";

const DEFAULT = "ecrin-kit.pdf";

/**
 * Where a kit is to be written, checked before there is a kit: once made, it
 * must not be lost to a full disk or a mistyped folder.
 * @throws CommandError `kit-file-kind`, `file-exists`, `file-unwritable`, `cannot-ask`
 */
export async function kitTarget(call: Invocation, given: string | undefined): Promise<string> {
  const path = given ?? (await call.line(call.words.ask.kitFile, DEFAULT));
  if (path === "-") return path;
  if (!/\.(pdf|txt)$/i.test(path)) throw new CommandError("kit-file-kind", path);
  await refuseExisting(path);
  try {
    await (await open(path, "wx", 0o600)).close();
  } catch (cause) {
    throw new CommandError("file-unwritable", path, { cause });
  }
  return path;
}

/** Writes a kit as a page, as text, or to standard output; where the disk refuses, to the terminal. */
export async function writeKit(call: Invocation, kit: Kit, path: string): Promise<void> {
  const text = await kitText(call, kit);
  if (path === "-") {
    await write(call.streams.stdout, text);
    return;
  }
  try {
    const isPage = path.toLowerCase().endsWith(".pdf");
    await writeFile(path, isPage ? await kitPage(call, kit) : text, { mode: 0o600 });
    call.tell(call.words.said.kitWritten(shown(path)));
  } catch {
    call.tell(call.words.said.kitShown);
    call.tell(text);
  }
}

async function kitPage(call: Invocation, kit: Kit): Promise<Uint8Array> {
  const { kitPdf } = await import("./kit-pdf.ts"); // Large, and seldom needed.
  return await kitPdf({
    language: call.language,
    account: kit.account,
    server: await call.server(),
    scan: kit.text(),
    text: codeOf(kit),
    words: kit.words(call.language),
    made: new Date(),
  });
}

async function kitText(call: Invocation, kit: Kit): Promise<string> {
  const words = KIT_WORDS[call.language];
  const numbered = kit.words(call.language).map((word, i) => `${i + 1}. ${word}`);
  const lines: string[] = [];
  for (let i = 0; i < numbered.length; i += 4) lines.push(numbered.slice(i, i + 4).join("  "));
  return [
    `Écrin – ${words.title}`,
    words.purpose,
    "",
    `${words.account}: ${kit.account}`,
    `${words.server}: ${await call.server()}`,
    "",
    `${words.words}:`,
    ...lines,
    "",
    `${words.code}:`,
    codeOf(kit),
    "",
    kit.text(),
    ...(call.streams.stdout.isTTY === true ? ["", renderUnicodeCompact(kit.text())] : []),
    "",
  ].join("\n");
}

/** The code alone, without the account. */
function codeOf(kit: Kit): string {
  return kit.text().split(":").at(-1) ?? "";
}

/** The place kept for a kit that came to nothing. A written kit is never empty, and stays. */
export async function removeEmpty(path: string): Promise<void> {
  if (path === "-") return;
  if ((await stat(path)).size === 0) await rm(path);
}
