import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { NO_LIMITS, type RunningServer, startServer } from "@ecrin/server";
import { Line, Person } from "../../apps/server/test/person.ts";
import { beginRecord, donePosting, sealTest } from "../../apps/server/test/record.ts";
import { filesUnder, rowsOf } from "./disk.ts";
import { type Canaries, needlesOf, Scanner } from "./needles.ts";
import { everything, WRITTEN } from "./people.ts";
import { RecordingNetwork, type Said } from "./traffic.ts";

// What the server learns by right is no canary: account ids, sizes, times, who shares with whom.

interface Capture {
  readonly dataDir: string;
  readonly network: RecordingNetwork;
  readonly log: string[];
  readonly server: RunningServer;
}

async function startCapture(): Promise<Capture> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-capture-"));
  const log: string[] = [];
  const server = await startServer({
    dataDir,
    port: 0,
    limits: NO_LIMITS,
    log: (line) => log.push(JSON.stringify(line)),
    databaseLog: (line) => log.push(line),
  });
  return { dataDir, network: new RecordingNetwork(), log, server };
}

/** Where canaries are, as `canary (form) in place`. Stops the server. */
async function sightings(capture: Capture, canaries: Canaries): Promise<string[]> {
  const scanner = new Scanner(needlesOf(canaries));
  const rows = await rowsOf(capture.dataDir);
  await capture.server.stop();
  const found = new Set<string>();
  const look = ({ where, bytes }: Said) => {
    for (const { canary, form } of scanner.find(bytes))
      found.add(`${canary} (${form}) in ${where}`);
  };
  for (const said of [...rows, ...capture.network.said]) look(said);
  for (const line of capture.log) look({ where: "the log", bytes: Buffer.from(line) });
  for await (const said of filesUnder(capture.dataDir)) look(said);
  return [...found];
}

let capture: Capture;
before(async () => {
  capture = await startCapture();
});
after(async () => {
  await capture.server.stop();
  await rm(capture.dataDir, { recursive: true, force: true });
});

test("disk, log and traffic hold nothing of what two people wrote, said or hold", async () => {
  const { held, openings } = await everything(capture.server.url, capture.network.fetch);
  const clumsy = "canari-en-clair-5540";
  await sayInClear(capture.server.url, clumsy);

  // There was something to capture: entries, large content on disk, all kinds of requests.
  assert.ok(openings >= 4, `${openings} openings`);
  const where = new Set(capture.network.said.map((said) => said.where));
  for (const part of [
    "PATCH /v1/uploads/",
    "POST /v1/reads",
    "POST /v1/shares",
    "PUT /v1/account",
  ]) {
    assert.ok(
      [...where].some((each) => each.includes(part)),
      part,
    );
  }
  assert.ok(capture.log.length > 100, `${capture.log.length} lines`);

  assert.deepEqual(await sightings(capture, { ...WRITTEN, ...held, clumsy }), []);
});

/** Somebody else's program says things in clear where they do not belong: they are not written down. */
async function sayInClear(url: string, text: string): Promise<void> {
  const json = { "content-type": "application/json" };
  const asks: [string, RequestInit][] = [
    [`/v1/${text}`, {}],
    [`/v1/server?name=${text}`, { headers: { "user-agent": text, referer: text } }],
    ["/v1/account", { headers: { authorization: `DPoP ${text}`, dpop: text } }],
    [
      "/v1/sign-in/start",
      { method: "POST", headers: json, body: JSON.stringify({ [text]: text }) },
    ],
    ["/v1/sign-in/start", { method: "POST", headers: json, body: `{"${text}` }],
  ];
  for (const [path, init] of asks) {
    const answer = await fetch(url + path, init);
    assert.ok(!(await answer.text()).includes(text), path);
  }
}

