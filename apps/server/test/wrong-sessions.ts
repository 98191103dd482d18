// Sessions and proofs that are wrong, and people whom a request is not for.

import { join } from "node:path";
import { newId, type Route } from "@ecrin/protocol";
import { type Keys, openKeys } from "../src/keys.ts";
import { createNonces } from "../src/nonce.ts";
import { PROOF_MS } from "../src/proof.ts";
import { ENROL_MS, readToken, SESSION_MS, writeToken } from "../src/token.ts";
import { beginGuest, makeShowing } from "./handshake.ts";
import type { TestServer } from "./harness.ts";
import { newSeat, Person, proofOf, type Seat, type Twist } from "./person.ts";
import { type Asked, deliver } from "./scene.ts";
import type { Wrong } from "./wrong-requests.ts";

/** Who may not, and what makes their tokens. */
export interface Others {
  /** Has an account and a device, and nothing to do with anybody. */
  readonly stranger: Person;
  readonly guest: Person;
  /** Of a session that was signed out. */
  readonly gone: Seat;
  readonly keys: Keys;
}

export async function othersOf(server: TestServer): Promise<Others> {
  const { line } = server;
  const [stranger, host, left] = await Promise.all(
    [1, 2, 3].map(async () => await new Person(line).signUp()),
  );
  if (stranger === undefined || host === undefined || left === undefined) throw new Error("nobody");
  const showing = makeShowing(host, 24 * 3_600_000);
  await line.done("POST", "/v1/rendezvous", showing.body, host.seat);
  const guest = new Person(line);
  beginGuest(guest, showing);
  const body = {
    rendezvous: showing.rendezvous,
    statement: guest.chain[0],
    keyring: "A".repeat(88),
    key: guest.seat.key,
  };
  guest.seat.token = (await line.done<{ token: string }>("POST", "/v1/guests", body)).token;
  await line.done("POST", "/v1/sign-out", {}, left.seat);
  return { stranger, guest, gone: left.seat, keys: await openKeys(join(server.dataDir, "keys")) };
}

/**
 * What is wrong with the session of a request, its proof, or who asks.
 * @param isAnybodys whether whoever has an account may ask this of their own
 */
export function wrongSessions(
  route: Route,
  asked: Asked,
  others: Others,
  { now, isAnybodys = false }: { readonly now: number; readonly isAnybodys?: boolean },
): Wrong[] {
  const { seat } = asked;
  if (!route.session || seat?.token === undefined) return [];
  const { session: mac, nonce } = others.keys;
  const facts = readToken(mac, seat.token);
  if (facts === undefined) throw new Error("no token of this server");
  const nonces = createNonces(nonce);
  /** The same session under other facts, by the same key. */
  const minted = (other: Partial<typeof facts>): Seat => ({
    ...seat,
    token: writeToken(mac, { ...facts, session: newId(), ...other }),
  });
  const fresh = { issued: now - 1000, expires: now - 1000 + SESSION_MS };
  /** Somebody else, as if just signed in. */
  const as = (other: Seat, ends = false): Asked => {
    const own = readToken(mac, other.token ?? "");
    if (own === undefined) throw new Error("no token of this server");
    const session = ends ? own.session : newId();
    const token = writeToken(mac, { ...own, session, ...fresh });
    return seated(asked, { ...other, token, nonce: nonces.make(now) });
  };
  const { device: _, ...withoutDevice } = facts;
  const late = { issued: now - ENROL_MS - 1000, expires: now + SESSION_MS };
  const deviceless = writeToken(mac, { ...withoutDevice, session: newId(), ...late });
  const refused = ["proof-refused"] as const;
  const unknown = ["not-signed-in"] as const;
  const twisted = (
    what: string,
    twist: Twist,
    of: Wrong["kind"] = "expired",
    codes: Wrong["codes"] = refused,
  ): Wrong => ({ kind: of, what, asked: { ...asked, twist }, codes });
  const clock = ["clock"] as const;
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const spent = spentProof(asked, nonces.make(now), now);
  return [
    { kind: "role", what: "nobody", asked: unseated(asked), codes: unknown },
    {
      kind: "role",
      what: "a token of nobody's",
      asked: seated(asked, { ...seat, token: `${seat.token.slice(0, -8)}AAAAAAAA` }),
      codes: unknown,
    },
    { kind: "role", what: "signed out", asked: as(others.gone, true), codes: unknown },
    {
      kind: "role",
      what: "without device for more than an hour",
      asked: seated(asked, { ...seat, token: deviceless }),
      codes: unknown,
    },
    {
      kind: "role",
      what: "another's proof",
      asked: seated(asked, { ...newSeat(), token: seat.token, nonce: nonces.make(now) }),
      codes: refused,
    },
    ...(isAnybodys ? [] : [notTheirs("a stranger", as(others.stranger.seat))]),
    ...(route.guest === true
      ? isAnybodys
        ? []
        : [notTheirs("another's guest", as(others.guest.seat))]
      : [
          {
            kind: "role",
            what: "a guest",
            asked: as(others.guest.seat),
            codes: ["not-allowed"],
          } as const,
        ]),
    {
      kind: "expired",
      what: "a session of yesterday",
      asked: seated(asked, minted({ issued: now - SESSION_MS - 1000, expires: now - 1000 })),
      codes: unknown,
    },
    twisted("an old proof", { claims: { iat: seconds(now - PROOF_MS) - 1 } }, "expired", clock),
    twisted("a proof of later", { claims: { iat: seconds(now + PROOF_MS) + 1 } }, "expired", clock),
    twisted("an old nonce", { nonce: nonces.make(now - 601_000) }),
    twisted("another's nonce", { nonce: "A".repeat(43) }),
    twisted(
      "a proof for another path",
      { claims: { htu: "http://localhost/v1/server" } },
      "replayed",
    ),
    twisted("a proof for another method", { claims: { htm: "ANOTHER" } }, "replayed"),
    twisted("a proof for another token", { claims: { ath: "A".repeat(43) } }, "replayed"),
    {
      ...twisted("a proof that was used", { proof: spent.proof }, "replayed"),
      before: spent.spend,
    },
  ];
}

function notTheirs(what: string, asked: Asked): Wrong {
  return {
    kind: "role",
    what,
    asked,
    codes: ["not-found", "not-allowed", "statement-refused", "sign-in-refused"],
    isJudged: true,
  };
}

/** Spends a proof on the same method and path, for a request that is refused. */
function spentProof({ seat, method, target, headers, url }: Asked, nonce: string, now: number) {
  if (seat === undefined) throw new Error("nobody asks");
  const [place = ""] = target.split("?");
  const proof = proofOf(seat, method, url + place, now, { nonce });
  const wrong = `${place}?nobodyKnows=1`;
  return {
    proof,
    spend: async () => {
      await deliver({ method, target: wrong, headers, url, seat, twist: { proof } }, now);
    },
  };
}

function seated(asked: Asked, seat: Seat): Asked {
  return { ...asked, seat };
}

function unseated({ seat: _, ...asked }: Asked): Asked {
  return asked;
}
