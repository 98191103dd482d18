import { readFile } from "node:fs/promises";
import { makeSelfSigned } from "@ecrin/timestamp";
import { secretText } from "./keys.ts";

/** The operator's signature under reports. */
export interface ReportSigner {
  /** Made here and vouched for by nobody. */
  readonly isSelfSigned: boolean;
  /** A PAdES signature (B-B) over the whole of a PDF. */
  sign(pdf: Uint8Array, at: Date): Promise<Uint8Array>;
}

/** The operator's own certificate: files in PEM, the certificate first and its chain after it. */
export interface ReportCertificate {
  readonly certificate: string;
  /** PKCS #8, ECDSA on P-256 or RSA. */
  readonly key: string;
}

const YEARS = 10;
const BLOCK = /-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const;

/**
 * The signer of the operator's certificate, or of one that is made once and kept with the keys.
 * @throws Error when a file is not what it should be
 */
export async function openReportSigner(
  folder: string,
  given: ReportCertificate | undefined,
): Promise<ReportSigner> {
  if (given !== undefined) {
    const [certificate, ...chain] = blocks(await readFile(given.certificate, "utf8"));
    const [key] = blocks(await readFile(given.key, "utf8"));
    if (certificate === undefined || key === undefined)
      throw new Error("the certificate of reports, or its key, is not in PEM");
    return await signerOf(certificate, chain, key, false);
  }
  const held = await secretText(folder, "report", async () => {
    const made = await makeSelfSigned("Écrin", YEARS);
    return `${base64(made.certificate)} ${base64(made.key)}`;
  });
  const [certificate = "", key = ""] = held.split(" ");
  return await signerOf(bytes(certificate), [], bytes(key), true);
}

async function signerOf(
  certificate: Uint8Array<ArrayBuffer>,
  chain: readonly Uint8Array<ArrayBuffer>[],
  pkcs8: Uint8Array<ArrayBuffer>,
  isSelfSigned: boolean,
): Promise<ReportSigner> {
  const { key, type } = await importKey(pkcs8);
  const algorithm = type === "EC" ? "ECDSA" : "RSASSA-PKCS1-v1_5";
  const prepared = async () => {
    const { CryptoKeySigner, PDF } = await import("@libpdf/core"); // Large, and seldom needed.
    return { PDF, signer: new CryptoKeySigner(key, certificate, type, algorithm, [...chain]) };
  };
  // Somebody else's certificate is looked at before it is needed.
  if (!isSelfSigned) await prepared();
  return {
    isSelfSigned,
    async sign(pdf, at) {
      const { PDF, signer } = await prepared();
      const document = await PDF.load(pdf);
      const { bytes: signed } = await document.sign({ signer, level: "B-B", signingTime: at });
      return signed;
    },
  };
}

async function importKey(
  pkcs8: Uint8Array<ArrayBuffer>,
): Promise<{ readonly key: CryptoKey; readonly type: "EC" | "RSA" }> {
  try {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, CURVE, false, ["sign"]);
    return { key, type: "EC" };
  } catch {
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, RSA, false, ["sign"]);
    return { key, type: "RSA" };
  }
}

function blocks(pem: string): Uint8Array<ArrayBuffer>[] {
  return [...pem.matchAll(BLOCK)].map(([, , body]) => bytes(body ?? ""));
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text, "base64"));
}

function base64(data: Uint8Array): string {
  return Buffer.from(data).toString("base64");
}
