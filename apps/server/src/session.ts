import type { AccountId, DeviceId } from "@ecrin/protocol";
import type { Ground, Session } from "./call.ts";
import { byteaArray, numberArray, type Sql, type Tx, textArray } from "./database.ts";
import { refuse } from "./problem.ts";
import { createProofCheck, digest, type Proof } from "./proof.ts";
import { Recent } from "./recent.ts";
import { ENROL_MS, readToken } from "./token.ts";
import { inTurns } from "./turns.ts";

/** Opens sessions from requests. */
export interface Sessions {
  /**
   * The session a request is made in: token, proof by its key, neither ended nor cut, proof not seen before.
   * @param origin scheme and host under which the server is reached
   * @throws ServerError `not-signed-in`, `proof-refused` or `clock`
   */
  open(request: Request, origin: string): Promise<Session>;
}

interface Token {
  readonly session: Session;
  /** SHA-256 of the token, base64url, as proofs name it. */
  readonly hash: string;
}

const MOST_KEPT = 10_000;

interface Asked {
  readonly session: Session;
  readonly proof: Proof;
}

/** What the database says of a session and its proof. */
interface Standing {
  /** Whether the proof had not been seen. */
  readonly fresh: boolean;
  readonly ended: boolean;
  /** The session's device: named in the token, or enrolled since. */
  readonly device: DeviceId | null;
  /** Whether that device is enrolled and not cut off. */
  readonly enrolled: boolean;
  /** Whether one without a device was given before the account's secrets were made anew. */
  readonly outdated: boolean;
}

/**
 * Tokens and nonces carry their own MAC, so any process opens what another gave.
 * What cannot be carried is asked of the database in one statement for all requests
 * of a turn: whether the session has ended, whether its device is cut off, and
 * whether the proof is new. Proofs are remembered there and not in a process,
 * because several processes serve one database and a proof must be good once in all.
 */
export function createSessions(ground: Ground): Sessions {
  const checkProof = createProofCheck();
  const tokens = new Recent<string, Token>(MOST_KEPT);

  /** What a token says never changes, so its MAC is checked once. */
  function openToken(token: string): Token | undefined {
    const known = tokens.get(token);
    if (known !== undefined) return known;
    const session = readToken(ground.keys.session, token);
    if (session === undefined) return undefined;
    const opened = { session, hash: digest(token).toString("base64url") };
    tokens.set(token, opened);
    return opened;
  }

  const standingOf = inTurns((batch: readonly Asked[]) => askDatabase(ground.sql, batch));
  return {
    async open(request, origin) {
      const now = ground.now();
      const text = /^DPoP ([A-Za-z0-9_-]+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
      const token = text === undefined ? undefined : openToken(text);
      if (token === undefined || token.session.expires <= now) return refuse("not-signed-in");
      const { session } = token;
      const proof = await checkProof(request.headers.get("dpop") ?? "", {
        method: request.method,
        url: origin + new URL(request.url).pathname,
        token: token.hash,
        key: session.key,
        now,
        isNonceGood: (nonce) => ground.nonces.isGood(nonce, now),
      });
      if (proof === undefined) return refuse("proof-refused");
      if (proof === "clock") return refuse("clock", "header.dpop");
      const standing = await standingOf({ session, proof });
      if (!standing.fresh) refuse("proof-refused");
      if (standing.ended) refuse("not-signed-in");
      if (standing.device === null) {
        if (session.issued + ENROL_MS <= now || standing.outdated) refuse("not-signed-in");
        return session;
      }
      if (!standing.enrolled) refuse("not-signed-in");
      return { ...session, device: standing.device };
    },
  };
}

/** Whether a session that was opened lasts: neither past nor ended, its device not cut off. */
export async function stillLasts(
  { sql, now }: Pick<Ground, "sql" | "now">,
  { session, account, device, issued, expires }: Session,
): Promise<boolean> {
  if (expires <= now()) return false;
  const [row] = await sql<{ ended: boolean; enrolled: boolean; outdated: boolean }[]>`
    select exists (select from ended_sessions where session = ${session}) as ended,
      exists (select from accounts where account = ${account}
        and sessions_since > ${issued}) as outdated,
      exists (select from account_devices where account = ${account}
        and device = ${device ?? ""} and until is null) as enrolled`;
  if (row === undefined || row.ended) return false;
  return device === undefined ? !row.outdated : row.enrolled;
}

/**
 * Ends every session of an account that has no device and was given before a moment, and every
 * sign-in that only waits for a second factor: what they were given for has been replaced.
 */
export async function endWithoutDevice(tx: Tx, account: AccountId, before: number): Promise<void> {
  await tx`
    update accounts set sessions_since = greatest(sessions_since, ${before}::bigint)
    where account = ${account}`;
  await tx`delete from sign_ins where account = ${account} and way = 'factor'`;
}

async function askDatabase(sql: Sql, batch: readonly Asked[]): Promise<Standing[]> {
  const rows = await sql<Standing[]>`
    with asked as (
      select * from unnest(
        ${byteaArray(batch.map(({ proof }) => proof.name))}::bytea[],
        ${numberArray(batch.map(({ proof }) => proof.expires))}::bigint[],
        ${textArray(batch.map(({ session }) => session.session))}::text[],
        ${textArray(batch.map(({ session }) => session.account))}::text[],
        ${textArray(batch.map(({ session }) => session.device))}::text[],
        ${numberArray(batch.map(({ session }) => session.issued))}::bigint[]
      ) with ordinality as a (proof, expires, session, account, device, issued, i)
    ), fresh as (
      -- In one order: of two processes shown the same proofs, neither waits for what waits for it.
      insert into proofs (proof, expires) select proof, expires from asked order by proof
      on conflict do nothing returning proof
    )
    select f.proof is not null as fresh,
      exists (select from ended_sessions e where e.session = a.session) as ended,
      coalesce(a.device, b.device) as device,
      d.device is not null and d.until is null as enrolled,
      coalesce(c.sessions_since > a.issued, false) as outdated
    from asked a
    left join accounts c on c.account = a.account
    left join fresh f on f.proof = a.proof
    left join session_devices b on a.device is null and b.session = a.session
    left join account_devices d on d.account = a.account and d.device = coalesce(a.device, b.device)
    order by a.i`;
  const names = new Set<string>();
  return rows.map((row, i) => {
    // Twice in one statement, the database calls both new.
    const name = batch[i]?.proof.name.toString("latin1") ?? "";
    const first = !names.has(name);
    names.add(name);
    return { ...row, fresh: row.fresh && first };
  });
}
