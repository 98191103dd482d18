import { X509Certificate } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";
import type { SecureContextOptions } from "node:tls";
import { type Issued, isLocalName, issueFor, makeLocalAuthority } from "@ecrin/timestamp";
import { secretText } from "./keys.ts";

/** The operator's certificate and key: files in PEM, the certificate first and its chain after it. */
export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
}

/** What the server shows of itself on the line. */
export interface Tls {
  readonly context: () => Promise<SecureContextOptions>;
  /** Seconds for which a browser is told to come by TLS only (RFC 6797). */
  readonly hstsSeconds: number;
  /** The authority made here, for phones and programs to trust; absent where files were given. */
  readonly authority?: LocalAuthority;
}

export interface LocalAuthority {
  /** DER. */
  readonly certificate: Uint8Array<ArrayBuffer>;
  /** Where it lies in PEM. */
  readonly file: string;
  /** SHA-256 of it, as browsers and phones show it. */
  readonly fingerprint: string;
  /** DNS names and addresses of this machine that it vouches for. */
  readonly names: readonly string[];
}

const TWO_YEARS = 2 * 365 * 24 * 3600;
/** Short: who stops trying the local authority shall have their machine back. */
const ONE_DAY = 24 * 3600;
const AUTHORITY_DAYS = 3650;
/** What phones take of an authority that somebody added by hand: 825 days at most. */
const SERVER_DAYS = 90;

/**
 * TLS from the given files, or from an authority that is made once and kept with the keys.
 * @throws Error with a sentence that says what to do
 */
export async function openTls(
  dataDir: string,
  files: TlsFiles | undefined,
  now: () => number,
): Promise<Tls> {
  if (files === undefined) return await localTls(dataDir, now);
  const context = () => readPair(files);
  await context();
  return { context, hstsSeconds: TWO_YEARS };
}

async function readPair({ certificate, key }: TlsFiles): Promise<SecureContextOptions> {
  const [cert, secret] = await Promise.all(
    [certificate, key].map((file) =>
      readFile(file, "utf8").catch((cause) => {
        throw new Error(`the TLS file ${file} cannot be read`, { cause });
      }),
    ),
  );
  try {
    new X509Certificate(cert ?? "");
  } catch (cause) {
    throw new Error(`${certificate} holds no certificate in PEM`, { cause });
  }
  return { cert, key: secret };
}

async function localTls(dataDir: string, now: () => number): Promise<Tls> {
  const held = await secretText(join(dataDir, "keys"), "tls-authority", async () => {
    const made = await makeLocalAuthority(`Écrin, ${hostname()}`, now(), AUTHORITY_DAYS);
    return `${base64(made.certificate)} ${base64(made.key)}`;
  });
  const [certificate = "", key = ""] = held.split(" ");
  const root: Issued = { certificate: bytes(certificate), key: bytes(key) };
  const file = join(dataDir, "authority.pem");
  await writeFile(file, pem("CERTIFICATE", root.certificate));
  return {
    hstsSeconds: ONE_DAY,
    authority: {
      certificate: root.certificate,
      file,
      fingerprint: new X509Certificate(root.certificate).fingerprint256,
      names: localNames(),
    },
    context: async () => {
      const issued = await issueFor(root, localNames(), now(), SERVER_DAYS);
      return {
        cert: pem("CERTIFICATE", issued.certificate) + pem("CERTIFICATE", root.certificate),
        key: pem("PRIVATE KEY", issued.key),
      };
    },
  };
}

/** How this machine is reached from itself and from its network; `localhost` first. */
function localNames(): readonly string[] {
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ scopeid }) => scopeid === undefined || scopeid === 0)
    .map(({ address }) => address);
  const name = hostname().toLowerCase().split(".")[0] ?? "";
  const mdns = /^[a-z0-9-]{1,63}$/.test(name) ? [`${name}.local`] : [];
  return [...new Set(["localhost", ...mdns, "127.0.0.1", ...addresses])].filter(isLocalName);
}

function pem(label: string, der: Uint8Array): string {
  const lines = base64(der).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function base64(data: Uint8Array): string {
  return Buffer.from(data).toString("base64");
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64"));
}
