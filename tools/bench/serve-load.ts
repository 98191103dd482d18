// The load of serve.ts: a reader of its own record, who signs every read and every proof beforehand.

import { Agent, request } from "node:http";
import process from "node:process";
import { signStatement } from "@ecrin/crypto";
import { SUITE } from "@ecrin/protocol";
import { Http } from "../../packages/client/src/http.ts";
import { readDevice } from "../../packages/client/src/own-device.ts";
import { newSessionKey, proofOf } from "../../packages/client/src/proof.ts";
import { createRecord } from "../../packages/client/src/record.ts";
import { Store } from "../../packages/client/src/store.ts";
import { newPerson, sessionOf, unlocked } from "./ground.ts";

interface Load {
  readonly url: string;
  readonly rounds: number;
  readonly requests: number;
}

interface Ready {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

const CONNECTIONS = 32;
const { url, rounds, requests }: Load = JSON.parse(process.argv[2] ?? "{}");
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });

/** One request; refused means that what is measured is not what it should be. */
function send({ method, path, headers, body }: Ready): Promise<void> {
  return new Promise((resolve, reject) => {
    const asked = request(url + path, { method, headers, agent }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 200 ? resolve() : reject(new Error(`${path}: ${answer.statusCode}`)),
      );
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

/** Requests a second, as many at once as there are connections. */
async function rateOf(ready: readonly Ready[]): Promise<number> {
  const waiting = [...ready];
  const start = performance.now();
  const connection = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await send(next);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  return ready.length / ((performance.now() - start) / 1000);
}

const person = await newPerson(url, "Alice Martin");
const u = await unlocked(url, person);
const record = await createRecord(u);
const item = await record.add({
  title: "2 KiB",
  mediaType: "text/plain",
  content: new Uint8Array(2048),
});
const [revision] = await record.history(item);
const key = await newSessionKey();
const own = await readDevice(await Store.open(person.store, person.password));
const { session } = await sessionOf(new Http({ server: url }), {
  account: u.account,
  password: person.password,
  key: key.thumbprint,
  own,
});

/** Openings that differ in their time, as those of different moments would. */
async function openings(count: number): Promise<Ready[]> {
  const nonce = await u.http.nonce();
  const place = { space: record.space, item, revision: revision?.fact.revision };
  const begin = Date.now() - count;
  return await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const by = { account: u.account, device: u.device, head: { ...u.head() } };
      const facts = {
        suite: SUITE,
        space: record.space,
        revisions: [place],
        reason: "own",
        nonce,
        by,
        at: begin + i,
      };
      const read = await signStatement("read", facts, u.deviceSigner);
      const proof = await proofOf(key, {
        method: "POST",
        url: `${url}/v1/reads`,
        token: session.token,
        nonce,
        now: Date.now(),
      });
      const headers = {
        "content-type": "application/json",
        authorization: `DPoP ${session.token}`,
        dpop: proof,
      };
      return { method: "POST", path: "/v1/reads", headers, body: JSON.stringify({ read }) };
    }),
  );
}

const file: Ready = { method: "GET", path: "/file.txt", headers: {} };
const rates = { openings: [] as number[], files: [] as number[] };
for (let round = -1; round < rounds; round++) {
  const opening = await rateOf(await openings(requests));
  await u.http.call("server");
  const serving = await rateOf(Array.from({ length: requests }, () => file));
  if (round < 0) continue;
  rates.openings.push(opening);
  rates.files.push(serving);
}
process.send?.(rates);
process.disconnect();
agent.destroy();
