import {
  type ByteSource,
  type VerifiedExport,
  type VerifyOptions,
  verifyExport,
} from "@ecrin/protocol";
import { checkTimestamp } from "@ecrin/timestamp";

export { readRoots } from "@ecrin/timestamp";

/**
 * Checks an export offline: everything in spec/export.md, time stamps too.
 * @throws ProtocolError for the first thing that is wrong; `field` names file and place
 */
export async function checkExport(
  source: ByteSource,
  options: Omit<VerifyOptions, "checkToken"> = {},
): Promise<VerifiedExport> {
  return await verifyExport(source, { ...options, checkToken: checkTimestamp });
}
