import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { isCancel, password as promptPassword } from "@clack/prompts";
import { CommandError } from "./exit.ts";

/** Longer than any password, kit or code; a file that is longer was named by mistake. */
const MOST = 64 * 1024;

/** Where passwords and kits come from: a terminal without echo, or the lines of a file, in the order they are asked for. */
export interface Secrets {
  /** @throws CommandError `cannot-ask` where there is neither, `interrupted` */
  ask(question: string): Promise<string>;
  /** Whether somebody is there to answer. */
  readonly isAsked: boolean;
}

/** Asks at the terminal. What is typed is not shown, not even how long it is. */
export function terminalSecrets(): Secrets {
  const isAsked = process.stdin.isTTY === true && process.stderr.isTTY === true;
  return {
    isAsked,
    async ask(question) {
      if (!isAsked) throw new CommandError("cannot-ask", question);
      const answer = await promptPassword({ message: question, mask: "", output: process.stderr });
      if (isCancel(answer)) throw new CommandError("interrupted");
      return answer;
    },
  };
}

/**
 * Reads secrets from a file, one a line. Nothing of it ends up in arguments or
 * environment, where other processes look.
 * @param source a path, `-` for standard input, or the number of an open file descriptor
 */
export function fileSecrets(source: string): Secrets {
  let lines: Promise<string[]> | undefined;
  return {
    isAsked: false,
    async ask(question) {
      lines ??= readLines(source);
      const line = (await lines).shift();
      if (line === undefined) throw new CommandError("cannot-ask", question);
      return line;
    },
  };
}

async function readLines(source: string): Promise<string[]> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of open(source)) {
      const bytes = Buffer.from(piece as Uint8Array);
      pieces.push(bytes);
      size += bytes.length;
      if (size > MOST) throw new CommandError("file-unreadable", source);
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError("file-unreadable", source, { cause });
  }
  const lines = Buffer.concat(pieces).toString("utf8").split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function open(source: string): Readable {
  if (source === "-") return process.stdin;
  return /^\d{1,4}$/.test(source)
    ? createReadStream("", { fd: Number(source) })
    : createReadStream(source);
}
