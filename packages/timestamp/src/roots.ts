import { TimestampError } from "./errors.ts";
import { derOf, orMalformed, parseCertificate } from "./token.ts";

const PEM = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const BEGIN = "-----BEGIN CERTIFICATE-----";
/** As many as an authority has ever put into one file, and more. */
const MOST = 100;

/**
 * The certificates in a file that somebody chose as roots: one in DER, or any number in PEM.
 * @returns DER of each
 * @throws TimestampError `malformed` where there is none, or one that is none
 */
export function readRoots(file: Uint8Array): Uint8Array<ArrayBuffer>[] {
  const text = new TextDecoder("latin1").decode(file);
  if (!text.includes("-----BEGIN")) return [wholeDer(file)];
  const found = [...text.matchAll(PEM)].map(([pem]) => wholeDer(derOf(pem)));
  if (found.length === 0 || found.length > MOST)
    throw new TimestampError("malformed", "there is no certificate in it");
  // One that does not even read as base64 would go missing, and its authority with it.
  if (found.length !== text.split(BEGIN).length - 1)
    throw new TimestampError("malformed", "one of the certificates in it is not in its form");
  return found;
}

/** One certificate and nothing behind it. */
function wholeDer(der: Uint8Array): Uint8Array<ArrayBuffer> {
  return orMalformed("this is no certificate", () => {
    const again = new Uint8Array(parseCertificate(der).toSchema().toBER());
    if (again.length !== der.length)
      throw new TimestampError("malformed", "something stands behind the certificate");
    return new Uint8Array(der);
  });
}
