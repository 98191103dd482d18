import { type FileHandle, open, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { checkExport, readRoots, readWitnessList } from "@ecrin/client";
import {
  type ByteSource,
  type CheckedAnchor,
  ProtocolError,
  parseSigningKey,
  reasonOf,
  type VerifiedExport,
  type Witness,
} from "@ecrin/protocol";
import type { Command } from "commander";
import { CommandError } from "./exit.ts";
import { Invocation } from "./invocation.ts";
import { progressLine } from "./progress.ts";
import { momentIn, shown } from "./shown.ts";
import type { Words } from "./words.ts";

interface VerifyOptions {
  readonly logKey?: string;
  readonly root?: string[];
  readonly earlier?: string;
  readonly witnesses?: string;
  readonly demonstration?: boolean;
}

export function defineVerify(program: Command, { help }: Words): void {
  program
    .command("verify")
    .description(help.verify)
    .argument("<export>", help.args.exportFile)
    .option("--log-key <key>", help.options.logKey)
    .option("--root <file...>", help.options.root)
    .option("--earlier <export>", help.options.earlier)
    .option("--witnesses <file>", help.options.witnesses)
    .option("--demonstration", help.options.demonstration)
    .action(async (file: string, options: VerifyOptions, command: Command) => {
      await verify(Invocation.of(command), file, options);
    });
}

/** Checks an export offline and says what it proves, or what is wrong first. */
async function verify(call: Invocation, file: string, options: VerifyOptions): Promise<void> {
  const { words } = call;
  const earlier =
    options.earlier === undefined ? undefined : await check(call, options.earlier, options);
  const said = await check(call, file, options, earlier);
  await call.result(told(said), [
    ...linesOf(said, words),
    "",
    words.verify.holds(shown(basename(file))),
  ]);
}

async function check(
  call: Invocation,
  file: string,
  options: VerifyOptions,
  earlier?: VerifiedExport,
): Promise<VerifiedExport> {
  const handle = await open(file).catch(() => {
    throw new CommandError("file-missing", file);
  });
  const line = progressLine(call, call.words.verify.reading, "bytes");
  try {
    if (!(await handle.stat()).isFile()) throw new CommandError("file-unreadable", file);
    return await checkExport(await sourceOf(handle), {
      progress: (done, total) => line.moved(done, total),
      ...(options.logKey === undefined ? {} : { logKey: keyGiven(options.logKey) }),
      ...(options.root === undefined
        ? {}
        : { roots: (await Promise.all(options.root.map(rootsIn))).flat() }),
      ...(options.witnesses === undefined
        ? {}
        : { witnesses: await readWitnesses(options.witnesses) }),
      ...(options.demonstration === true ? { leastWork: 1n } : {}),
      ...(earlier === undefined ? {} : { earlier: earlier.checkpoint }),
    });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new CommandError("export-refused", refusalIn(call.words, basename(file), error), {
      cause: error,
    });
  } finally {
    line.done();
    await handle.close();
  }
}

/** File, place in it, and why: in the words of the language, and no value of the export's. */
function refusalIn({ verify }: Words, file: string, error: ProtocolError): string {
  const { reason, named } = reasonOf(error);
  const place = error.field === undefined ? [] : [error.field];
  return shown([file, ...place, verify.reasons[reason](named)].join(": "));
}

function keyGiven(text: string) {
  try {
    return parseSigningKey(text, "key");
  } catch (cause) {
    throw new CommandError("usage", text, { cause });
  }
}

/** Witnesses in the form of an export's log/witnesses.json, laid out as one likes. */
export async function readWitnesses(file: string): Promise<readonly Witness[]> {
  const text = await readFile(file, "utf8").catch(() => {
    throw new CommandError("file-missing", file);
  });
  try {
    return readWitnessList(text);
  } catch (cause) {
    throw new CommandError("usage", file, { cause });
  }
}

/** The certificates in a file. */
async function rootsIn(file: string): Promise<readonly Uint8Array<ArrayBuffer>[]> {
  const bytes = await readFile(file).catch(() => {
    throw new CommandError("file-missing", file);
  });
  try {
    return readRoots(bytes);
  } catch (cause) {
    throw new CommandError("usage", file, { cause });
  }
}

async function sourceOf(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat();
  return {
    size,
    async read(from, length) {
      const bytes = new Uint8Array(length);
      let at = 0;
      while (at < length) {
        const { bytesRead } = await handle.read(bytes, at, length - at, from + at);
        // The file became shorter: what lacks is zero, and refused.
        if (bytesRead === 0) break;
        at += bytesRead;
      }
      return bytes;
    },
  };
}

/** The whole outcome for programs. */
function told(said: VerifiedExport) {
  const { manifest, ...rest } = said;
  const { files, head, ...facts } = manifest;
  return { ...rest, ...facts, files: files.length, hasHead: head !== undefined };
}

function linesOf(said: VerifiedExport, words: Words): string[] {
  const { verify: sentences } = words;
  const { manifest } = said;
  const moment = (at: number) => momentIn(words, at);
  const anchors = said.anchors.map((anchor) => anchorLine(anchor, words));
  return [
    sentences.entries(said.entries, manifest.subject, said.checkpoint.size),
    sentences.made(moment(manifest.at)),
    sentences.reads(said.signedReads),
    sentences.tags(said.tagsChecked, said.tagsUndisclosed),
    ...(said.erased > 0 ? [sentences.erased(said.erased)] : []),
    ...said.ended.map(({ log, size, from }) => sentences.lost(log, size, from)),
    ...(said.since === undefined ? [] : [sentences.since(said.since)]),
    ...(said.anchoredSize > 0 ? [] : [sentences.notAnchored]),
    ...anchors,
    ...(manifest.demonstration === true ? [sentences.demonstration] : []),
    sentences.quorum(said.quorum.operators, said.quorum.needed, said.quorum.quorum === "reached"),
    ...(said.quorum.operators > 0 && !said.witnessesKnown ? [sentences.witnessesNamed] : []),
    ...said.readers.map(({ account, identity }) => sentences.reader(account, identity)),
    said.logKeyKnown ? sentences.keyKnown : sentences.keyShown(said.logKey),
  ];
}

function anchorLine(anchor: CheckedAnchor, words: Words): string {
  const { verify: sentences } = words;
  const { size } = anchor;
  if (anchor.kind === "time-stamp") {
    const at = momentIn(words, anchor.at);
    return sentences.stamped(
      size,
      shown(anchor.authority),
      at,
      anchor.root,
      anchor.revocation === "checked",
    );
  }
  if (anchor.kind === "time-stamp-not-counted")
    return sentences.notCounted(size, shown(anchor.authority), anchor.root);
  if (anchor.kind === "block") return sentences.block(size, anchor.height, anchor.block);
  if (anchor.kind === "pending") return sentences.pending(size, shown(anchor.calendar));
  return sentences.notChecked(size);
}
