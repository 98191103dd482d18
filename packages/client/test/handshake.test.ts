import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { newSecret } from "@ecrin/crypto";
import { toBase64url, utf8 } from "@ecrin/protocol";
import type { Account } from "../src/account.ts";
import { bytesOf } from "../src/open.ts";
import type { Showing } from "../src/showing.ts";
import type { Visit } from "../src/visit.ts";
import { visitAsGuest } from "../src/visit-guest.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";

let ground: Ground;
let alice: Person;
before(async () => {
  ground = await startGround();
  alice = await newPerson(ground);
});
after(() => ground.stop());

const HOUR = 3_600_000;
const tonight = () => ground.now() + 6 * HOUR;
const file = (title: string) => ({ title, mediaType: "text/plain", content: utf8(title) });
const guest = (code: string, name = "Dr Roche") =>
  visitAsGuest({ server: ground.url, now: ground.now, code, name });

/** The digits that a side shows. */
async function digitsOf(side: Showing | Visit): Promise<string> {
  const shown = await side.look();
  return shown.state === "compare" ? shown.digits : assert.fail(shown.state);
}

/** Both sides, as far as each knows the other. */
async function met(showing: Showing, visit: Visit) {
  await digitsOf(showing);
  assert.equal(await showing.typed(await digitsOf(visit)), true);
  const host = await showing.look();
  const seen = await visit.look();
  assert.equal(host.state, "met");
  assert.equal(seen.state, "met");
  return { guest: host.contact, host: seen.contact };
}

async function shareWith(account: Account, until: number) {
  const record = await alice.account.record();
  const item = await record.add(file("analyse"));
  await record.share({ with: account.id, items: [item], until });
  const [view] = await account.sharedWithMe();
  return { record, view: view ?? assert.fail("nothing is shared") };
}

test("somebody without an account scans, reads, answers, and is gone", async () => {
  const until = tonight();
  const showing = await alice.account.showCode(until);
  assert.equal((await showing.look()).state, "waiting");
  const { account, visit } = await guest(showing.text);
  assert.equal(visit.isGuest, true);
  assert.equal((await visit.look()).state, "waiting");
  const both = await met(showing, visit);
  assert.equal(both.guest.name, "Dr Roche");
  assert.equal(both.guest.until, until);
  assert.equal(both.host.name, "Alice Martin");
  assert.equal(both.host.verified, "face-to-face");

  const { record, view } = await shareWith(account, until);
  const [item] = view.items;
  const opened = await view.open(item?.fact.revision ?? assert.fail());
  assert.deepEqual(await bytesOf(opened), utf8("analyse"));
  await account.deposit(view, file("Rien d'anormal."));
  const [line] = (await record.journal()).filter(({ kind }) => kind === "opening");
  assert.equal(line?.actor.account, account.id);
  assert.equal(line?.statement, "signed-by-reader");

  await alice.account.endGuest(account.id);
  await assert.rejects(() => account.sharedWithMe(), refusal("not-signed-in"));
  const inbox = alice.account.inbox(record);
  const [answer] = await inbox.list();
  assert.equal(answer?.author, account.id);
  await inbox.accept(answer?.deposit ?? assert.fail(), both.guest.name);
});

test("a guest leaves by itself, and at the hour", async () => {
  const showing = await alice.account.showCode(tonight());
  const { account, visit } = await guest(showing.text);
  await met(showing, visit);
  await visit.end();
  await assert.rejects(() => account.sharedWithMe(), refusal("not-signed-in"));

  const later = await alice.account.showCode(ground.now() + HOUR);
  const { account: gone, visit: other } = await guest(later.text);
  await met(later, other);
  ground.ahead += HOUR + 1;
  await assert.rejects(() => gone.sharedWithMe(), refusal("not-signed-in"));
});

test("a short code asks for the digits of both screens", async () => {
  const showing = await alice.account.showCode(tonight());
  const typed = `${showing.code.slice(0, 4)}-${showing.code.slice(4)}`.toLowerCase();
  const { visit } = await guest(typed);
  const digits = await digitsOf(showing);
  assert.equal(await showing.typed(await digitsOf(visit)), true);
  const before = await visit.look();
  assert.equal(before.state === "compare" && before.asks, true);
  assert.equal((await showing.look()).state, "right");
  assert.equal(await visit.typed(wrong(digits)), false);
  assert.equal(await visit.typed(`${digits.slice(0, 3)} ${digits.slice(3)}`), true);
  assert.equal((await visit.look()).state, "met");
  assert.equal((await showing.look()).state, "met");
});

