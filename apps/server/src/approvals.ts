import {
  type AccountId,
  type ApprovalId,
  approvalNumber,
  type DeviceId,
  type Hash,
  type RouteAnswer,
  type SealingKey,
  type SigningKey,
} from "@ecrin/protocol";
import { appendStatement, readIncoming } from "./account-chain.ts";
import { actorOf, type Call, type Handlers, type Session } from "./call.ts";
import type { Sql, Tx } from "./database.ts";
import { giveNotice } from "./notices.ts";
import { refuse } from "./problem.ts";

/** How long a new device may wait for another (spec/device-approval.md). */
const LASTS_MS = 10 * 60_000;

/** A new device let in by an enrolled one. The server carries, and could stand between: the codes show it. */
export const approvalHandlers: Handlers<
  | "approvalStart"
  | "approvalLook"
  | "approvalFind"
  | "approvalAnswer"
  | "approvalConfirm"
  | "approvalEnd"
> = {
  approvalStart,
  approvalLook,
  approvalFind,
  approvalAnswer,
  approvalConfirm,
  approvalEnd,
};

interface Row {
  readonly approval: ApprovalId;
  readonly device: DeviceId;
  readonly key: SigningKey;
  readonly seal: SealingKey;
  readonly commitment: Hash;
  readonly expires: number;
  readonly account: AccountId | null;
  readonly answered_by: DeviceId | null;
  readonly identity: Hash | null;
  readonly answer_nonce: string | null;
  readonly nonce: string | null;
  readonly wrap: string | null;
  readonly ended: boolean;
}

async function approvalStart(call: Call<"approvalStart">): Promise<RouteAnswer<"approvalStart">> {
  const { sql, body } = call;
  const { approval, device, seal, commitment } = body;
  const expires = call.now() + LASTS_MS;
  const number = approvalNumber(approval);
  await sql`delete from device_approvals where number = ${number} and expires <= ${call.now()}`;
  const rows = await sql`
    insert into device_approvals (approval, number, device, key, seal, commitment, expires)
    values (${approval}, ${number}, ${device.device}, ${device.key}, ${seal}, ${commitment}, ${expires})
    on conflict do nothing returning approval`;
  if (rows.length === 1) return { expires };
  // The same request again finds itself done; another's number is another's.
  const known = await rowOf(sql, { approval }, call.now());
  const isSame = known?.commitment === commitment && known.device === device.device;
  return isSame ? { expires: known.expires } : refuse("conflict", "body.approval");
}

/** How far it is, for the new device; with its nonce once there is an answer to reveal it to. */
async function approvalLook(call: Call<"approvalLook">): Promise<RouteAnswer<"approvalLook">> {
  const { sql, body } = call;
  const { approval, nonce } = body;
  call.limit("approval", approval);
  const row = (await rowOf(sql, { approval }, call.now())) ?? refuse("not-found");
  if (row.ended) refuse("closed");
  if (nonce !== undefined) {
    if (row.account === null || (row.nonce ?? nonce) !== nonce) refuse("conflict", "body.nonce");
    await sql`update device_approvals set nonce = ${nonce} where approval = ${approval}`;
  }
  const { account, identity, answer_nonce, wrap } = row;
  if (account === null || identity === null || answer_nonce === null) return {};
  const answer = { account, identity, nonce: answer_nonce };
  return wrap === null ? { answer } : { answer, wrap };
}

async function approvalFind(call: Call<"approvalFind">): Promise<RouteAnswer<"approvalFind">> {
  call.limit("approving", call.session.account);
  const { device, key, seal, commitment, nonce } = await mine(call, call.sql);
  return {
    device: { device, key },
    seal,
    commitment,
    ...(nonce === null ? {} : { nonce }),
  };
}

async function approvalAnswer(
  call: Call<"approvalAnswer">,
): Promise<RouteAnswer<"approvalAnswer">> {
  const { sql, session, body } = call;
  const by = deviceOf(session);
  const row = await mine(call, sql);
  // Of two that answer at once one has it: the condition is looked at under the row's lock.
  const rows = await sql`
    update device_approvals
    set account = ${session.account}, answered_by = ${by}, identity = ${body.identity},
      answer_nonce = ${body.nonce}
    where approval = ${row.approval} and (account is null or (account = ${session.account}
      and answered_by = ${by} and identity = ${body.identity} and answer_nonce = ${body.nonce}))
    returning approval`;
  if (rows.length === 0) refuse("not-found");
  return {};
}

/** The new device's certificate and the account key for it: both, or neither. */
async function approvalConfirm(
  call: Call<"approvalConfirm">,
): Promise<RouteAnswer<"approvalConfirm">> {
  const { journal, chains, session, body } = call;
  const own = session.account;
  const at = call.now();
  const incoming = await readIncoming(call, body.statement, own);
  const { fact, hash } = incoming;
  if (fact.op !== "device") return refuse("statement-refused", "body.statement.op");
  const { device, key } = fact.device;
  await journal.commit({
    once: hash,
    effect: async (tx) => {
      const row = await mine(call, tx);
      const isAnswered = row.account === own && row.answered_by === deviceOf(session);
      if (!isAnswered || row.nonce === null || row.wrap !== null) refuse("not-found");
      if (row.device !== device || row.key !== key) {
        refuse("statement-refused", "body.statement.device");
      }
      await appendStatement(tx, chains, incoming);
      await tx`update device_approvals set wrap = ${body.wrap} where approval = ${row.approval}`;
      await giveNotice(tx, own, "device-enrolled", at);
    },
    entries: () => [
      { subject: own, kind: "sign-in", actor: actorOf(session), about: { device }, at },
    ],
  });
  return { head: { hash, seq: fact.seq } };
}

/** The codes differed, or somebody thought better of it. */
async function approvalEnd(call: Call<"approvalEnd">): Promise<RouteAnswer<"approvalEnd">> {
  const { sql, session, body } = call;
  await sql`
    update device_approvals set ended = true
    where number = ${body.number} and account = ${session.account} and wrap is null`;
  return {};
}

/** The run of a number, while it is nobody's or this account's. @throws ServerError `not-found`, whatever it is */
async function mine(
  { session, body, now }: Call<"approvalFind" | "approvalAnswer" | "approvalConfirm">,
  sql: Sql | Tx,
): Promise<Row> {
  const row = await rowOf(sql, { number: body.number }, now());
  if (row === undefined || row.ended || (row.account ?? session.account) !== session.account) {
    return refuse("not-found");
  }
  return row;
}

async function rowOf(
  sql: Sql | Tx,
  by: { readonly approval: ApprovalId } | { readonly number: string },
  now: number,
): Promise<Row | undefined> {
  const [name, value] = "approval" in by ? ["approval", by.approval] : ["number", by.number];
  const [row] = await sql<Row[]>`
    select approval, device, key, seal, commitment, expires, account, answered_by, identity,
      answer_nonce, nonce, wrap, ended
    from device_approvals where ${sql(name)} = ${value} and expires > ${now}`;
  return row;
}

/** Only a device that is enrolled lets another in. */
function deviceOf({ device }: Session): DeviceId {
  return device ?? refuse("not-allowed");
}
