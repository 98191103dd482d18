import { Contacts, HealthRecord, memoryStore, rotateIdentity, signUp } from "@ecrin/client";
import { newSecret, signBytes, signerFrom, signStatement, xwingPublicKey } from "@ecrin/crypto";
import {
  type AccountState,
  currentIdentity,
  type ItemId,
  parseSealingKey,
  type RouteAnswer,
  rotationProofInput,
  type Statement,
  SUITE,
  toBase64url,
} from "@ecrin/protocol";
import { unlockHere } from "../../packages/client/src/sign-in.ts";
import { holds, stops } from "./case.ts";
import type { Stage } from "./stage.ts";

/**
 * Case 2 after a contact has renewed everything for real: Alice goes on with the new keys, and takes
 * none that the key of before signs, neither after it was retired nor in another history.
 */
export async function afterARealOne(stage: Stage, item: ItemId): Promise<void> {
  const { url, network, now } = stage;
  const { fetch } = network.traffic;
  const store = memoryStore();
  const password = "mot-de-passe-canari of nurse";
  const place = { server: url, now, fetch, store };
  const address = "nurse-canari@example.org";
  const made = await signUp({ ...place, address, password, name: "nurse Nom-canari-3391" });
  const code = await made.account.contacts().code();
  const { id } = made.account;
  const { u } = await unlockHere({ ...place, password });
  const retired = await u.keyring.identitySigner();
  const before = await u.accounts.get(id);

  const alice = await stage.victim();
  const hers = new HealthRecord(alice, stage.record.space);
  await new Contacts(alice).verify(code, "nurse");
  const newPassword = "mot-de-passe-canari of nurse, anew";
  await rotateIdentity({ ...place, password, newPassword });
  await hers.addMember(id, { role: "reader" });
  const { u: renewed } = await unlockHere({ ...place, password: newPassword });
  const chain = await renewed.accounts.get(id, 0);
  const member = (await hers.members()).find(({ account }) => account === id);
  const isNew = member?.identity === currentIdentity(chain).hash;
  holds(isNew && chain.identities.length === 2, "Alice did not follow what the old key had signed");
  await hers.endMember(id);

  const until = now() + 60_000;
  const late = await rotationBy(chain, retired, now());
  network.answer("chain", (answer, path) => {
    const { statements } = answer as RouteAnswer<"chain">;
    return path.endsWith(id) ? { statements: [...statements, late] } : answer;
  });
  await stops(["fork"], () => hers.share({ with: id, items: [item], until }));
  const [begin] = await u.accounts.statements(id);
  const other = await rotationBy(before, retired, now());
  network.answer("chain", (answer, path) =>
    path.endsWith(id) ? { statements: [begin, other] } : answer,
  );
  await stops(["fork", "rollback"], () => hers.share({ with: id, items: [item], until }));
}

/** A `rotate` at the end of a chain, to keys that the server has, signed by a key it has come by. */
async function rotationBy(
  state: AccountState,
  signer: Awaited<ReturnType<typeof signerFrom>>,
  at: number,
): Promise<Statement> {
  const { account, head, slots } = state;
  const [sign, seal] = [newSecret(), newSecret()];
  const theirs = await signerFrom(sign);
  const key = parseSealingKey(toBase64url(await xwingPublicKey(seal)), "key");
  const identity = { sign: theirs.publicKey, seal: key };
  const input = rotationProofInput(account, head.seq + 1, head.hash, identity);
  const proof = toBase64url(await signBytes(theirs, input));
  const place = { suite: SUITE, account, seq: head.seq + 1, prev: head.hash, at, op: "rotate" };
  const keys = slots.map((slot) => ({ ...slot }));
  return await signStatement("account", { ...place, identity, slots: keys, proof }, signer);
}
