import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { EXIT } from "../src/exit.ts";
import { ecrin, json, sitting } from "./command.ts";

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-serve-"));
});
after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

test("whoever serves is told where a request failed, and nothing of what it said", async () => {
  const data = join(folder, "data");
  // Set to nothing, as files of settings have it, is not set.
  const env = { DATABASE_URL: "", ECRIN_DATA: "", PORT: "" };
  const serving = sitting(
    { home: join(folder, "nobody"), env },
    "serve",
    "--port",
    "0",
    "--data",
    data,
  );
  const { url } = await serving.printed<{ url: string }>((value) => "url" in value);
  const call = { home: join(folder, "camille"), server: url, secrets: ["chaise-fleuve-orange"] };
  const named = ["--address", "camille@exemple.fr", "--name", "Camille Moreau"];
  await json(call, "sign-up", ...named, "--kit-file", join(folder, "kit.txt"));
  const large = join(folder, "canary.bin");
  await writeFile(large, Buffer.alloc(200_000, "canary"));
  // There is no folder any more for what is uploaded.
  await rm(join(data, "blobs"), { recursive: true });
  await writeFile(join(data, "blobs"), "");
  assert.notEqual((await ecrin(call, "add", large)).code, 0);
  const trace = await serving.hears(/nobody foresaw: (.*)\n/);
  assert.match(trace, /^upload, Error, ENOTDIR, apps\/server\/src\/blobs\.ts:\d+$/);
  assert.equal(await serving.interrupt(), 0);
});

test("a port that is none is refused by name, wherever it was given", async () => {
  const home = join(folder, "nobody");
  for (const [place, env, args] of [
    ["PORT", { PORT: "8o8o" }, []],
    ["--port <number>", {}, ["--port", "70000"]],
  ] as const) {
    const { code, err } = await ecrin({ home, env }, "serve", ...args);
    assert.equal(code, EXIT.usage);
    assert.ok(err.startsWith(`${place} cannot`), err);
  }
});
