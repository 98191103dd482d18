import {
  type ByteSource,
  type VerifiedExport,
  type VerifyOptions,
  verifyExport,
} from "@ecrin/protocol";

// What reads ASN.1 is large, and only who verifies an export needs it.
const timestamps = () => import("@ecrin/timestamp");

/**
 * The certificates in a file that somebody chose as roots: one in DER, or any number in PEM.
 * @returns DER of each
 * @throws TimestampError `malformed` where there is none, or one that is none
 */
export async function readRoots(file: Uint8Array): Promise<Uint8Array<ArrayBuffer>[]> {
  const { readRoots: read } = await timestamps();
  return read(file);
}

/**
 * Checks an export offline: everything in spec/export.md, time stamps too.
 * @throws ProtocolError for the first thing that is wrong; `field` names file and place
 */
export async function checkExport(
  source: ByteSource,
  options: Omit<VerifyOptions, "checkToken"> = {},
): Promise<VerifiedExport> {
  // Before anything is judged: a time stamp is not called wrong because its reader could not be fetched.
  const { checkTimestamp } = await timestamps();
  return await verifyExport(source, { ...options, checkToken: checkTimestamp });
}
