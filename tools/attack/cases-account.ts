import { Contacts, memoryStore, signInWithKit, signUp } from "@ecrin/client";
import {
  kitSlot,
  newSecret,
  openSlot,
  passwordSlot,
  type Signer,
  signBytes,
  signerFrom,
  signStatement,
  wrapTo,
  xwingPublicKey,
} from "@ecrin/crypto";
import {
  type AccountId,
  context,
  fromBase64url,
  hashOf,
  type Identity,
  identityHash,
  newId,
  parseSealingKey,
  type RouteAnswer,
  rotationProofInput,
  type SlotKey,
  type Statement,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { wrapAddress } from "../../packages/client/src/address.ts";
import { Http } from "../../packages/client/src/http.ts";
import { sealKeyring } from "../../packages/client/src/keyring.ts";
import { provePassword } from "../../packages/client/src/password-proof.ts";
import { type AttackCase, holds, stops } from "./case.ts";
import { afterARealOne } from "./renewed.ts";
import { type Actor, cloneOf, type Stage } from "./stage.ts";

const CLOSED = [
  "cannot-open",
  "fork",
  "rollback",
  "wrong-kit",
  "wrong-password",
  "contact-changed",
  "bad-answer",
];

function flipped(text: string, at: number): string {
  const bytes = fromBase64url(text);
  bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ 1;
  return toBase64url(bytes);
}

async function enrolAlice({ alice, url, network, now }: Stage) {
  return await signInWithKit({
    server: url,
    kit: alice.kit,
    password: alice.password,
    store: memoryStore(),
    fetch: network.fetch,
    now,
  });
}

/** What the server would answer Mallory about her own account: a whole account to hand to somebody else. */
async function accountOfMallory({ mallory }: Stage): Promise<RouteAnswer<"account">> {
  return await mallory.u.http.call("account");
}

export const accountCases: readonly AttackCase[] = [
  {
    number: 1,
    title: "a recipient's key swapped",
    promise: "P",
    countermeasure: "the identity scanned face to face, and the pin",
    mutation: [
      {
        file: "packages/client/src/contacts.ts",
        find: "if (!chain.identities.some((life) => life.hash === identity)) {",
        replace: "if (false) {",
      },
    ],
    async run(stage) {
      const { network, doctor, mallory, record } = stage;
      // A chain of the doctor's account id, made by the server: keys it knows.
      const { slots } = await doctor.u.accounts.get(doctor.u.account);
      const forged = await forgeChain(stage, doctor.u.account, await forgeIdentity(), slots);
      network.answer("chain", (answer, path) =>
        path.endsWith(doctor.u.account) ? { statements: [forged] } : answer,
      );
      // A third person who scans the doctor's code face to face gets the forged chain for it.
      // She remembers what she was shown, so it is a device of its own.
      const { password } = mallory;
      const victim = await stage.victim({ password, store: await cloneOf(mallory.store) });
      const code = await new Contacts(doctor.u).code();
      await stops(CLOSED, () => new Contacts(victim).verify(code, "Dr"));
      // Alice, who verified him before, wraps nothing for the forged identity.
      const item = await stage.add("pour le docteur");
      const hers = await stage.victimRecord();
      await stops(CLOSED, () => hers.addMember(doctor.u.account, { role: "reader" }));
      await stops(CLOSED, () =>
        hers.share({ with: doctor.u.account, items: [item], until: stage.now() + 60_000 }),
      );
      holds(
        !(await record.members()).some((member) => member.account === doctor.u.account),
        "the doctor became a member",
      );
    },
  },
  {
    number: 2,
    title: "an unsigned key rotation",
    promise: "P",
    countermeasure: "the old key signs the new one",
    mutation: [
      {
        file: "packages/protocol/src/account.ts",
        find: "await checkSignature(parsed, signerOf(state, parsed.fact));",
        replace: "signerOf(state, parsed.fact);",
      },
    ],
    async run(stage) {
      const { network, doctor } = stage;
      const item = await stage.add("deux");
      const forged = await forgeRotation(stage, doctor);
      network.answer("chain", (answer, path) => {
        if (!path.endsWith(doctor.u.account)) return answer;
        return { statements: [...(answer as RouteAnswer<"chain">).statements, forged] };
      });
      const hers = await stage.victimRecord();
      const { account } = doctor.u;
      await stops(CLOSED, () => hers.addMember(account, { role: "reader" }));
      const until = stage.now() + 60_000;
      await stops(CLOSED, () => hers.share({ with: account, items: [item], until }));
      await afterARealOne(stage, item);
    },
  },
  {
    number: 3,
    title: "the sealed keyring overwritten: bytes flipped, another's, an older one",
    promise: "P",
    countermeasure: "account and version in the keyring's context",
    mutation: [
      {
        file: "packages/client/src/keyring.ts",
        find: 'const plain = utf8(canonicalJson(keyring)); const ctx = context("keyring", account, version);',
        replace:
          'const plain = utf8(canonicalJson(keyring)); const ctx = context("keyring", account);',
      },
      {
        file: "packages/client/src/keyring.ts",
        find: 'return await opening(async () => { const ctx = context("keyring", account, version);',
        replace: 'return await opening(async () => { const ctx = context("keyring", account);',
      },
    ],
    async run(stage) {
      const { network } = stage;
      for (const at of [0, 40, 100, 1 << 20]) {
        network.answer("account", (answer) => {
          const keyring = answer.keyring as { version: number; box: string };
          return { ...answer, keyring: { ...keyring, box: flipped(keyring.box, at) } };
        });
        await stops(CLOSED, () => enrolAlice(stage));
      }
      const theirs = await accountOfMallory(stage);
      network.answer("account", (answer) => ({ ...answer, keyring: theirs.keyring }));
      await stops(CLOSED, () => enrolAlice(stage));
      // The keyring of before, as if it were the one of now, for a device without memory.
      const older = (await stage.alice.u.http.call("account")).keyring;
      await stage.alice.u.keyring.update((keyring) => keyring);
      const now = (await stage.alice.u.http.call("account")).keyring;
      const dressed = { version: now.version, box: older.box };
      network.answer("account", (answer) => ({ ...answer, keyring: dressed }));
      await stops(CLOSED, () => enrolAlice(stage));
    },
  },
  {
    number: 4,
    title: "a whole account forged for a new device",
    promise: "P",
    countermeasure: "the slot's MAC over account, slot and identity",
    mutation: [
      {
        file: "packages/crypto/src/slot.ts",
        find: "if (!equalSecret(macOf(secrets, place, key, wrap), mac)) cannotOpen();",
        replace: "",
      },
    ],
    async run(stage) {
      const { network, alice } = stage;
      // Everything of a forged account, and a slot wrapped to Alice's own kit key, which is public.
      network.answer("account", (answer) => forgeAccount(stage, answer as RouteAnswer<"account">));
      await stops(CLOSED, () => enrolAlice(stage));
      network.answer("account", async () => ({
        ...(await accountOfMallory(stage)),
        account: alice.u.account,
      }));
      await stops(CLOSED, () => enrolAlice(stage));
    },
  },
  {
    number: 18,
    title: "Argon2id parameters lowered",
    promise: "P",
    countermeasure: "a floor, refused before anything is derived",
    mutation: [
      {
        file: "packages/crypto/src/password.ts",
        find: "export function assertArgon2Floor(",
        replace: "export function assertArgon2Floor(_: unknown): void {}\nfunction unused(",
      },
    ],
    async run(stage) {
      const lowered = { memoryKiB: 8, iterations: 1, parallelism: 1 };
      stage.network.answer("signInStart", (answer) => ({ ...answer, parameters: lowered }));
      await stops(["parameters-below-floor"], () => stage.victim());
      stage.network.answer("server", (answer) => ({ ...answer, signIn: lowered }));
      const fresh = {
        server: stage.url,
        address: "new@example.org",
        password: "p".repeat(16),
        name: "N",
        store: memoryStore(),
        fetch: stage.network.fetch,
      };
      await stops(["parameters-below-floor"], () => signUp(fresh));
    },
  },
  {
    number: 20,
    title: "dictionary attack with database, server secrets and the password",
    promise: "P",
    countermeasure: "the 256-bit secret key of the device",
    mutation: [
      {
        file: "packages/crypto/src/slot.ts",
        find: 'return secretsOf("password", concat(exportKey, secretKey));',
        replace: 'return secretsOf("password", exportKey);',
      },
    ],
    async run({ url, alice, now }) {
      const http = new Http({ server: url, now });
      const { exportKey } = await provePassword(
        http,
        { account: alice.u.account },
        alice.password,
        "current",
      );
      const { slots } = await alice.u.http.call("account");
      for (const slot of slots) {
        const place = {
          account: alice.u.account,
          slot: slot.slot,
          identity: identityHash(alice.u.account, slot.identity),
        };
        const sealed = {
          key: fromBase64url(slot.key),
          wrap: fromBase64url(slot.wrap),
          mac: fromBase64url(slot.mac),
        };
        const guesses = [
          passwordSlot(exportKey, new Uint8Array(32)),
          passwordSlot(exportKey, newSecret()),
          kitSlot(exportKey.slice(0, 32)),
        ];
        for (const guess of guesses)
          await stops(["cannot-open"], () => openSlot(guess, place, sealed));
      }
    },
  },
  {
    number: 21,
    title: "a sign-in record moved to another account",
    promise: "P",
    countermeasure: "the record and its sign-in are bound to the account's id",
    mutation: [
      {
        file: "packages/crypto/src/opaque.ts",
        find: "return { client: account, server: OPAQUE_SERVER };",
        replace: 'return { client: account.slice(0, 0) + "everybody", server: OPAQUE_SERVER };',
      },
      {
        file: "apps/server/src/opaque.ts",
        find: "return { client: account, server: SUITE };",
        replace: 'return { client: account.slice(0, 0) + "everybody", server: SUITE };',
      },
    ],
    async run(stage) {
      const { network, url, now, alice, mallory } = stage;
      // By her address Mallory is led to Alice's account, with her own record behind it.
      const http = new Http({ server: url, now, fetch: network.fetch });
      network.answer("signInStart", (answer) => ({ ...answer, account: alice.u.account }));
      const address = await wrapAddress(alice.u.server.addressKey, mallory.address);
      await stops(["wrong-password"], () =>
        provePassword(http, { address }, mallory.password, "current"),
      );
    },
  },
];

/** An identity of the server's own making. */
interface ForgedIdentity {
  readonly seeds: { readonly sign: string; readonly seal: string };
  readonly identity: Identity;
  readonly signer: Signer;
}

async function forgeIdentity(): Promise<ForgedIdentity> {
  const [sign, seal] = [newSecret(), newSecret()];
  const signer = await signerFrom(sign);
  const key = parseSealingKey(toBase64url(await xwingPublicKey(seal)), "key");
  return {
    seeds: { sign: toBase64url(sign), seal: toBase64url(seal) },
    identity: { sign: signer.publicKey, seal: key },
    signer,
  };
}

/** `begin` of an account id by somebody who does not own it. */
async function forgeChain(
  stage: Stage,
  account: AccountId,
  { identity, signer }: ForgedIdentity,
  slots: readonly SlotKey[],
): Promise<Statement> {
  const device = { device: newId<"device">(), key: signer.publicKey };
  const begin = { suite: SUITE, account, seq: 0, at: stage.now(), op: "begin", identity, device };
  return await signStatement(
    "account",
    { ...begin, slots: slots.map((slot) => ({ ...slot })) },
    signer,
  );
}

/** The next statement of somebody's chain: new keys, which the server has, signed by themselves alone. */
async function forgeRotation(stage: Stage, { u }: Actor): Promise<Statement> {
  const chain = await u.accounts.get(u.account, 0);
  const { identity, signer } = await forgeIdentity();
  const [seq, prev] = [chain.head.seq + 1, chain.head.hash];
  const input = rotationProofInput(u.account, seq, prev, identity);
  const place = { suite: SUITE, account: u.account, seq, prev, at: stage.now(), op: "rotate" };
  const slots = chain.slots.map((slot) => ({ ...slot }));
  const proof = toBase64url(await signBytes(signer, input));
  return await signStatement("account", { ...place, identity, slots, proof }, signer);
}

/** A whole account under Alice's id, every slot wrapped to the public keys of Alice's own factors. */
async function forgeAccount(
  stage: Stage,
  answer: RouteAnswer<"account">,
): Promise<RouteAnswer<"account">> {
  const { account } = stage.alice.u;
  const forged = await forgeIdentity();
  const accountKey = newSecret();
  const slots = await Promise.all(
    answer.slots.map(async (slot) => {
      const ctx = context("slot", account, slot.slot, slot.kind);
      const wrap = toBase64url(await wrapTo(fromBase64url(slot.key), ctx, accountKey));
      return { ...slot, wrap, mac: hashOf(newSecret()), identity: forged.identity };
    }),
  );
  const keys = slots.map(({ slot, kind, key }) => ({ slot, kind, key }));
  const chain = [await forgeChain(stage, account, forged, keys)];
  const contents = {
    ...stage.alice.u.keyring.contents(),
    identity: forged.seeds,
    contacts: [],
    heads: [],
  };
  const keyring = await sealKeyring(accountKey, account, answer.keyring.version, contents);
  return { ...answer, chain, slots, keyring };
}
