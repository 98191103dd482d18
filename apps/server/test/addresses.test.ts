import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { type AccountId, type Hash, newId, type SpaceId } from "@ecrin/protocol";
import { client as opaque, server as opaqueServer, ready } from "@serenity-kit/opaque";
import { answerSignIn, recordOfNobody } from "../src/opaque.ts";
import { beginGuest, makeShowing, type TestShowing } from "./handshake.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { newSeat, Person, proofOf } from "./person.ts";
import { anyHash, beginRecord, memberOf, releaseKeyOf, TestSpace } from "./record.ts";
import { startSlowed } from "./slowed.ts";
import {
  type Ask,
  apart,
  assertTellsNothing,
  lean,
  noiseOf,
  type Pair,
  TIMES,
  telling,
} from "./telling.ts";

// Neither an answer nor its delay tells whether somebody has an address, or whether an account is
// there: not by a sign-in, and not by what one can do with the id that a sign-in names.

/** Of what is asked by an id: it takes an address to come by one, and that is measured more often. */
const TIMES_OF_IDS = 200;
const MANY = 12;

let cluster: Cluster;
let server: TestServer;
let bob: Person;
let record: TestSpace;
let showing: TestShowing;
/** Addresses, and the ids that a sign-in names for them: of people here, and of nobody. */
let known: { readonly addresses: string[]; readonly ids: AccountId[] };
let unknown: typeof known;
let request: string;
before(async () => {
  await ready;
  cluster = await startCluster();
  server = await startTestServer(cluster);
  const { line } = server;
  const signedUp = () => new Person(line).signUp();
  bob = await signedUp();
  record = await beginRecord(bob);
  showing = makeShowing(bob, 24 * 3_600_000);
  await line.done("POST", "/v1/rendezvous", showing.body, bob.seat);
  request = opaque.startLogin({ password: "x" }).startLoginRequest;
  const people = await Promise.all(Array.from({ length: MANY }, signedUp));
  known = await named(people.map(({ address }) => address));
  assert.deepEqual(
    known.ids,
    people.map(({ account }) => account),
  );
  unknown = await named(
    people.map(() => `${randomBytes(16).toString("hex").slice(0, 22)}@example.org`),
  );
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

async function named(texts: readonly string[]): Promise<typeof known> {
  const { line } = server;
  const addresses = await Promise.all(texts.map((text) => line.wrapAddress(text)));
  const ids = await Promise.all(
    addresses.map(async (address) => {
      const asked = { address, request };
      return (await line.done<{ account: AccountId }>("POST", "/v1/sign-in/start", asked)).account;
    }),
  );
  return { addresses, ids };
}

/** A way to ask about an id that is whatever a stranger can do with it. */
interface Way {
  readonly method: "POST";
  readonly path: string;
  readonly status: number;
  readonly isBobs?: boolean;
  /** What is sent; made before any time is taken. */
  body(id: AccountId): Promise<unknown> | unknown;
}

const WAYS: Readonly<Record<string, Way>> = {
  "signing up by it": {
    method: "POST",
    path: "/v1/sign-up/finish",
    status: 409,
    body: (id) => Object.assign(new Person(server.line), { account: id }).signUpBody(),
  },
  "a guest by it": {
    method: "POST",
    path: "/v1/guests",
    status: 409,
    body: (id) => {
      const guest = Object.assign(new Person(server.line), { account: id });
      beginGuest(guest, showing);
      const [statement] = guest.chain;
      const { rendezvous } = showing;
      return { rendezvous, statement, keyring: "A".repeat(88), key: guest.seat.key };
    },
  },
  "a record by it": {
    method: "POST",
    path: "/v1/spaces",
    status: 409,
    isBobs: true,
    body: async (id) => {
      const space = new TestSpace(bob, await releaseKeyOf(bob));
      return await Object.assign(space, { space: id as string as SpaceId }).begin();
    },
  },
  "making it a member": {
    method: "POST",
    path: `/v1/spaces/SPACE/statements`,
    status: 422,
    isBobs: true,
    body: (id) => {
      const member = { ...memberOf(bob), account: id, identity: anyHash() };
      return record.add({ ...member, head: { hash: anyHash(), seq: 0 } });
    },
  },
  "signing in by it": {
    method: "POST",
    path: "/v1/sign-in/start",
    status: 200,
    body: (id) => ({ account: id, request }),
  },
  "asking for its recovery": {
    method: "POST",
    path: "/v1/kit/start",
    status: 200,
    body: (id) => ({ account: id, key: newSeat().key as Hash }),
  },
};

function pathOf({ path }: Way): string {
  return path.replace("SPACE", record.space);
}

for (const [n, [name, way]] of Object.entries(WAYS).entries()) {
  test(`${name}: an id that a sign-in named is answered the same, whether anybody has the address`, async () => {
    const seat = way.isBobs === true ? bob.seat : undefined;
    const before = await server.admin`select count(*) from ecrin.accounts`;
    const answers = await Promise.all(
      [known, unknown].map(async ({ ids }) => {
        // One of its own for each way: what one way were to let through, the next would find taken.
        const id = ids[n] ?? newId<"account">();
        const { status, body } = await server.line.ask<object>(
          way.method,
          pathOf(way),
          await way.body(id),
          seat,
        );
        assert.equal(status, way.status, JSON.stringify(body));
        return status < 300 ? shapeOf(body) : body;
      }),
    );
    assert.deepEqual(answers[0], answers[1]);
    assert.deepEqual(await server.admin`select count(*) from ecrin.accounts`, before);
  });

  test(`${name}: no delay tells either, ${TIMES_OF_IDS} times each way`, async () => {
    const asks = await Promise.all([known, unknown].map(async ({ ids }) => await asking(way, ids)));
    const [there, nowhere] = asks;
    assert.ok(there !== undefined && nowhere !== undefined);
    await assertTellsNothing(there, nowhere, { status: way.status, times: TIMES_OF_IDS });
  });
}

/** Asks in turn about each of some ids. */
async function asking(way: Way, ids: readonly AccountId[], at: string = server.url): Promise<Ask> {
  const bodies = await Promise.all(ids.map(async (id) => JSON.stringify(await way.body(id))));
  const url = at + pathOf(way);
  if (way.isBobs === true) await server.line.refreshNonce(bob.seat);
  let i = 0;
  return async () => {
    // An account invites 200 times a day (spec/http.md, Quotas).
    if (i % 80 === 79) await server.admin`delete from ecrin.invitations`;
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (way.isBobs === true) {
      headers.authorization = `DPoP ${bob.seat.token}`;
      headers.dpop = proofOf(bob.seat, way.method, url, server.clock.at);
    }
    return { url, method: way.method, headers, body: bodies[i++ % bodies.length] ?? "" };
  };
}

function shapeOf(body: object): unknown[] {
  return Object.entries(body).map(([name, value]) => [name, typeof value, String(value).length]);
}

test("an id that nobody was named by, nor made up, is free", async () => {
  const space = new TestSpace(bob, await releaseKeyOf(bob));
  await space.done(await space.begin());
});

for (const [name, path, isBobs] of [
  ["signing in by an address", "/v1/sign-in/start", false],
  ["inviting an address", "/v1/invitations", true],
] as const) {
  test(`${name}: no answer and no delay tells whether it is known, ${TIMES} times each way`, async () => {
    const way = (list: readonly string[]): Way => ({
      method: "POST",
      path,
      status: 200,
      isBobs,
      body: (id) => {
        const address = list[[...known.ids, ...unknown.ids].indexOf(id) % MANY];
        return isBobs ? { address } : { address, request };
      },
    });
    const seat = isBobs ? bob.seat : undefined;
    const shapes = await Promise.all(
      [known, unknown].map(async ({ addresses: [address] }) => {
        const body = isBobs ? { address } : { address, request };
        const answer = await server.line.ask<object>("POST", path, body, seat);
        return [answer.status, shapeOf(answer.body), [...answer.headers.keys()].sort()];
      }),
    );
    assert.deepEqual(shapes[0], shapes[1]);
    const there = await asking(way(known.addresses), known.ids);
    const nowhere = await asking(way(unknown.addresses), unknown.ids);
    await assertTellsNothing(there, nowhere, { status: 200 });
  });
}

test("what stands in for the record of whoever has none is one: answered at the same length, and in the same time", () => {
  const setup = opaqueServer.createSetup();
  const account = newId<"account">();
  const registering = opaque.startRegistration({ password: "x" });
  const { registrationResponse } = opaqueServer.createRegistrationResponse({
    serverSetup: setup,
    userIdentifier: account,
    registrationRequest: registering.registrationRequest,
  });
  const { registrationRecord } = opaque.finishRegistration({
    password: "x",
    registrationResponse,
    clientRegistrationState: registering.clientRegistrationState,
  });
  const nobodys = recordOfNobody();
  assert.notEqual(nobodys, recordOfNobody());
  assert.equal(nobodys.length, registrationRecord.length);
  const answer = (record: string) => answerSignIn(setup, account, record, request);
  assert.equal(answer(nobodys).response.length, answer(registrationRecord).response.length);
  assert.equal(answer(nobodys).state.length, answer(registrationRecord).state.length);
  const timeOf = (record: string) => {
    const start = performance.now();
    answer(record);
    return performance.now() - start;
  };
  const far = () =>
    apart(
      Array.from({ length: TIMES / 2 }, (_, i): Pair => {
        if (i % 2 === 0) return { known: timeOf(registrationRecord), unknown: timeOf(nobodys) };
        const first = timeOf(nobodys);
        return { known: timeOf(registrationRecord), unknown: first };
      }),
    );
  // Noise is not there three times.
  const leans = [far()];
  while (leans.length < 3 && Math.abs(leans.at(-1) ?? 0) >= 1) leans.push(far());
  assert.ok(Math.abs(leans.at(-1) ?? 0) < 1, `told apart: ${leans}`);
});

test("the measure is nothing for equals, and more for what is slower", () => {
  assert.equal(lean([1, -1, 2, -2]), 0);
  assert.equal(lean([0, 0]), 0);
  // Ranks 1, 2, 3 and 4, all to one side: 10 / √30.
  assert.ok(Math.abs(lean([1, 2, 3, 4]) - 10 / Math.sqrt(30)) < 1e-12);
  assert.ok(Math.abs(lean([-4, -1, -3, -2]) + 10 / Math.sqrt(30)) < 1e-12);
  // Those that are equal share their ranks: 1.5, 1.5 and 3.
  assert.ok(Math.abs(lean([1, -1, 5]) - 3 / Math.sqrt(13.5)) < 1e-12);
});

test("on a machine that is busy with other things a fifth of a millisecond is told apart too", () => {
  // Two milliseconds, and for as long as others are at work up to 120 more.
  let state = 7;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const busy = (ms: number) => ms + random() / 2 + 120 * random() ** 8;
  const pairs = (by: number): Pair[] =>
    Array.from({ length: TIMES }, () => ({ known: busy(2 + by), unknown: busy(2) }));
  assert.ok(apart(pairs(0.2)) > 1.5, String(apart(pairs(0.2))));
  assert.ok(apart(pairs(-0.2)) < -1.5);
  assert.ok(Math.abs(apart(pairs(0))) < 1);
});

test("a delay planted in front of sign-in is noticed, and none is not", async (t) => {
  const marks = known.addresses.map((address) => address.slice(0, 40));
  const slowed = await startSlowed(server.url, (body) => {
    const text = body.toString("latin1");
    return marks.filter((mark) => text.includes(mark)).length > 0;
  });
  try {
    const way = (list: readonly string[]): Way => ({
      method: "POST",
      path: "/v1/sign-in/start",
      status: 200,
      body: (id) => ({
        address: list[[...known.ids, ...unknown.ids].indexOf(id) % MANY],
        request,
      }),
    });
    const there = await asking(way(known.addresses), known.ids, slowed.url);
    const nowhere = await asking(way(unknown.addresses), unknown.ids, slowed.url);
    // A tenth of what an address is asked about: what is noticed by these is by more.
    const times = TIMES / 10;
    await assertTellsNothing(there, nowhere, { status: 200, times });
    // Three tenths of a millisecond; on a machine noisier than that, a third of its noise. Noise
    // comes and goes: where it came after it was measured, it is measured anew.
    for (let tries = 1; ; tries++) {
      slowed.delay = Math.max(0.3, (await noiseOf(nowhere, 200, times / 2)) / 3);
      const far = await telling(there, nowhere, 200, times);
      const said = `${slowed.delay.toFixed(2)} ms planted: ${far.toFixed(2)} bounds, ${times} pairs`;
      if (far > 1) {
        t.diagnostic(said);
        break;
      }
      assert.ok(tries < 4, said);
    }
  } finally {
    await slowed.stop();
  }
});
