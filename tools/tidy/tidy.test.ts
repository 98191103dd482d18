import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOnly } from "./code-only.ts";
import { linkFindings } from "./links.ts";
import { dependencyFindings, lawFindings, lockFindings } from "./packages.ts";
import { sourceFindings } from "./sources.ts";
import type { Finding, Tree } from "./tree.ts";

/** A tree in memory, so that each rule can be shown a file that breaks it. */
function tree(files: Record<string, string>): Tree {
  return { paths: Object.keys(files).sort(), text: (path) => files[path] ?? "" };
}

function messages(findings: readonly Finding[]): string[] {
  return findings.map(({ path, line, message }) => `${path}:${line}: ${message}`);
}

/** One source file, and what the rules say of it. */
function source(path: string, text: string): string {
  return messages(sourceFindings(tree({ [path]: text }))).join("\n");
}

const lines = (count: number) => "const a = 1;\n".repeat(count);

test("source rules accept ordinary code", () => {
  const ordinary = `// any words, "as unknown as" words
export type { A } from "./a.ts";
const many = Promise.any([a]);
const said = "any, export * and as unknown as";
const kept = \`any \${said} any\`;
const shape = /any|'/.test(kept);
`;
  assert.equal(source("packages/protocol/src/plain.ts", ordinary), "");
  assert.equal(source("packages/protocol/src/long.ts", lines(500)), "");
  assert.equal(source("packages/protocol/test/long.test.ts", lines(700)), "");
  assert.equal(source("apps/web/src/service-worker.ts", lines(1)), "");
});

test("a file that is too long is found", () => {
  assert.match(source("tools/long.ts", lines(501)), /^tools\/long\.ts:501: 501 lines/);
  assert.match(source("tools/long.test.ts", lines(701)), /701 lines/);
});

test("a name that says nothing is found", () => {
  for (const name of ["utils", "util", "helpers", "common", "key-manager", "misc"]) {
    assert.match(source(`packages/crypto/src/${name}.ts`, ""), /does not say what is inside/, name);
  }
  assert.match(source("packages/crypto/src/services/key.ts", ""), /"services" does not say/);
});

test("what switches the compiler off is found, on its line", () => {
  assert.match(source("a.ts", "\nlet a: any;"), /^a\.ts:2: `any`/);
  assert.match(source("a.ts", "const a = b as any;"), /`any`/);
  assert.match(source("a.ts", "const a: any[] = [];"), /`any`/);
  assert.match(source("a.ts", "const a = `x ${b as any}`;"), /`any`/);
  assert.match(source("a.ts", "const a = b as unknown as string;"), /as unknown as/);
  assert.match(source("a.ts", `// @ts-${"ignore"}\nb();`), /not silenced/);
  assert.match(source("a.ts", `// @ts-${"nocheck"}\nb();`), /not silenced/);
  assert.match(source("a.ts", 'export * from "./b.ts";'), /export \*/);
});

test("unfinished work is found in code and in prose", () => {
  for (const word of ["TO", "FIX"].map((part) => part + (part === "TO" ? "DO" : "ME"))) {
    assert.match(source("a.ts", `// ${word}: later`), /unfinished/);
    assert.match(source("README.md", `${word} later`), /unfinished/);
  }
});

test("tests that are left out are found", () => {
  const refused = [
    'test.only("a", run);',
    'describe.only("a", run);',
    'test("a", { only: true }, run);',
    'test.skip("a", run);',
    'test("a", { skip: true }, run);',
    'it.todo("a");',
    "t.skip();",
  ];
  for (const text of refused) assert.notEqual(source("a.test.ts", text), "", text);
  assert.equal(source("a.test.ts", 't.skip("needs user namespaces");'), "");
});

test("the law of dependencies holds in package files and imports", () => {
  const pkg = (name: string, dependencies: Record<string, string>) =>
    JSON.stringify({ name, dependencies }, null, 2);
  const kept = {
    "apps/server/package.json": pkg("@ecrin/server", { "@ecrin/protocol": "0.1.0" }),
    "apps/server/src/a.ts": 'import { a } from "@ecrin/protocol";',
  };
  assert.deepEqual(lawFindings(tree(kept)), []);
  const broken = {
    "apps/server/package.json": pkg("@ecrin/server", { "@ecrin/crypto": "0.1.0" }),
    "apps/server/src/a.ts": 'import { a } from "@ecrin/crypto";\nawait import("@ecrin/client");',
    "packages/protocol/package.json": pkg("@ecrin/protocol", { "@ecrin/server": "0.1.0" }),
  };
  assert.deepEqual(messages(lawFindings(tree(broken))), [
    "apps/server/package.json:4: @ecrin/server may not depend on @ecrin/crypto",
    "apps/server/src/a.ts:1: @ecrin/server may not depend on @ecrin/crypto",
    "apps/server/src/a.ts:2: @ecrin/server may not depend on @ecrin/client",
    "packages/protocol/package.json:4: @ecrin/protocol may not depend on @ecrin/server",
  ]);
});

test("dependencies are exact and all of them have their line", () => {
  const list = "| package | for |\n|---|---|\n| `a`, `b` | things |\n";
  const pkg = (dependencies: Record<string, string>) => JSON.stringify({ name: "x", dependencies });
  const kept = { "package.json": pkg({ a: "1.0.0", b: "2.0.0-beta.17" }), "DEPENDENCIES.md": list };
  assert.deepEqual(dependencyFindings(tree(kept)), []);
  const broken = { "package.json": pkg({ a: "^1.0.0", c: "1.0.0" }), "DEPENDENCIES.md": list };
  assert.deepEqual(messages(dependencyFindings(tree(broken))), [
    'package.json:1: a: "^1.0.0" is not one version',
    "package.json:1: c is not in DEPENDENCIES.md",
    "DEPENDENCIES.md:3: nothing asks for b",
  ]);
});

test("a registry's address in the lock file is found", () => {
  const lock = (resolved: string) => tree({ "package-lock.json": `{ "resolved": "${resolved}" }` });
  assert.deepEqual(lockFindings(lock("apps/cli")), []);
  assert.equal(lockFindings(lock("https://registry.example/a/-/a-1.0.0.tgz")).length, 1);
});

test("links that lead nowhere are found", () => {
  const pages = {
    "README.md": "[a](spec/a.md) [b](spec/a.md#the-words) [c](spec/) [d](https://example.org)",
    "spec/a.md": "# The words\n[up](../README.md)",
  };
  assert.deepEqual(linkFindings(tree(pages)), []);
  const broken = { ...pages, "README.md": "[a](b.md)\n[b](spec/a.md#another)" };
  assert.deepEqual(messages(linkFindings(tree(broken))), [
    "README.md:1: b.md leads nowhere",
    "README.md:2: spec/a.md#another: no such heading",
  ]);
});

test("blanking keeps every offset", () => {
  const text = "const a = `x${ { b: '}' } }y`; // \"\nreturn /[/]'/.test(c) / 2;";
  const code = codeOnly(text);
  assert.equal(code.length, text.length);
  assert.equal(code.indexOf("\n"), text.indexOf("\n"));
  assert.match(code, /\{ b: '\s+\} \}/);
  assert.ok(code.endsWith(".test(c) / 2;"));
});
