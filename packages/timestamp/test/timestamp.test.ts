import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { type Authority, makeAuthority, type Wrongs } from "../src/authority.ts";
import {
  checkTimestamp,
  readRoots,
  requestTimestamp,
  TimestampError,
  tokenOf,
} from "../src/index.ts";

const run = promisify(execFile);
const data = new TextEncoder().encode("ecrin.example/journal\n42\nroot\n");

async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

async function stamped(authority: Authority, wrongs: Wrongs = {}) {
  const request = requestTimestamp(await digestOf(data));
  const token = tokenOf(await authority.answer(request.bytes, wrongs));
  return { token, nonce: request.nonce };
}

test("a token of an authority that was given holds, and says when and by whom", async () => {
  const authority = await makeAuthority("Horodatage Test");
  const { token, nonce } = await stamped(authority);
  const said = await checkTimestamp({ token, nonce, data, roots: [authority.root] });
  assert.equal(said.authority, "Horodatage Test");
  assert.ok(Math.abs(said.at - Date.now()) < 10_000);
  assert.equal(said.root, Buffer.from(await digestOf(authority.root)).toString("hex"));
  assert.equal(said.revocation, "not-known");
  // Later nobody knows the nonce; the token still holds.
  assert.deepEqual(await checkTimestamp({ token, data, roots: [authority.root] }), said);
});

const WRONG: readonly (readonly [string, string, Wrongs])[] = [
  ["another nonce", "other-request", { nonce: "changed" }],
  ["no nonce", "other-request", { nonce: "left-out" }],
  ["something else stamped", "other-request", { imprint: "changed" }],
  ["a signature that does not hold", "signature-refused", { signature: "changed" }],
  ["no certificate named", "signature-refused", { binding: "left-out" }],
  ["another certificate named", "signature-refused", { binding: "changed" }],
  ["a certificate for something else", "certificate-refused", { purposes: ["1.3.6.1.5.5.7.3.1"] }],
  [
    "a certificate for several things",
    "certificate-refused",
    { purposes: ["1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.1"] },
  ],
  ["a purpose that is not critical", "certificate-refused", { purposeCritical: false }],
  ["a time before its certificate", "certificate-refused", { at: new Date("2001-01-01") }],
  ["a time after its certificate", "certificate-refused", { at: new Date("2099-01-01") }],
];

for (const [name, code, wrongs] of WRONG) {
  test(`a token is refused: ${name}`, async () => {
    const authority = await makeAuthority("Horodatage Test", wrongs);
    const { token, nonce } = await stamped(authority);
    await assert.rejects(
      checkTimestamp({ token, nonce, data, roots: [authority.root] }),
      (error) => error instanceof TimestampError && error.code === code,
    );
  });
}

test("a token is refused under another root, and over other data", async () => {
  const [authority, stranger] = await Promise.all([makeAuthority("One"), makeAuthority("One")]);
  const { token } = await stamped(authority);
  const of = (roots: Uint8Array[], what: Uint8Array) =>
    checkTimestamp({ token, data: what, roots });
  await assert.rejects(of([stranger.root], data), { code: "certificate-refused" });
  await assert.rejects(of([], data), { code: "certificate-refused" });
  await assert.rejects(of([authority.root], data.subarray(1)), { code: "other-request" });
});

test("a refusal of the authority, and what is no answer at all", async () => {
  const authority = await makeAuthority("One");
  await assert.rejects(stamped(authority, { status: 2 }), { code: "not-granted" });
  for (const bytes of [new Uint8Array(), new Uint8Array([0x30, 0x80]), data]) {
    assert.throws(() => tokenOf(bytes), { code: "malformed" });
    await assert.rejects(checkTimestamp({ token: bytes, data, roots: [] }), { code: "malformed" });
  }
});

test("revocation lists: of its issuer, of a stranger, with the signer on it", async () => {
  const [authority, stranger] = await Promise.all([makeAuthority("One"), makeAuthority("One")]);
  const { token } = await stamped(authority);
  const under = (...crls: Uint8Array[]) =>
    checkTimestamp({ token, data, roots: [authority.root], crls });
  assert.equal((await under(await authority.revocationList())).revocation, "checked");
  const later = await authority.revocationList(new Date(Date.now() + 3600_000));
  assert.equal((await under(later)).revocation, "checked");
  const before = await authority.revocationList(new Date(Date.now() - 3600_000));
  await assert.rejects(under(before), { code: "certificate-refused" });
  await assert.rejects(under(await stranger.revocationList()), { code: "certificate-refused" });
  await assert.rejects(under(data), { code: "malformed" });
});

