// A device let in by another, with an honest server and with one that stands in between.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isCode } from "@ecrin/protocol";
import { Joining } from "../src/join.ts";
import { signIn } from "../src/sign-in.ts";
import { memoryStore } from "../src/store.memory.ts";
import { type Ground, newPerson, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

let ground: Ground;
before(async () => {
  ground = await startGround();
});
after(async () => await ground.stop());

function beginJoin(fetch = globalThis.fetch, store = memoryStore()) {
  return Joining.begin({ server: ground.url, now: ground.now, store, fetch });
}

/** A number that is one, and not this. */
function other(code: string): string {
  return code === "000000" ? "000001" : "000000";
}

test("a second device comes in with codes typed on both, and stays", async () => {
  const alice = await newPerson(ground);
  const record = await alice.account.record();
  const content = new TextEncoder().encode("bilan");
  await record.add({ title: "Bilan", mediaType: "text/plain", content });
  const store = memoryStore();
  const joining = await beginJoin(globalThis.fetch, store);
  assert.match(joining.number, /^[0-9]{9}$/);

  const approving = alice.account.approveDevice(joining.number.replace(/(...)/g, "$1 "));
  const shown = await joining.meet();
  const approval = await approving;
  const reply = await approval.confirm(shown);
  assert.ok(!isCode(reply, shown), "each side has a code of its own");
  await joining.letIn();
  await assert.rejects(joining.enter(alice.password), refusal("refused"));
  joining.check(reply);
  await assert.rejects(joining.enter("not the password"), refusal("wrong-password"));
  const account = await joining.enter(alice.password);

  assert.equal(account.id, alice.account.id);
  assert.equal(account.device, approval.device);
  const [item] = await (await account.record()).list();
  assert.equal(item?.metadata.title, "Bilan");
  assert.equal((await alice.account.devices()).length, 2);
  assert.ok((await alice.account.notices()).some(({ kind }) => kind === "device-enrolled"));
  await account.lock();
  const { url: server, now } = ground;
  const again = await signIn({ server, now, store, password: alice.password });
  assert.equal(again.device, approval.device);
});

test("a wrong code lets nobody in, three times and no more, on either side", async () => {
  const alice = await newPerson(ground);
  const joining = await beginJoin();
  const approving = alice.account.approveDevice(joining.number);
  const shown = await joining.meet();
  const approval = await approving;
  for (let i = 0; i < 3; i++)
    await assert.rejects(approval.confirm(other(shown)), refusal("code-differs"));
  await assert.rejects(approval.confirm(shown), refusal("refused"));
  await assert.rejects(joining.letIn(), refusal("closed"));
  assert.equal((await alice.account.devices()).length, 1);

  const second = await beginJoin();
  const next = alice.account.approveDevice(second.number);
  const reply = await (await secondOf(next, second)).confirmShown();
  await second.letIn();
  for (let i = 0; i < 3; i++)
    assert.throws(() => second.check(other(reply)), { code: "code-differs" });
  assert.throws(() => second.check(reply), { code: "code-differs" });
  await assert.rejects(second.enter(alice.password), refusal("refused"));
});

async function secondOf(
  approving: ReturnType<Awaited<ReturnType<typeof newPerson>>["account"]["approveDevice"]>,
  joining: Joining,
) {
  const shown = await joining.meet();
  const approval = await approving;
  return { confirmShown: () => approval.confirm(shown) };
}

test("a number serves the first account that answers, once, and for ten minutes", async () => {
  const [alice, mallory] = [await newPerson(ground), await newPerson(ground, "Mallory")];
  const joining = await beginJoin();
  const approving = mallory.account.approveDevice(joining.number);
  await joining.meet();
  await approving;
  await assert.rejects(alice.account.approveDevice(joining.number), refusal("not-found"));
  for (const number of ["000000000", "12345", "", "12345678x"])
    await assert.rejects(alice.account.approveDevice(number), refusal("not-found"));

  const late = await beginJoin();
  ground.ahead += 11 * 60_000;
  await assert.rejects(alice.account.approveDevice(late.number), refusal("not-found"));
  await assert.rejects(late.meet(), refusal("not-found"));
  ground.ahead = 0;
});

test("a server that hands on other keys is seen by the codes, and gets nothing", async () => {
  const [alice, mallory] = [await newPerson(ground), await newPerson(ground, "Mallory")];
  // Between them: what Alice's phone finds under the tablet's number is Mallory's device.
  const network = new HostileNetwork();
  const hers = await signIn({
    ...alice,
    server: ground.url,
    now: ground.now,
    fetch: network.fetch,
  });
  const tablet = await beginJoin();
  const forged = await beginJoin();
  const redirect = (sent: Record<string, unknown>) => ({ ...sent, number: forged.number });
  for (const path of ["find", "answer", "confirm", "end"])
    network.rewriting(`POST /v1/approvals/${path}`, redirect);
  // Caught where it begins: it may end before the others do.
  const approving = hers.approveDevice(tablet.number).catch((error: unknown) => error);
  const ofMallory = mallory.account.approveDevice(tablet.number);
  const [onTablet] = await Promise.all([tablet.meet(), forged.meet()]);
  await ofMallory;
  const approval = await approving;
  // The number is among the facts: what was committed to for another one does not fit here.
  refusal("code-differs")(approval);
  assert.equal((await alice.account.devices()).length, 1);
  assert.match(onTablet, /^[0-9]{6}$/);
});

test("two that wait at once for an answer go on with the first, whatever is answered later", async () => {
  const alice = await newPerson(ground);
  const network = new HostileNetwork();
  let answered = 0;
  network.answering("POST /v1/approvals/look", (look) => {
    if (look.answer !== undefined) answered += 1;
    const nonce = "A".repeat(43);
    return answered < 2 ? look : { ...look, answer: { ...(look.answer as object), nonce } };
  });
  const joining = await beginJoin(network.fetch);
  const approving = alice.account.approveDevice(joining.number);
  const [shown, again] = await Promise.all([joining.meet(), joining.meet()]);
  assert.equal(again, shown);
  assert.ok(answered > 1, "both looked");
  await (await approving).confirm(shown);
});