test("three times wrong, and the run is over", async () => {
  const showing = await alice.account.showCode(tonight());
  const { visit } = await guest(showing.text);
  await digitsOf(showing);
  const digits = wrong(await digitsOf(visit));
  assert.equal(await showing.typed(digits), false);
  assert.equal(await showing.typed(digits), false);
  await assert.rejects(() => showing.typed(digits), refusal("refused"));
  await assert.rejects(async () => showing.typed(await digitsOf(visit)), refusal("refused"));
  await assert.rejects(() => showing.look(), refusal("refused"));
});

test("a second scanner is refused, and whoever shows the code is told", async () => {
  const showing = await alice.account.showCode(tonight());
  await guest(showing.text, "Dr Roche");
  await assert.rejects(() => guest(showing.text, "Photographer"), refusal("conflict"));
  assert.equal((await showing.look()).refused, 1);
});

test("looked at twice at once, a code is answered to the first that was shown, and to nobody else", async () => {
  let revealed = 0;
  // Both looks are answered together, so that neither has gone on when the other is.
  let asked = 0;
  const both = Promise.withResolvers<void>();
  const twoFaced: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input instanceof Request ? input.url : input));
    if (pathname.endsWith("/reveal")) revealed += 1;
    const answer = await fetch(input, init);
    if (!/^\/v1\/rendezvous\/[\w-]{22}$/.test(pathname)) return answer;
    const body = await answer.json();
    asked += 1;
    if (asked === 2) both.resolve();
    await both.promise;
    if (body.joined !== undefined) body.joined.nonce = toBase64url(newSecret());
    return new Response(JSON.stringify(body), answer);
  };
  const person = await newPerson(ground, "Alice", twoFaced);
  const showing = await person.account.showCode(tonight());
  await guest(showing.text);
  const [one, other] = await Promise.all([showing.look(), showing.look()]);
  assert.deepEqual(one, other);
  assert.equal(revealed, 1);
});

test("a code is good for ten minutes, and for a day at most", async () => {
  const showing = await alice.account.showCode(tonight());
  ground.ahead += 10 * 60_000 + 1;
  await assert.rejects(() => guest(showing.text), refusal("not-found"));
  await assert.rejects(
    () => alice.account.showCode(ground.now() + 25 * HOUR),
    refusal("malformed"),
  );
  await assert.rejects(() => guest("0000-0000"), refusal("not-found"));
  await assert.rejects(() => guest("no code"), refusal("malformed"));
});

test("with an account the same scan verifies both for good", async () => {
  const bob = await newPerson(ground, "Bob");
  const showing = await alice.account.showCode(tonight());
  const visit = await bob.account.scanCode(showing.text);
  assert.equal(visit.isGuest, false);
  const both = await met(showing, visit);
  assert.equal(both.guest.until, undefined);
  assert.equal(bob.account.contacts().get(alice.account.id)?.verified, "face-to-face");
  assert.equal(alice.account.contacts().get(bob.account.id)?.name, "Bob");
  await visit.end();
  assert.deepEqual(await bob.account.sharedWithMe(), []);
  await assert.rejects(() => alice.account.scanCode(showing.text), refusal("conflict"));
});

test("whoever is met under the name of somebody known is told apart from them", async () => {
  const [host, doctor] = [await newPerson(ground), await newPerson(ground, "Dr Roche")];
  const contacts = host.account.contacts();
  await contacts.verify(await doctor.account.contacts().code(), "Dr Roche");
  const showing = await host.account.showCode(tonight());
  const { visit } = await guest(showing.text, "Dr\u200b Rосhe\u202e");
  assert.equal((await met(showing, visit)).guest.name, "Dr\ufffd Rосhe\ufffd (2)");
  // Known already, they keep the name that they have here.
  const again = await host.account.showCode(tonight());
  const both = await met(again, await doctor.account.scanCode(again.text));
  assert.equal(both.guest.name, "Dr Roche");
});

test("a guest does what a recipient of shares does, and nothing else", async () => {
  const showing = await alice.account.showCode(tonight());
  const { account } = await guest(showing.text);
  await assert.rejects(() => account.record(), refusal("not-allowed"));
  await assert.rejects(() => account.showCode(tonight()), refusal("not-allowed"));
  await assert.rejects(() => account.newKit(), refusal("not-allowed"));
  await assert.rejects(
    () => account.contacts().invite("bob@example.org", "Bob"),
    refusal("not-allowed"),
  );
});

function wrong(digits: string): string {
  return digits.startsWith("0") ? `1${digits.slice(1)}` : `0${digits.slice(1)}`;
}
