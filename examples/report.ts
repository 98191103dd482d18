/** Does one step of the path and says how long it took. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;
/** Says whether a promise of Écrin held. */
export type Promised = (name: string, held: boolean) => void;

/** What the run printed, for the exit code. */
export interface Report {
  readonly step: Step;
  readonly promise: Promised;
  readonly broken: readonly string[];
}

/** A report that prints each line as it comes. */
export function printingReport(print: (line: string) => void): Report {
  const broken: string[] = [];
  return {
    broken,
    step: async (name, work) => {
      const start = performance.now();
      const result = await work();
      print(`  ${`${(performance.now() - start).toFixed(0)} ms`.padStart(10)}  ${name}`);
      return result;
    },
    promise: (name, held) => {
      if (!held) broken.push(name);
      print(`  ${held ? "      holds" : "    BROKEN"}  ${name}`);
    },
  };
}

/** `opened`, or the code of what refused. */
export async function outcome(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return "opened";
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : "failed";
  }
}

/** Whether both are the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** How many come. */
export async function count(items: AsyncIterable<unknown>): Promise<number> {
  let n = 0;
  for await (const _ of items) n += 1;
  return n;
}
