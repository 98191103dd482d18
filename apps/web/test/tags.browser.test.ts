import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Plugin } from "vite";
// biome-ignore lint/style/noRestrictedImports: tools/ is no workspace and has no name.
import { type RunningAuthority, startAuthority } from "../../../tools/anchors/authority.ts";
import { fill, heading, PASSWORD, press, section } from "./flows.ts";
import { type Ground, startGround } from "./ground.ts";
import { owner } from "./owner.ts";
import { elsewhere } from "./people.ts";

// A journal in more epochs of tags than one look follows (spec/log.md, MUST 3).

const LATER =
  "HMAC not checked yet: newer lines came first. Open the journal again, and it is the turn of this one.";
const CHECKED = "HMAC checked, with the key that has been published since.";
/** Each with a line of the record, and more than one look follows here. */
const EPOCHS = 6;

/** The page, with looks that follow two epochs in the place of sixty-four: as many take minutes to make. */
function shortLooks(): Plugin {
  return {
    name: "short-looks",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/client/src/log-tags.ts")) return null;
      const short = code.replace("const MOST_EPOCHS = 64;", "const MOST_EPOCHS = 2;");
      assert.notEqual(short, code, "no limit in log-tags.ts");
      return short;
    },
  };
}

let ground: Ground;
let authority: RunningAuthority;
before(async () => {
  authority = await startAuthority("Horodatage Exemple");
  ground = await startGround({
    plugins: [shortLooks()],
    pace: { leaves: 1, ms: 0, epoch: { leaves: 2, ms: 3_600_000 }, tick: 10 },
    anchors: {
      authorities: [{ name: "exemple", url: authority.url, roots: [authority.root] }],
      calendars: [],
      leastWork: 1n,
      demonstration: false,
    },
    anchorPace: { round: 100, retry: 100, longest: 100, pending: 100, due: { leaves: 1, ms: 0 } },
  });
});
after(async () => {
  try {
    await ground?.stop();
  } finally {
    await authority?.stop();
  }
});

/** Epochs that have ended, and how many of them have their keys published. */
async function epochs(): Promise<{ readonly ended: number; readonly told: number }> {
  const answer: unknown = await (await fetch(`${ground.url}/v1/log/epochs?from=0`)).json();
  const list: readonly { key?: string }[] = Object(answer).epochs;
  return { ended: list.length, told: list.filter(({ key }) => key !== undefined).length };
}

/** Waits as long as the test may take: how fast epochs end and keys are told is the machine's affair. */
async function until(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await isSo())) await sleep(50, undefined, { signal });
}

const WAITS = "lines whose tags wait for the next look are told so, and then checked";

test(WAITS, { timeout: 300_000 }, async ({ signal }) => {
  const visitor = await owner(ground, "fr");
  const { page, say, wrong, context } = visitor;
  await press(visitor, "Close my record");
  await heading(page, say("Open my record"));
  // On another device, so that this one has followed nothing of it.
  const account = await elsewhere(ground, visitor);
  const record = await account.record();
  for (let done = 0; done < EPOCHS; done++) {
    const { ended } = await epochs();
    const content = new TextEncoder().encode(`${done}`);
    await record.add({ title: `Document ${done}`, mediaType: "text/plain", content });
    await record.list();
    await until(async () => (await epochs()).ended > ended, signal);
  }
  await account.lock();
  await until(async () => {
    const { ended, told } = await epochs();
    return told >= EPOCHS && told === ended;
  }, signal);

  await fill(visitor, "Password", PASSWORD);
  await press(visitor, "Open");
  await heading(page, say("My documents"));
  await section(visitor, "Journal");
  const later = page.getByText(say(LATER)).first();
  await later.waitFor({ state: "attached", timeout: 60_000 });
  const looks = async () => {
    await section(visitor, "My documents");
    await section(visitor, "Journal");
    await page.getByText(say(CHECKED)).first().waitFor({ state: "attached", timeout: 60_000 });
    return await later.count();
  };
  for (let looked = 0; (await looks()) > 0; looked++) assert.ok(looked < EPOCHS, "never its turn");
  assert.deepEqual(wrong, []);
  await context.close();
});
