import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { after, before, test } from "node:test";
import {
  isFieldPath,
  PROBLEMS,
  type ProblemCode,
  parseAs,
  type Route,
  type RouteName,
  routes,
} from "@ecrin/protocol";
import { createNonces } from "../src/nonce.ts";
import { endedMember } from "./ended.ts";
import { type Failures, setTraps } from "./failures.ts";
import { type Cluster, startCluster, startTestServer, type TestServer } from "./harness.ts";
import { readScenario, type Step } from "./scenario.ts";
import { type Asked, deliver, headersOf, Scene, type Told } from "./scene.ts";
import { UNKNOWN, WRONGS, type Wrong, type WrongKind, wrongInputs } from "./wrong-requests.ts";
import { type Others, othersOf, wrongSessions } from "./wrong-sessions.ts";
import { wrongStatements } from "./wrong-statements.ts";
import { wrongUploads } from "./wrong-uploads.ts";

// Every route of the table against every kind of bad input. The right requests are those of
// apps/server/http/*.http, each told up to the first success of its route; there it is asked wrong
// in every way first, must be refused each time by a problem of the expected code, leave no row
// changed, and succeed at last as it is written.

const FOLDER = new URL("../http/", import.meta.url);
const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".http")).sort();

/** Asked by whoever has an account of their own, or knows the number or code: a stranger is none. */
const ANYBODYS: ReadonlySet<string> = new Set<RouteName>([
  "account",
  "acts",
  "actsEvents",
  "approvalAnswer",
  "approvalEnd",
  "approvalFind",
  // To whoever shows that they know it, by the hash of one of its statements.
  "chain",
  "deposits",
  "factorRemove",
  "factors",
  "invitations",
  "invite",
  "keyringPut",
  "kitCancel",
  "passkeyStart",
  "passwordSettle",
  "passwordStart",
  "rendezvousJoin",
  "rendezvousOpen",
  "signOut",
  "spaces",
  "totpConfirm",
  "totpStart",
]);
/** The second half of a sign-in may come once, right or wrong (spec/http.md): what it used up is put back here. */
const USES_UP: ReadonlySet<string> = new Set<RouteName>([
  "kitFinish",
  "passkeyConfirm",
  "signInFactor",
  "signInFinish",
]);

let cluster: Cluster;
let server: TestServer;
let failures: Failures;
let others: Others;
before(async () => {
  cluster = await startCluster();
  const epoch = { leaves: 1_000_000, ms: 3_600_000_000 };
  const pace = { leaves: 1, ms: 0, epoch, tick: 50 };
  server = await startTestServer(cluster, { pace, sweepEvery: 24 * 3_600_000 });
  others = await othersOf(server);
  failures = await setTraps(server.admin);
});
after(async () => {
  await server?.stop();
  await cluster.stop();
});

/** A statement that another names by its hash: whatever is changed in it, that is what it is refused for. */
const NAMED: Partial<Record<RouteName, Readonly<Record<string, ProblemCode>>>> = {
  shareCreate: {
    "body.share": "statement-refused",
    "body.links.authors.0.statement": "content-differs",
  },
  // Dated back, it would last for more than a day.
  guestBegin: { "body.statement": "statement-refused" },
};

/** Of each route what was tried; an upload's are named by its method. */
const tried = new Map<string, Set<WrongKind>>();

for (const file of files) {
  test(`${file}: each route refuses what is wrong, and nothing is half done`, async (t) => {
    const scene = new Scene(server);
    for (const step of await readScenario(new URL(file, FOLDER))) {
      for (const preparation of step.preparations) await scene.prepare(preparation);
      const name = routeOf(step) ?? uploadOf(step);
      if (name !== undefined && step.status < 300 && !tried.has(name)) {
        tried.set(name, new Set());
        await t.test(name, async () => await refuseAll(await scene.ask(step), scene, name));
      }
      const told = await scene.send(step);
      assert.equal(told.status, step.status, `${step.title}: ${JSON.stringify(told.body)}`);
      if (step.problem === undefined) scene.accept(step, told);
    }
  });
}

/** The route that a step asks; undefined for what stands beside the table. */
function routeOf({ method, target }: Step): RouteName | undefined {
  const place = target.replace(/\?.*/, "");
  const fits = ([, route]: [string, Route]) =>
    route.method === method && new RegExp(`^${route.path.replace(/:\w+/g, "[^/]+")}$`).test(place);
  // What is written out in a path comes before a parameter, as the router has it.
  return Object.entries<Route>(routes).find(fits)?.[0] as RouteName | undefined;
}

/** The resumable upload speaks tus, and has no line in the table. */
function uploadOf({ method, target }: Step): string | undefined {
  return target.startsWith("/v1/uploads") ? `${method} upload` : undefined;
}

