import {
  type AccountId,
  checkSignature,
  type DeviceId,
  type FieldPath,
  parseAccountStatement,
  parseSignIn,
  type SignInId,
  type SigningKey,
  type Statement,
} from "@ecrin/protocol";
import type { Ground } from "./call.ts";
import { refuse, ServerError, within } from "./problem.ts";

/** How far the clock of a device may be off. */
const CLOCK_MS = 10 * 60_000;

/** What a sign-in statement must be for. */
export interface Attempt {
  readonly account: AccountId;
  readonly signIn: SignInId;
  /** Thumbprint of the session's key. */
  readonly key: string;
  readonly now: number;
}

/** @throws ServerError `sign-in-refused`, `clock` */
export async function checkKit(
  attempt: Attempt,
  statement: Statement,
  key: SigningKey,
): Promise<void> {
  const parsed = await readSignIn(attempt, statement, "body.kit");
  if (parsed.fact.device !== undefined) refuse("sign-in-refused");
  await checkSignature(parsed, key).catch(refused);
}

/** @throws ServerError `sign-in-refused`, `clock` */
export async function checkDevice(
  attempt: Attempt,
  statement: Statement,
  devices: readonly { device: DeviceId; key: SigningKey }[],
): Promise<DeviceId> {
  const parsed = await readSignIn(attempt, statement, "body.device");
  const device = devices.find((each) => each.device === parsed.fact.device);
  if (device === undefined) return refuse("sign-in-refused");
  await checkSignature(parsed, device.key).catch(refused);
  return device.device;
}

async function readSignIn(
  attempt: Attempt,
  statement: Statement,
  place: FieldPath,
): Promise<ReturnType<typeof parseSignIn>> {
  const parsed = await within(place, () => parseSignIn(statement));
  const { account, signIn, key, at } = parsed.fact;
  if (account !== attempt.account || signIn !== attempt.signIn || key !== attempt.key) {
    refuse("sign-in-refused");
  }
  if (Math.abs(at - attempt.now) > CLOCK_MS) refuse("clock", `${place}.at`);
  return parsed;
}

function refused(cause: unknown): never {
  throw new ServerError("sign-in-refused", { cause });
}

/** The kit's login key, or one that nobody holds: an unknown account costs the same and fails the same. */
export async function kitKeyOf({ sql, keys }: Ground, account: AccountId): Promise<SigningKey> {
  const [row] = await sql<{ kit_key: SigningKey }[]>`
    select kit_key from accounts where account = ${account}`;
  return row?.kit_key ?? keys.logKey;
}

/** A device of an account as its chain certifies it; undefined where it was never enrolled, or is cut off. */
export async function deviceOf(
  { sql }: Ground,
  account: AccountId,
  device: DeviceId,
): Promise<{ device: DeviceId; key: SigningKey } | undefined> {
  // One statement and not the chain: whoever does not know a device's id waits as long for an
  // account that exists as for one that does not.
  const [row] = await sql<{ statement: Statement }[]>`
    select s.statement from account_devices d
    join account_statements s on s.account = d.account and s.seq = d.since
    where d.account = ${account} and d.device = ${device} and d.until is null`;
  if (row === undefined) return undefined;
  const { fact } = parseAccountStatement(row.statement);
  return fact.op === "begin" || fact.op === "device" ? fact.device : refuse("internal");
}
