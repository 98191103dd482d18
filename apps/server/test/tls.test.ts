import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type ConnectionOptions, connect, createServer, type TLSSocket } from "node:tls";
import { isLocalName, issueFor, makeLocalAuthority } from "@ecrin/timestamp";
import { type RunningServer, startServer } from "../src/server.ts";

const DAY = 24 * 3600 * 1000;

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "ecrin-tls-"));
});
after(async () => {
  await rm(folder, { recursive: true, force: true });
});

function pem(label: string, der: Uint8Array): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(der).toString("base64")}\n-----END ${label}-----\n`;
}

/** Shakes hands and hangs up. @returns what went wrong, if anything did */
async function shake(options: ConnectionOptions): Promise<{ socket: TLSSocket; error?: Error }> {
  const socket = connect(options);
  try {
    await once(socket, "secureConnect");
    return { socket };
  } catch (error) {
    return { socket, error: error instanceof Error ? error : new Error(String(error)) };
  } finally {
    socket.destroy();
  }
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: Buffer;
}

async function fetchBy(url: string, ca: string): Promise<Answer> {
  const request = get(url, { ca, agent: false });
  const [response] = await once(request, "response");
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(pieces) };
}

async function withServer(
  tls: NonNullable<Parameters<typeof startServer>[0]["tls"]>,
  act: (server: RunningServer) => Promise<void>,
): Promise<void> {
  const dataDir = join(folder, "data");
  const server = await startServer({ dataDir, port: 0, host: "127.0.0.1", tls });
  try {
    await act(server);
  } finally {
    await server.stop();
  }
}

test("an authority of its own: TLS 1.2 or better, HSTS, the same root after another start", async () => {
  let root = "";
  await withServer("local", async ({ url, port, authority }) => {
    assert.ok(authority !== undefined);
    root = await readFile(authority.file, "utf8");
    assert.match(url, /^https:/);
    const { status, headers } = await fetchBy(`${url}/v1/server`, root);
    assert.equal(status, 200);
    assert.equal(headers["strict-transport-security"], "max-age=86400");
    const byAddress = await fetchBy(`https://127.0.0.1:${port}/v1/server`, root);
    assert.equal(byAddress.status, 200);

    const given = await fetchBy(`${url}/authority.crt`, root);
    assert.equal(given.headers["content-type"], "application/x-x509-ca-cert");
    assert.equal(new X509Certificate(given.body).fingerprint256, authority.fingerprint);

    assert.equal((await fetchBy(`${url}/authority.crt?from=0`, root)).status, 400);

    const stranger = await shake({ host: "127.0.0.1", port, servername: "localhost" });
    assert.match(stranger.error?.message ?? "", /self-signed|unable to/);
    const old = await shake({
      host: "127.0.0.1",
      port,
      ca: root,
      servername: "localhost",
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "DEFAULT@SECLEVEL=0",
    });
    assert.ok(old.error !== undefined, "TLS 1.1 was accepted");
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      const { error } = await shake({
        host: "127.0.0.1",
        port,
        ca: root,
        servername: "localhost",
        minVersion: version,
        maxVersion: version,
      });
      assert.equal(error, undefined, version);
    }
  });
  await withServer("local", async ({ authority }) => {
    assert.ok(authority !== undefined);
    assert.equal(await readFile(authority.file, "utf8"), root);
  });
});

test("files of the operator: HSTS for two years, nothing of our authority", async () => {
  const authority = await makeLocalAuthority("Someone else", Date.now(), 30);
  const issued = await issueFor(authority, ["localhost"], Date.now(), 30);
  const files = { certificate: join(folder, "server.crt"), key: join(folder, "server.key") };
  await writeFile(files.certificate, pem("CERTIFICATE", issued.certificate));
  await writeFile(files.key, pem("PRIVATE KEY", issued.key));
  await withServer(files, async ({ url, authority: own }) => {
    assert.equal(own, undefined);
    const ca = pem("CERTIFICATE", authority.certificate);
    const { headers } = await fetchBy(`${url}/v1/server`, ca);
    assert.equal(headers["strict-transport-security"], "max-age=63072000");
    assert.equal((await fetchBy(`${url}/authority.crt`, ca)).status, 404);
  });
  await assert.rejects(
    withServer({ ...files, key: join(folder, "nowhere") }, () => Promise.resolve()),
    /TLS file .*nowhere cannot be read/,
  );
  await writeFile(files.certificate, "no certificate");
  await assert.rejects(
    withServer(files, () => Promise.resolve()),
    /holds no certificate in PEM/,
  );
});

test("the authority vouches for this machine's network and for nobody else", async () => {
  const authority = await makeLocalAuthority("Écrin", Date.now(), 30);
  const ca = pem("CERTIFICATE", authority.certificate);
  const errors = new Map<string, string>();
  for (const name of ["box.local", "localhost", "127.0.0.1", "bank.example", "93.184.216.34"]) {
    const issued = await issueFor(authority, [name], Date.now(), 30);
    const server = createServer({
      cert: pem("CERTIFICATE", issued.certificate) + ca,
      key: pem("PRIVATE KEY", issued.key),
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? (address?.port ?? 0) : 0;
    const { error } = await shake({
      host: "127.0.0.1",
      port,
      ca,
      ...(/^[\d.]+$/.test(name) ? {} : { servername: name }),
      ...(name === "93.184.216.34" ? { checkServerIdentity: () => undefined } : {}),
    });
    errors.set(name, error?.message ?? "taken");
    server.close();
  }
  for (const name of ["box.local", "localhost", "127.0.0.1"])
    assert.equal(errors.get(name), "taken", name);
  for (const name of ["bank.example", "93.184.216.34"])
    assert.match(errors.get(name) ?? "", /permitted subtree violation/, name);
});

test("which names and addresses are of a local network", () => {
  const yes = ["localhost", "a.localhost", "box.local", "127.0.0.1", "10.1.2.3", "172.31.0.1"];
  const more = ["192.168.1.5", "169.254.9.9", "::1", "fd12:3456::1", "fe80::1"];
  for (const name of [...yes, ...more]) assert.ok(isLocalName(name), name);
  const no = [
    "example.org",
    "local.example",
    "172.32.0.1",
    "8.8.8.8",
    "192.169.0.1",
    "2001:db8::1",
  ];
  for (const name of [...no, "::2", "notlocal"]) assert.ok(!isLocalName(name), name);
});

test("a certificate that was issued begins yesterday and ends when it is said to", async () => {
  const now = Date.parse("2026-11-28T12:00:00Z");
  const authority = await makeLocalAuthority("Écrin", now, 3650);
  const { certificate } = await issueFor(authority, ["localhost"], now, 90);
  const { validFromDate, validToDate, ca } = new X509Certificate(certificate);
  assert.equal(ca, false);
  assert.equal(validFromDate.getTime(), now - DAY);
  assert.equal(validToDate.getTime(), now + 90 * DAY);
  assert.ok(new X509Certificate(authority.certificate).ca);
});