test("every byte of a token counts, or changes nothing that is said", async () => {
  const authority = await makeAuthority("One");
  const { token } = await stamped(authority);
  const said = await checkTimestamp({ token, data, roots: [authority.root] });
  for (let at = 0; at < token.length; at += 7) {
    const changed = new Uint8Array(token);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    await checkTimestamp({ token: changed, data, roots: [authority.root] }).then(
      (now) => assert.deepEqual(now, said, `byte ${at}`),
      (error) => assert.ok(error instanceof TimestampError, `byte ${at}: ${error}`),
    );
  }
});

const hasOpenssl = (() => {
  try {
    execFileSync("openssl", ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const CONFIG = `
[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = Openssl TSA
[ ca ]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[ tsa ]
default_tsa = here
[ here ]
serial = DIR/serial
crypto_device = builtin
signer_cert = DIR/tsa.pem
certs = DIR/ca.pem
signer_key = DIR/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
[ stamping ]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
`;

test("a real authority of openssl stamps our request, and openssl accepts our authority's token", {
  skip: hasOpenssl ? false : "openssl is not installed",
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), "ecrin-ts-"));
  const openssl = (...args: string[]) => run("openssl", args, { cwd: dir });
  try {
    await writeFile(join(dir, "c.cnf"), CONFIG.replaceAll("DIR", dir));
    await writeFile(join(dir, "serial"), "01\n");
    const rsa = ["-newkey", "rsa:2048", "-nodes", "-config", "c.cnf"];
    await openssl(
      ...["req", "-x509", ...rsa, "-keyout", "ca.key", "-out", "ca.pem", "-days", "30"],
      ...["-subj", "/CN=Openssl Root", "-extensions", "ca"],
    );
    await openssl("req", ...rsa, "-keyout", "tsa.key", "-out", "tsa.csr");
    await openssl(
      ...["x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-out"],
      ...["tsa.pem", "-days", "30", "-set_serial", "7", "-extfile", "c.cnf"],
      ...["-extensions", "stamping"],
    );
    const request = requestTimestamp(await digestOf(data));
    await writeFile(join(dir, "q.tsq"), request.bytes);
    await openssl(
      ...["ts", "-reply", "-config", "c.cnf", "-section", "here", "-queryfile", "q.tsq"],
      ...["-out", "r.tsr"],
    );
    const token = tokenOf(await readFile(join(dir, "r.tsr")));
    const root = await readFile(join(dir, "ca.pem"), "utf8");
    const said = await checkTimestamp({ token, nonce: request.nonce, data, roots: [root] });
    assert.equal(said.authority, "Openssl TSA");

    const ours = await makeAuthority("Ours");
    const asked = requestTimestamp(await digestOf(data));
    await writeFile(join(dir, "ours.tsr"), await ours.answer(asked.bytes));
    await writeFile(join(dir, "ours.tsq"), asked.bytes);
    await writeFile(join(dir, "ours.der"), ours.root);
    await openssl("x509", "-inform", "DER", "-in", "ours.der", "-out", "ours.pem");
    const verified = await openssl(
      ...["ts", "-verify", "-queryfile", "ours.tsq", "-in", "ours.tsr", "-CAfile", "ours.pem"],
    );
    assert.match(verified.stdout + verified.stderr, /Verification: OK/);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test("roots are read from DER, and from PEM with any number of them", async () => {
  const [one, two] = [(await makeAuthority("One")).root, (await makeAuthority("Two")).root];
  const pem = (der: Uint8Array) =>
    `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString("base64")}\n-----END CERTIFICATE-----\n`;
  const text = (value: string) => new TextEncoder().encode(value);
  assert.deepEqual(readRoots(one), [one]);
  assert.deepEqual(readRoots(text(`Roots\n${pem(one)}and\n${pem(two)}`)), [one, two]);
  for (const wrong of [
    text(""),
    text("no certificate"),
    one.subarray(0, -1),
    new Uint8Array([...one, 0]),
    text(pem(one).replace("END", "AND")),
    text(pem(one).replace("M", "=")),
    text(pem(one).repeat(101)),
    text(`${pem(one)}${pem(two).replace("M", "*")}`),
  ])
    assert.throws(() => readRoots(wrong), TimestampError);
});
