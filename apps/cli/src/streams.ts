import type { Readable, Writable } from "node:stream";
import { Command } from "commander";

/** What one call of the command line reads and writes: of a process its own. */
export interface Streams {
  readonly stdin: Readable & {
    readonly isTTY?: boolean;
    /** Keeps the process while more may come in, and no longer. */
    ref?(): unknown;
    unref?(): unknown;
  };
  readonly stdout: Out;
  readonly stderr: Out;
}

export type Out = Writable & { readonly isTTY?: boolean };

/** The whole command line, beside the streams that all of its commands work with. */
export class CommandLine extends Command {
  readonly streams: Streams;

  constructor(streams: Streams) {
    super("ecrin");
    this.streams = streams;
  }

  /** The streams of the command line that this command belongs to. */
  static streamsOf(command: Command): Streams {
    let root = command;
    while (root.parent !== null) root = root.parent;
    if (!(root instanceof CommandLine)) throw new TypeError(`${root.name()} has no streams`);
    return root.streams;
  }
}
