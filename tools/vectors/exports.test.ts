// Whole exports, to accept and to refuse: ours and the verifier in Python say the same of each.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { checkExport, readRoots, readWitnessList } from "@ecrin/client";
import {
  bytesSource,
  ProtocolError,
  parseSigningKey,
  reasonOf,
  type VerifiedExport,
} from "@ecrin/protocol";
import {
  type ExportVector,
  type ExportVectors,
  exportVectors,
  FOLDER,
  printList,
} from "./exports.ts";

const SCRIPT = fileURLToPath(
  new URL("../../packages/protocol/verifier/verify.py", import.meta.url),
);
const read = (file: string) => readFileSync(`${FOLDER}${file}`);
const { accept, refuse } = JSON.parse(read("export.json").toString()) as ExportVectors;
const python = spawnSync("python3", ["--version"]).status === 0;
const openssl = spawnSync("openssl", ["version"]).status === 0;

test("the exports in the tree are those that the generator writes", async () => {
  const { list, archives } = await exportVectors();
  assert.equal(read("export.json").toString(), printList(list));
  for (const [file, bytes] of archives) assert.ok(read(file).equals(bytes), file);
  const listed = [...archives.keys()].sort();
  assert.deepEqual(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith(".zip"))
      .sort(),
    listed,
  );
});

async function ours({ file, given = {} }: ExportVector): Promise<VerifiedExport> {
  const { logKey, roots, witnesses, earlier, demonstration } = given;
  const before = earlier === undefined ? undefined : await checkExport(bytesSource(read(earlier)));
  return await checkExport(bytesSource(read(file)), {
    ...(logKey === undefined ? {} : { logKey: parseSigningKey(logKey, "logKey") }),
    ...(roots === undefined ? {} : { roots: roots.flatMap((each) => readRoots(read(each))) }),
    ...(witnesses === undefined ? {} : { witnesses: readWitnessList(read(witnesses).toString()) }),
    ...(before === undefined ? {} : { earlier: before.checkpoint }),
    ...(demonstration === undefined ? {} : { leastWork: 1n }),
  });
}

function argumentsOf({ file, given = {} }: ExportVector): string[] {
  const { logKey, roots = [], witnesses, earlier, demonstration } = given;
  return [
    `${FOLDER}${file}`,
    ...(logKey === undefined ? [] : ["--log-key", logKey]),
    ...roots.flatMap((each) => ["--root", `${FOLDER}${each}`]),
    ...(witnesses === undefined ? [] : ["--witnesses", `${FOLDER}${witnesses}`]),
    ...(earlier === undefined ? [] : ["--earlier", `${FOLDER}${earlier}`]),
    ...(demonstration === undefined ? [] : ["--demonstration"]),
  ];
}

/** Runs the verifier on each list of arguments, in one process. */
const EACH = `
import contextlib, io, importlib.util, json, sys
spec = importlib.util.spec_from_file_location("verify", sys.argv[1])
verify = importlib.util.module_from_spec(spec)
spec.loader.exec_module(verify)
said = []
for arguments in json.loads(sys.argv[2]):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = verify.main(arguments)
    said.append({"status": status, "stdout": out.getvalue()})
print(json.dumps(said))
`;

function theirs(vectors: readonly ExportVector[]): { status: number; stdout: string }[] {
  const args = ["-c", EACH, SCRIPT, JSON.stringify(vectors.map(argumentsOf))];
  const { stdout, stderr } = spawnSync("python3", args, { encoding: "utf8" });
  assert.ok(stdout !== "", stderr);
  return JSON.parse(stdout) as { status: number; stdout: string }[];
}

test("ours accepts what is to be accepted, and says of it what it is", async () => {
  assert.ok(accept.length > 10);
  for (const vector of accept) {
    const said = await ours(vector);
    const found = {
      entries: said.entries,
      reads: said.signedReads,
      erased: said.erased,
      anchored: said.anchoredSize,
      quorum: said.quorum.quorum,
      lost: said.ended.reduce((lost, { size, from }) => lost + size - from, 0),
      ...(said.since === undefined ? {} : { since: said.since }),
    };
    assert.deepEqual(found, vector.says, vector.name);
  }
});

test("ours refuses what is to be refused, at the place and for the reason", async () => {
  assert.ok(refuse.length > 15);
  for (const vector of refuse) {
    await assert.rejects(
      ours(vector),
      (error) => {
        assert.ok(error instanceof ProtocolError, vector.name);
        assert.equal(reasonOf(error).reason, vector.reason, vector.name);
        assert.equal((error.field ?? "archive").split(": ")[0], vector.in, vector.name);
        return true;
      },
      vector.name,
    );
  }
});

test("the verifier in Python says the same", {
  skip: python ? false : "python3 is not installed",
}, () => {
  const accepted = theirs(accept);
  for (const [i, vector] of accept.entries()) {
    const { status, stdout } = accepted[i] ?? assert.fail();
    assert.equal(status, 0, `${vector.name}: ${stdout}`);
    const { entries, reads, erased, anchored, quorum, lost } = vector.says;
    assert.ok(stdout.endsWith("VERIFIED\n"), vector.name);
    assert.ok(stdout.includes(`${entries} entries of `), vector.name);
    assert.ok(stdout.includes(`${reads} reads, each signed`), vector.name);
    assert.equal(stdout.includes(`${erased} entries were erased`), erased > 0, vector.name);
    assert.ok(stdout.includes(`quorum ${quorum} `), vector.name);
    assert.equal(stdout.includes(`are lost, ${lost} of them`), lost > 0, vector.name);
    const isStamp = vector.file.startsWith("stamp");
    if (!isStamp || openssl)
      assert.equal(stdout.includes("not anchored\n"), anchored === 0, vector.name);
  }
  // It looks at no token where openssl is missing.
  const tried = refuse.filter(({ reason }) => reason !== "stamp" || openssl);
  const refused = theirs(tried);
  for (const [i, vector] of tried.entries()) {
    const { status, stdout } = refused[i] ?? assert.fail();
    assert.equal(status, 1, `${vector.name}: ${stdout}`);
    assert.match(stdout, /^REFUSED\. /m, vector.name);
  }
});