async function refuseAll(asked: Asked, scene: Scene, name: string): Promise<void> {
  const now = server.clock.at;
  const wrongs = isRoute(name)
    ? await wrongOf(name, asked, scene, now)
    : [
        ...wrongUploads(asked),
        ...wrongSessions(UPLOAD, asked, others, { now, isAnybodys: name === "POST upload" }),
      ];
  const picture = await failures.picture();
  const underWay = await server.admin`select * from ecrin.sign_ins`;
  const taken: string[] = [];
  for (const wrong of wrongs) {
    await wrong.before?.();
    const told = await tellWrong(wrong, now);
    if (USES_UP.has(name) && wrong.isJudged === true) await putBack(underWay);
    taken.push(...differs(wrong, told));
    tried.get(name)?.add(wrong.kind);
  }
  assert.deepEqual(taken, [], `of ${wrongs.length} wrong requests`);
  assert.equal(await failures.picture(), picture, `${name}: something is half done`);
}

function isRoute(name: string): name is RouteName {
  return Object.hasOwn(routes, name);
}

async function wrongOf(
  name: RouteName,
  asked: Asked,
  scene: Scene,
  now: number,
): Promise<readonly Wrong[]> {
  const route: Route = routes[name];
  const oldNonce = createNonces(others.keys.nonce).make(now - 11 * 60_000);
  const statements = await wrongStatements(asked, scene.signers(), { now, oldNonce });
  const named = Object.entries(NAMED[name] ?? {});
  return [
    ...wrongInputs(route, asked),
    ...statements.map((wrong) => {
      const code = named.find(([field]) => wrong.what.startsWith(`${field} `))?.[1];
      return code === undefined ? wrong : { ...wrong, codes: [...wrong.codes, code] };
    }),
    ...wrongSessions(route, asked, others, { now, isAnybodys: ANYBODYS.has(name) }),
  ];
}

const UPLOAD: Route = { method: "POST", path: "/v1/uploads", session: true };

async function putBack(rows: readonly object[]): Promise<void> {
  await server.admin`delete from ecrin.sign_ins`;
  if (rows.length > 0) await server.admin`insert into ecrin.sign_ins ${server.admin(rows)}`;
}

/** How an answer differs from the problem that was due. */
function differs({ kind, what, codes, field }: Wrong, told: Told): string[] {
  try {
    assertProblem(told, codes, field);
    return [];
  } catch (error) {
    const answer = `${told.status} ${JSON.stringify(told.body)?.slice(0, 200)}`;
    const reason = error instanceof Error ? error.message.split("\n")[0] : "";
    return [`${kind}, ${what}: ${answer}, where ${codes} was due at ${field}: ${reason}`];
  }
}

function assertProblem(told: Told, codes: readonly ProblemCode[], field?: string): void {
  // What answers HEAD has no body.
  if (told.body === null) {
    assert.ok(codes.some((code) => PROBLEMS[code] === told.status));
    return;
  }
  const problem = told.body as Record<string, unknown> | null;
  const code = codes.find((each) => each === problem?.code);
  assert.ok(code !== undefined, "another code");
  assert.equal(told.headers.get("content-type"), "application/problem+json");
  assert.ok(told.headers.has("ecrin-nonce"), "no nonce");
  const { title, field: named, ...rest } = problem ?? {};
  assert.deepEqual(rest, { type: `/problems/${code}`, status: PROBLEMS[code], code });
  assert.equal(told.status, PROBLEMS[code]);
  assert.equal(typeof title, "string");
  if (named === undefined) {
    // The library that speaks tus says no more than a status.
    assert.ok(code !== "malformed" || field === undefined, "names no field");
    return;
  }
  assert.ok(typeof named === "string" && isFieldPath(named), "another form of field");
  if (field !== undefined && code !== "statement-refused")
    assert.ok(within(named, field) || within(field, named), "another field");
}

function within(inner: string, outer: string): boolean {
  return inner === outer || inner.startsWith(`${outer}.`);
}

async function tellWrong({ asked, announces }: Wrong, now: number): Promise<Told> {
  if (announces === undefined) return await deliver(asked, now);
  return await announce(asked, announces, now);
}

/** A body that is announced and never sent: it is refused for its length alone. */
function announce(asked: Asked, length: number, now: number): Promise<Told> {
  const { port } = new URL(server.url);
  const headers = { ...headersOf(asked, now), "content-length": String(length) };
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: "localhost", port, method: asked.method, path: asked.target, headers },
      (response) => {
        const parts: Buffer[] = [];
        response.on("data", (part: Buffer) => parts.push(part));
        response.on("end", () => {
          request.destroy();
          const said = new Headers(response.headers as Record<string, string>);
          const body: unknown = JSON.parse(Buffer.concat(parts).toString());
          resolve({ status: response.statusCode ?? 0, headers: said, body });
        });
      },
    );
    request.on("error", reject);
    request.flushHeaders();
  });
}

