import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { newSecret, signerFrom, signStatement } from "@ecrin/crypto";
import {
  contactCode,
  fromBase64url,
  hashOf,
  parseAcceptance,
  parseContactCode,
} from "@ecrin/protocol";
import { signInWithKit } from "../src/kit-sign-in.ts";
import { memoryStore } from "../src/store.memory.ts";
import { type Ground, newPerson, type Person, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

let ground: Ground;
let alice: Person;
let bob: Person;
const network = new HostileNetwork();

before(async () => {
  ground = await startGround();
  alice = await newPerson(ground, "Alice", network.fetch);
  bob = await newPerson(ground, "Robert");
});
beforeEach(() => network.calm());
after(async () => {
  await ground?.stop();
});

test("a code scanned face to face pins the identity it names", async () => {
  const contacts = alice.account.contacts();
  const carol = await newPerson(ground, "Carol");
  const code = await carol.account.contacts().code();
  const contact = await contacts.verify(`  ${code}\n`, "Carol from work");
  assert.equal(contact.account, carol.account.id);
  assert.equal(contact.verified, "face-to-face");
  assert.deepEqual(contacts.get(carol.account.id), contact);
  assert.deepEqual(await contacts.check(carol.account.id), contact);

  const { account } = parseContactCode(code);
  const swapped = contactCode(account, hashOf(newSecret()));
  await assert.rejects(contacts.verify(swapped, "Carol"), refusal("contact-changed"));
  await assert.rejects(contacts.verify("ecrin-1:contact:AAAA", "x"), refusal("malformed"));
  await assert.rejects(contacts.verify(await contacts.code(), "me"), refusal("refused"));
  await assert.rejects(contacts.check(bob.account.id), refusal("contact-not-verified"));
});

test("a contact's chain swapped or cut is an alarm", async () => {
  const contacts = alice.account.contacts();
  const dora = await newPerson(ground, "Dora");
  const { kit, password } = dora;
  const at = { server: ground.url, now: ground.now };
  await signInWithKit({ ...at, kit, password, store: memoryStore() });
  await contacts.verify(await dora.account.contacts().code(), "Dora");
  const erin = await newPerson(ground, "Erin");
  const erins: unknown[] = [];
  network.answering(`GET /v1/accounts/${erin.account.id}`, (honest) => {
    erins.push(...(honest.statements as unknown[]));
    return honest;
  });
  await contacts.verify(await erin.account.contacts().code(), "Erin");
  // To whoever has neither seen an account nor names an identity of it, there is none.
  await assert.rejects(
    contacts.verify(contactCode(bob.account.id, hashOf(newSecret())), "Robert"),
    refusal("not-found"),
  );
  const route = `GET /v1/accounts/${dora.account.id}`;
  network.answering(route, () => ({ statements: [] }));
  await assert.rejects(contacts.check(dora.account.id), refusal("rollback"));
  network.answering(route, (honest) => {
    const [last] = honest.statements as string[];
    return { statements: [erins[0], last] };
  });
  await assert.rejects(contacts.check(dora.account.id), refusal("fork"));
});

test("an invitation that was accepted makes contacts of both", async () => {
  const [inviting, accepting] = [alice.account.contacts(), bob.account.contacts()];
  const invitation = await inviting.invite(`  ${bob.address.toUpperCase()} `, "Bob");
  const before = await inviting.invitations();
  assert.equal(before.sent.find((each) => each.invitation === invitation)?.state, "waiting");
  const { received } = await accepting.invitations();
  assert.deepEqual(
    received.map(({ invitation: id, from }) => [id, from]),
    [[invitation, alice.account.id]],
  );
  const contact = await accepting.accept(invitation, "Alice M.");
  assert.equal(contact.account, alice.account.id);
  assert.equal(contact.verified, "invitation");
  assert.deepEqual((await accepting.invitations()).received, []);
  await assert.rejects(accepting.accept(invitation, "x"), refusal("not-found"));

  const sent = (await inviting.invitations()).sent.find((each) => each.invitation === invitation);
  assert.equal(sent?.state, "accepted");
  assert.equal(sent?.contact?.name, "Bob", "as the inviter calls them");
  assert.equal(inviting.get(bob.account.id)?.verified, "invitation");
  // Met later, the same contact is verified; an old invitation does not undo it.
  await inviting.verify(await accepting.code(), "Bob");
  await inviting.invitations();
  assert.equal(inviting.get(bob.account.id)?.verified, "face-to-face");
  assert.equal(inviting.list().filter(({ account }) => account === bob.account.id).length, 1);
});

test("on another device the guest goes by the name they gave, which the server cannot read", async () => {
  const eve = await newPerson(ground, "Eve of the acceptance");
  const invitation = await alice.account.contacts().invite(eve.address, "Eve");
  await eve.account.contacts().accept(invitation, "Alice");
  const { kit, password } = alice;
  const at = { server: ground.url, now: ground.now };
  const tablet = await signInWithKit({ ...at, kit, password, store: memoryStore() });
  await tablet.contacts().invitations();
  assert.equal(tablet.contacts().get(eve.account.id)?.name, "Eve of the acceptance");
  await tablet.lock();
});

test("there they are told apart from whoever has that name already", async () => {
  const [owner, eve] = [await newPerson(ground), await newPerson(ground, "Bob")];
  await owner.account.contacts().verify(await bob.account.contacts().code(), "Bob");
  const invitation = await owner.account.contacts().invite(eve.address, "Eve");
  await eve.account.contacts().accept(invitation, "Alice");
  const { kit, password } = owner;
  const at = { server: ground.url, now: ground.now };
  const tablet = await signInWithKit({ ...at, kit, password, store: memoryStore() });
  await tablet.contacts().invitations();
  assert.equal(tablet.contacts().get(eve.account.id)?.name, "Bob (2)");
  await tablet.lock();
});

test("an address that nobody has is invited all the same", async () => {
  const contacts = alice.account.contacts();
  const invitation = await contacts.invite("nobody@example.org", "Nobody");
  const { sent } = await contacts.invitations();
  assert.equal(sent.find((each) => each.invitation === invitation)?.state, "waiting");
  await assert.rejects(contacts.invite("no address", "x"), refusal("refused"));
  await assert.rejects(contacts.invite(`${"é".repeat(130)}@x.org`, "x"), refusal("refused"));
});

test("an acceptance that the server made up, or moved, makes nobody a contact", async () => {
  const frank = await newPerson(ground, "Frank");
  const contacts = alice.account.contacts();
  const [first, second] = [
    await contacts.invite(frank.address, "Frank"),
    await contacts.invite(frank.address, "Frank again"),
  ];
  await frank.account.contacts().accept(first, "Alice");
  let acceptance = "";
  network.answering("GET /v1/invitations", (honest) => {
    const sent = honest.sent as { invitation: string; acceptance?: string }[];
    acceptance = sent.find((each) => each.invitation === first)?.acceptance ?? "";
    return {
      ...honest,
      sent: sent.map(({ acceptance: _, ...each }) =>
        each.invitation === second ? { ...each, acceptance } : each,
      ),
    };
  });
  const moved = (await contacts.invitations()).sent;
  assert.equal(moved.find((each) => each.invitation === second)?.state, "refused");

  const { fact } = parseAcceptance(acceptance);
  const forged = await signStatement("acceptance", fact, await signerFrom(newSecret()));
  network.answering("GET /v1/invitations", (honest) => ({
    ...honest,
    sent: (honest.sent as { invitation: string }[]).map((each) =>
      each.invitation === first ? { ...each, acceptance: forged } : each,
    ),
  }));
  const made = (await contacts.invitations()).sent;
  assert.equal(made.find((each) => each.invitation === first)?.state, "refused");
  assert.equal(contacts.get(frank.account.id), undefined);
  assert.ok(fromBase64url(fact.name).length > 1136, "the name is wrapped");

  // Nor does it answer another invitation once they are a contact.
  network.calm();
  const honest = (await contacts.invitations()).sent;
  assert.equal(honest.find((each) => each.invitation === first)?.state, "accepted");
  network.answering("GET /v1/invitations", (answer) => ({
    ...answer,
    sent: (answer.sent as { invitation: string }[]).map((each) => ({ ...each, acceptance })),
  }));
  const again = (await contacts.invitations()).sent;
  assert.equal(again.find((each) => each.invitation === second)?.state, "refused");
});
