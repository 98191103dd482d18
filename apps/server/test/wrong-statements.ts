// Statements that are wrong, made from those in a request that is right, and signed anew.

import {
  type Json,
  newId,
  type ProblemCode,
  parseStatement,
  STATEMENT_KINDS,
  type StatementKind,
  verifyBytes,
} from "@ecrin/protocol";
import { newSigner, type Signer } from "./person.ts";
import { anyHash } from "./record.ts";
import type { Asked } from "./scene.ts";
import { changedAt, membersOf, type Wrong, type WrongKind } from "./wrong-requests.ts";

/** Now, and a nonce of the server's that is too old. */
export interface Times {
  readonly now: number;
  readonly oldNonce: string;
}

type Payload = Record<string, Json>;
interface Change {
  readonly kind: WrongKind;
  readonly what: string;
  readonly payload: Payload;
  readonly codes: readonly ProblemCode[];
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Kinds whose time must be about now; of a chain, of the last day; of the others only not ahead. */
const ABOUT_NOW: ReadonlySet<StatementKind> = new Set(["read", "sign-in"]);
const OF_LAST_DAY: ReadonlySet<StatementKind> = new Set(["account", "space", "deposit"]);
const IN_CHAIN: ReadonlySet<StatementKind> = new Set(["account", "space"]);

/** Every statement of a request, wrong in each way that its kind can be. */
export async function wrongStatements(
  asked: Asked,
  signers: readonly Signer[],
  times: Times,
): Promise<Wrong[]> {
  if (typeof asked.body !== "string" || asked.body === "") return [];
  const json: unknown = JSON.parse(asked.body);
  const wrong: Wrong[] = [];
  for (const [path, value] of membersOf(json)) {
    const kind = kindOf(value);
    if (kind === undefined) continue;
    const field = ["body", ...path].join(".");
    const parsed = parseStatement(kind, value);
    const payload = parsed.payload as Payload;
    const put = (statement: string) => ({
      ...asked,
      body: JSON.stringify(changedAt(json, path, statement)),
    });
    const signer = await signerOf(signers, parsed);
    const stranger = newSigner();
    const forged = ["signature-refused", "sign-in-refused"] as const;
    const other = kind === "space" ? "account" : "space";
    wrong.push(
      {
        kind: "role",
        what: `${field} signed by a stranger`,
        asked: put(stranger.sign(kind, payload)),
        codes: forged,
      },
      {
        kind: "wrong type",
        what: `${field} of another kind`,
        asked: put(signer.sign(other, payload)),
        codes: ["malformed"],
        field,
      },
      ...changesOf(kind, payload, times).map(({ kind: of, what, payload: changed, codes }) => ({
        kind: of,
        what: `${field} ${what}`,
        asked: put(signer.sign(kind, changed)),
        codes,
        field,
      })),
    );
  }
  return wrong.map((each) => ({ ...each, isJudged: true }));
}

function changesOf(kind: StatementKind, payload: Payload, { now, oldNonce }: Times): Change[] {
  const at = (what: string, time: number): Change => ({
    kind: "expired",
    what,
    payload: { ...payload, at: time },
    codes: ["clock"],
  });
  const malformed = (of: WrongKind, what: string, changed: Payload): Change => ({
    kind: of,
    what,
    payload: changed,
    codes: ["malformed"],
  });
  const { suite: _, ...rest } = payload;
  const changes: Change[] = [
    malformed("missing", "without suite", rest),
    malformed("unknown", "with a member nobody knows", { ...payload, nobodyKnows: 1 }),
    malformed("wrong type", "of another suite", { ...payload, suite: "ecrin-2" }),
    malformed("wrong type", "at no time", { ...payload, at: "now" }),
  ];
  if (kind !== "acceptance") changes.push(at("of later", now + 11 * MINUTE));
  if (ABOUT_NOW.has(kind) && payload.declared !== true)
    changes.push(at("of before", now - 11 * MINUTE));
  if (OF_LAST_DAY.has(kind)) changes.push(at("of the day before", now - DAY - MINUTE));
  if (kind === "read" && payload.nonce !== undefined)
    changes.push({
      kind: "expired",
      what: "with an old nonce",
      payload: { ...payload, nonce: oldNonce },
      codes: ["clock"],
    });
  const outOfOrder = (what: string, changed: Payload, codes: readonly ProblemCode[]): Change => ({
    kind: "out of order",
    what,
    payload: changed,
    codes,
  });
  if (IN_CHAIN.has(kind)) {
    const seq = Number(payload.seq);
    const stale = ["stale-head", "statement-refused", "malformed"] as const;
    changes.push(
      outOfOrder("too far on", { ...payload, seq: seq + 1 }, stale),
      outOfOrder("after another", { ...payload, prev: anyHash() }, stale),
    );
    if (seq > 0) changes.push(outOfOrder("again", { ...payload, seq: seq - 1 }, stale));
  }
  if (kind === "revision" || kind === "deposit") {
    const spaceHead = { hash: anyHash(), seq: 0 };
    changes.push(outOfOrder("at another head", { ...payload, spaceHead }, ["statement-refused"]));
  }
  if (kind === "sign-in")
    changes.push(
      outOfOrder("for another sign-in", { ...payload, signIn: newId() }, ["sign-in-refused"]),
    );
  if (kind === "acceptance")
    changes.push(
      outOfOrder("for another invitation", { ...payload, invitation: newId() }, [
        "statement-refused",
      ]),
    );
  return changes;
}

function kindOf(value: unknown): StatementKind | undefined {
  if (typeof value !== "string" || value.split(".").length !== 3) return undefined;
  return STATEMENT_KINDS.find((kind) => {
    try {
      parseStatement(kind, value);
      return true;
    } catch {
      return false;
    }
  });
}

/** Who on the stage signed it: the change is signed by the same key, so that only the change is wrong. */
async function signerOf(
  signers: readonly Signer[],
  { signature, signingInput, kind }: ReturnType<typeof parseStatement>,
): Promise<Signer> {
  for (const signer of signers) {
    if (await verifyBytes(signer.key, signature, signingInput)) return signer;
  }
  throw new Error(`nobody on the stage signed this ${kind} statement`);
}
