import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Gathers what is asked within two turns of the event loop, and then while the query before is
 * under way, so that one query answers all of it: the busier, the fewer queries for each.
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
  let asking = false;

  async function answerAll(): Promise<void> {
    while (waiting.length > 0) {
      // Whom the answers before this one let go on comes within a turn.
      await nextTurn();
      const batch = waiting;
      waiting = [];
      await answer(batch);
    }
    asking = false;
  }

  async function answer(batch: readonly Waiting[]): Promise<void> {
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
      if (asking) return;
      asking = true;
      setImmediate(() => void answerAll());
    });
}