test("a client that seals nothing is seen on the disk, in its rows, on the line and in the log", async () => {
  const open = await startCapture();
  try {
    const canaries = {
      small: "petit document en clair",
      large: "grand document en clair",
      said: "dit en clair sur la ligne",
      logged: "écrit dans le journal technique",
      file: "un fichier au mauvais endroit",
    };
    const person = await new Person(new Line(open.server.url)).signUp();
    const record = await beginRecord(person);
    await donePosting(record, [
      sealTest(record, { content: padded(canaries.small, 4152) }),
      sealTest(record, { content: padded(canaries.large, 60_000) }),
    ]);
    await open.network.fetch(`${open.server.url}/v1/server?${encodeURIComponent(canaries.said)}`);
    open.log.push(canaries.logged);
    await writeFile(join(open.dataDir, "blobs", "lost"), Buffer.from(canaries.file, "utf16le"));

    const found = await sightings(open, canaries);
    const seen = (canary: string, where: RegExp) =>
      assert.ok(
        found.some((each) => each.startsWith(`${canary} (`) && where.test(each)),
        `${canary} is not seen in ${where}: ${found.join("; ")}`,
      );
    seen("small", /row of ecrin\./);
    seen("small", /postgres\/data\/base/);
    seen("small", /pg_wal/);
    seen("large", /row of ecrin\./);
    seen("said", /request to GET \/v1\/server/);
    seen("logged", /the log/);
    seen("file", /utf-16le.*blobs\/lost/);
  } finally {
    await open.server.stop();
    await rm(open.dataDir, { recursive: true, force: true });
  }
});

function padded(text: string, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  bytes.write(text);
  return bytes;
}

const JSON_ESCAPES = String.raw`{"a":"\u00c9l\u00e9onore ???>>>~~~ \u00ff\u00ff\u00ff"}`;

test("the scanner finds every form, wherever it begins and whatever stands around it", () => {
  // Its base64 and base64url differ wherever it begins.
  const text = "Éléonore ???>>>~~~ ÿÿÿ";
  const scanner = new Scanner(needlesOf({ text }));
  const forms = new Set<string>();
  for (const before of [0, 1, 2, 3, 4, 5, 6, 7]) {
    const around = (bytes: Buffer) =>
      Buffer.concat([randomBytes(before), bytes, randomBytes(1 + before)]);
    const plain = around(Buffer.from(text));
    const twice = (more: number) =>
      Buffer.concat([randomBytes(more), Buffer.from(plain.toString("base64url"))]);
    const written: [form: string, Buffer | string][] = [
      ["utf-8", plain],
      ["utf-16le", around(Buffer.from(text, "utf16le"))],
      ["utf-16be", around(Buffer.from(text, "utf16le").swap16())],
      ["hex", plain.toString("hex")],
      ["HEX", plain.toString("hex").toUpperCase()],
      ["base64", plain.toString("base64")],
      ["base64url", plain.toString("base64url")],
      ["in base64url", twice(0).toString("base64url")],
      ["in base64url", twice(1).toString("base64url")],
      ["in base64url", twice(2).toString("base64url")],
      ["percent-encoded", `/v1/${encodeURIComponent(text)}`],
      ["JSON escapes", JSON_ESCAPES],
    ];
    for (const [form, bytes] of written) {
      const found = scanner.find(bytes).map((sighting) => sighting.form);
      assert.ok(
        found.some((each) => each.includes(form)),
        `${form} after ${before} bytes: ${found}`,
      );
      for (const each of found) forms.add(each);
    }
  }
  // No form is looked for in vain: each of them occurred, base64 at all three places.
  assert.deepEqual(
    [...forms].sort(),
    [...new Set(needlesOf({ text }).map(({ form }) => form))].sort(),
  );
  assert.deepEqual(scanner.find(randomBytes(1 << 20)), []);
  assert.deepEqual(scanner.find(Buffer.from(text).subarray(0, -1)), []);
});

test("what is too short to mean anything is refused", () => {
  assert.throws(() => needlesOf({ short: "A69.2" }), RangeError);
});
