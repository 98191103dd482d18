import type { BrowserContext } from "playwright-core";
import type { Visitor } from "./visitor.ts";

const CHANNEL = "ecrin-test-clock";

/** What makes a worker one whose clock a test moves: everything that tells the time there asks `Date.now`. */
export const MOVED_CLOCK = `const told = Date.now.bind(Date);
let ahead = 0;
Date.now = () => told() + ahead;
const clock = new BroadcastChannel("${CHANNEL}");
clock.addEventListener("message", ({ data }) => { if (typeof data === "number") ahead = data; });
clock.postMessage("by how much?");
`;

/** Moves the clock of this visitor's workers, of those begun later too. @param ahead milliseconds, from the true time */
export async function moveClock({ page }: Visitor, ahead: number): Promise<void> {
  await page.evaluate(
    ([name, by]) => {
      const before: unknown = Reflect.get(globalThis, name);
      if (before instanceof BroadcastChannel) before.close();
      const channel = new BroadcastChannel(name);
      channel.addEventListener("message", ({ data }) => {
        if (data === "by how much?") channel.postMessage(by);
      });
      channel.postMessage(by);
      Reflect.set(globalThis, name, channel);
    },
    [CHANNEL, ahead] as const,
  );
}

/** Has every worker that this browser starts from now on go by a clock that is ahead, in milliseconds. */
export async function startAhead(context: BrowserContext, ahead: number): Promise<void> {
  await context.route("**/assets/worker-*.js", async (route) => {
    const response = await route.fetch();
    const first = `const told = Date.now.bind(Date); Date.now = () => told() + ${ahead};`;
    await route.fulfill({ response, body: `${first}\n${await response.text()}` });
  });
}
