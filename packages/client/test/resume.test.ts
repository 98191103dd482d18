import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Ground, newPerson, refusal, startGround } from "./ground.ts";
import { HostileNetwork } from "./hostile.ts";

let ground: Ground;
const network = new HostileNetwork();
before(async () => {
  ground = await startGround();
});
after(() => ground.stop());

test("a large file posted whose answer was lost is posted again as it was, its name sealed once", async () => {
  const alice = await newPerson(ground, "Alice", network.fetch);
  const record = await alice.account.record();
  const route = `POST /v1/spaces/${record.space}/revisions`;
  const file = (title: string) => ({
    title,
    mediaType: "application/dicom",
    content: new Uint8Array(300_000).fill(7),
  });
  const resume = "scan.dcm";
  network.losing(route, "answer");
  await assert.rejects(record.add(file("scan"), { resume }), refusal("offline"));
  // A moment later the date in the name would be another, under the same key and nonce.
  ground.ahead += 1000;
  const item = await record.add(file("SCAN"), { resume });
  const posted = network.exchanges
    .filter(({ method, path }) => `${method} ${path}` === route)
    .map(({ sent }) => JSON.parse(sent).revisions[0]);
  assert.equal(posted.length, 2);
  assert.equal(posted[1].metadata, posted[0].metadata);
  assert.equal(posted[1].statement, posted[0].statement);
  const names = (await record.list()).map((each) => [each.item, each.metadata.title]);
  assert.deepEqual(names, [[item, "scan"]]);
  // What came to its end is forgotten: the same name begins another.
  await record.add(file("scan"), { resume });
  assert.equal((await record.list()).length, 2);
});
