/**
 * Gathers what one turn of the event loop asks, so that one query answers all of it.
 * @param ask answers a batch, in its order
 */
export function inTurns<Asked, Told>(
  ask: (batch: readonly Asked[]) => Promise<readonly Told[]>,
): (asked: Asked) => Promise<Told> {
  interface Waiting {
    readonly asked: Asked;
    readonly resolve: (told: Told) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Waiting[] = [];

  async function answer(): Promise<void> {
    const batch = waiting;
    waiting = [];
    try {
      const told = await ask(batch.map((each) => each.asked));
      if (told.length !== batch.length) throw new RangeError("not every question was answered");
      for (const [i, each] of told.entries()) batch[i]?.resolve(each);
    } catch (error) {
      for (const each of batch) each.reject(error);
    }
  }

  return (asked) =>
    new Promise((resolve, reject) => {
      waiting.push({ asked, resolve, reject });
      if (waiting.length === 1) setImmediate(() => void answer());
    });
}
