import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { isCancel, password as promptPassword } from "@clack/prompts";
import { CommandError } from "./exit.ts";
import type { Streams } from "./streams.ts";

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
export function terminalSecrets({ stdin, stderr }: Streams): Secrets {
  const isAsked = stdin.isTTY === true && stderr.isTTY === true;
  return {
    isAsked,
    async ask(question) {
      if (!isAsked) throw new CommandError("cannot-ask", question);
      const answer = await promptPassword({ message: question, mask: "", output: stderr });
      if (isCancel(answer)) throw new CommandError("interrupted");
      return answer;
    },
  };
}

/**
 * Reads secrets from a file, one a line, each when it is asked for. Nothing of it ends up in
 * arguments or environment, where other processes look.
 * @param source a path, `-` for standard input, or the number of an open file descriptor
 * @param tellOpen told where others on this computer can read the file
 */
export function fileSecrets(
  streams: Streams,
  source: string,
  tellOpen: (path: string) => void,
): Secrets {
  const lines = linesOf(source, streams);
  let isLooked = false;
  return {
    isAsked: false,
    async ask(question) {
      if (!isLooked && (await isOpenToOthers(source))) tellOpen(source);
      isLooked = true;
      // A pipe that stays open keeps no command from ending that has heard all it wants.
      if (source === "-") holdOn(streams.stdin, true);
      const line = await lines.next();
      if (source === "-") holdOn(streams.stdin, false);
      if (line.done === true) throw new CommandError("cannot-ask", question);
      return line.value;
    },
  };
}

const READ_BY_OTHERS = 0o044;

/** Whether a source is a file that others may read; what does not exist is told by whoever reads it. */
async function isOpenToOthers(source: string): Promise<boolean> {
  if (source === "-" || isDescriptor(source)) return false;
  const found = await stat(source).catch(() => undefined);
  return found?.isFile() === true && (found.mode & READ_BY_OTHERS) !== 0;
}

/** Lines as they come: whoever answers through a pipe may first want to see what was said. */
async function* linesOf(source: string, streams: Streams): AsyncGenerator<string, void, undefined> {
  let rest = Buffer.alloc(0);
  let size = 0;
  try {
    for await (const piece of open(source, streams)) {
      rest = Buffer.concat([rest, Buffer.from(piece as Uint8Array)]);
      size += (piece as Uint8Array).length;
      if (size > MOST) throw new CommandError("file-unreadable", source);
      for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n")) {
        yield rest.subarray(0, end).toString("utf8").replace(/\r$/, "");
        rest = rest.subarray(end + 1);
      }
    }
  } catch (cause) {
    if (cause instanceof CommandError) throw cause;
    throw new CommandError("file-unreadable", source, { cause });
  }
  if (rest.length > 0) yield rest.toString("utf8");
}

/** Whether the process goes on for as long as more may come in. */
function holdOn(stdin: Streams["stdin"], isAwaited: boolean): void {
  // A file has nothing to let go of.
  const change = isAwaited ? stdin.ref : stdin.unref;
  if (typeof change === "function") change.call(stdin);
}

function open(source: string, streams: Streams): Readable {
  // Looked at only where it is wanted: a process opens its standard input when it is first asked for.
  if (source === "-") return streams.stdin;
  return isDescriptor(source)
    ? createReadStream("", { fd: Number(source) })
    : createReadStream(source);
}

function isDescriptor(source: string): boolean {
  return /^\d{1,4}$/.test(source);
}