/** Whether a kind of wrong can be there at all, by what the table says of the route. */
const APPLIES: Record<WrongKind, (route: Route) => boolean> = {
  unknown: () => true,
  missing: ({ body, query }) => [body, query].some((schema) => schema && !isEmptyTaken(schema)),
  "wrong type": ({ body, path, query }) => (body ?? query) !== undefined || path.includes(":"),
  oversized: ({ body, query }) => (body ?? query) !== undefined,
  role: ({ session }) => session,
  expired: ({ session }) => session,
  replayed: ({ session }) => session,
  "out of order": () => false,
};

function isEmptyTaken(schema: NonNullable<Route["body"]>): boolean {
  try {
    parseAs(schema, {}, "body");
    return true;
  } catch {
    return false;
  }
}

test("every route of the table was asked wrong in every way there is", () => {
  const left = Object.entries<Route>(routes).flatMap(([name, route]) =>
    WRONGS.filter((kind) => APPLIES[kind](route) && tried.get(name)?.has(kind) !== true).map(
      (kind) => `${name}: ${kind}`,
    ),
  );
  assert.deepEqual(left, []);
});

test("what is signed is asked out of order too, wherever it continues something", () => {
  const found = [...tried].filter(([, kinds]) => kinds.has("out of order")).map(([name]) => name);
  assert.deepEqual(found.sort(), [
    "PATCH upload",
    "accountPost",
    "approvalConfirm",
    "deposit",
    "guestBegin",
    "inboxBegin",
    "invitationAccept",
    "kitFinish",
    "kitReplace",
    "passkeyConfirm",
    "passwordFinish",
    "renew",
    "revisionsPost",
    "shareCreate",
    "shareEnd",
    "signInFinish",
    "signUpFinish",
    "spaceCreate",
    "spacePost",
  ]);
});

/** Routes that are about a space without naming it in their path. */
const ABOUT_SPACE = ["reads", "shareCreate", "deposit"];

test("whoever was a member, or had a share, gets nothing of it and does nothing in it", async () => {
  const { who, path, bodies } = await endedMember(server);
  const about = Object.entries<Route>(routes).filter(
    ([name, route]) =>
      /:(space|share|subject|deposit|revision)\b/.test(route.path) || ABOUT_SPACE.includes(name),
  );
  const picture = await failures.picture();
  for (const within of ["record", "share"] as const) {
    for (const [name, route] of about) {
      const body = isRoute(name) ? bodies[name] : undefined;
      assert.equal(body !== undefined, route.body !== undefined, `${name} has a body to be told`);
      const query = name === "wraps" ? "?epoch=1" : "";
      const target = path(route, within) + query;
      const answer = await who.line.ask(route.method, target, body, who.seat);
      const codes = ["not-found", "not-allowed", "closed", "statement-refused"];
      assert.ok(codes.includes(answer.body.code ?? ""), `${name}: ${JSON.stringify(answer.body)}`);
    }
  }
  // That a read was refused is an entry of its own (spec/journal.md), once an hour; beside it nothing changed.
  const changed = differing(picture, await failures.picture());
  const journal = ["done", "head", "leaves", "openings", "subjects"].map((of) => `journal_${of}`);
  assert.deepEqual(changed, journal);
});

/** The tables of which two pictures differ. */
function differing(before: string, now: string): string[] {
  const rows = new Map((JSON.parse(before) as Row[]).map(({ name, rows: held }) => [name, held]));
  return (JSON.parse(now) as Row[])
    .filter(({ name, rows: held }) => rows.get(name) !== held)
    .map(({ name }) => name)
    .sort();
}
interface Row {
  readonly name: string;
  readonly rows: string;
}

test("what stands beside the table is refused the same way", async () => {
  const nowhere = ["/log/", "/log/tile/0/999/999", "/log/tile/x", "/log/..%2fkeys", "/v2/server"];
  const cases: [string, string][] = [
    ...nowhere.map((place): [string, string] => ["GET", place]),
    ...["/openapi.json", "/log/checkpoint", "/"].map((place): [string, string] => ["POST", place]),
    ["GET", "/v1/uploads/x/y"],
  ];
  const picture = await failures.picture();
  const ask = (method: string, target: string) =>
    deliver({ method, target, headers: {}, url: server.url }, server.clock.at);
  for (const [method, target] of cases)
    assertProblem(await ask(method, target), ["not-found", "not-signed-in"]);
  for (const target of ["/openapi.json", "/log/checkpoint", "/log/tile/0/000.p/1"]) {
    assert.equal((await ask("GET", target)).status, 200, target);
    for (const query of [`?${UNKNOWN}=1`, "?from=0", `?${UNKNOWN}`])
      assertProblem(await ask("GET", target + query), ["malformed"], "query");
  }
  assert.equal(await failures.picture(), picture);
});
