import { randomBytes } from "node:crypto";
import {
  currentDevices,
  type DeviceId,
  followAccount,
  type Identity,
  newId,
  parseStatement,
  rotationProofInput,
  type Slot,
  type Statement,
  SUITE,
} from "@ecrin/protocol";
import { anySealingKey, keyOf, newSigner, type Person, type Signer } from "./person.ts";

/** Everything of an account made anew, not posted yet. */
export interface Renewed {
  readonly identity: Identity;
  readonly identitySigner: Signer;
  readonly device: { readonly device: DeviceId; readonly signer: Signer };
  readonly body: {
    statements: Statement[];
    slots: Slot[];
    keyring: { replaces: number; version: number; box: string };
    record: string;
    kitKey: string;
  };
}

/** The body of `renew` (spec/keys.md, After a compromise); the person's keyring is at `replaces`, and the devices `forgotten` stay. */
export async function renewalOf(
  who: Person,
  replaces = 1,
  forgotten: readonly DeviceId[] = [],
): Promise<Renewed> {
  const identitySigner = newSigner();
  const identity = { sign: identitySigner.key, seal: anySealingKey() };
  const slots = (["password", "kit"] as const).map((kind) => ({ ...who.slot(kind), identity }));
  const device = { device: newId<"device">(), signer: newSigner() };
  const input = rotationProofInput(who.account, who.head.seq + 1, who.head.hash, identity);
  const proof = identitySigner.raw(input).toString("base64url");
  const statements = [
    who.statement({ op: "rotate", identity, slots: slots.map(keyOf), proof }),
  ] as Statement[];
  const then = (facts: object) => {
    const prev = parseStatement("account", statements.at(-1)).hash;
    const place = { seq: who.chain.length + statements.length, prev };
    const common = { suite: SUITE, account: who.account, at: who.line.now() };
    statements.push(identitySigner.sign("account", { ...common, ...place, ...facts }));
  };
  const state = await followAccount(undefined, who.chain);
  for (const { device: each } of state === undefined ? [] : currentDevices(state))
    if (!forgotten.includes(each)) then({ op: "sign-out", device: each });
  then({ op: "device", device: { device: device.device, key: device.signer.key } });
  const { record } = await who.register("/v1/password/start", {}, who.seat);
  const box = randomBytes(300).toString("base64url");
  const keyring = { replaces, version: replaces + 1, box };
  const body = { statements, slots, keyring, record, kitKey: newSigner().key };
  return { identity, identitySigner, device, body };
}

/** Posts it, and lets the person go on with what is new. */
export async function renew(who: Person, renewed: Renewed): Promise<void> {
  await who.line.done("POST", "/v1/account/renewal", renewed.body, who.seat);
  const { identity, identitySigner, device, body } = renewed;
  who.chain.push(...body.statements);
  const { device: id, signer: deviceSigner } = device;
  Object.assign(who, { identity, identitySigner, device: id, deviceSigner, slots: body.slots });
  who.seat = (await who.signIn()).seat;
}
