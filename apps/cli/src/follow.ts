import process from "node:process";
import type { Growth } from "@ecrin/client";
import { type Invocation, write } from "./invocation.ts";
import { jsonLine } from "./shown.ts";

interface Followed<Line> {
  readonly wanted: (line: Line) => boolean;
  /** Of what is there already, the newest so many. */
  readonly limit: number | undefined;
  readonly rowOf: (line: Line) => Promise<readonly string[]>;
}

/**
 * Prints what is there and then each line as it comes, one JSON value a line for programs, until it
 * is interrupted: that is how it ends, and no failure.
 */
export async function followed<Line>(
  call: Invocation,
  watch: (signal: AbortSignal) => AsyncIterable<Growth<Line>>,
  { wanted, limit, rowOf }: Followed<Line>,
): Promise<void> {
  const stopping = new AbortController();
  const stop = () => stopping.abort();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  try {
    let isFirst = true;
    for await (const { lines, fresh } of watch(stopping.signal)) {
      const shown = isFirst
        ? lines.filter(wanted).slice(-(limit ?? lines.length))
        : lines.slice(lines.length - fresh).filter(wanted);
      for (const line of shown) {
        const text = call.json ? jsonLine(line) : (await rowOf(line)).join("  ");
        await write(call.streams.stdout, `${text}\n`);
      }
      if (isFirst && !call.json) call.tell(call.words.journal.following);
      isFirst = false;
    }
  } finally {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.removeListener(signal, stop);
  }
}
