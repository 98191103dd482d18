import type { FieldPath } from "@ecrin/protocol";
import { refuse } from "./problem.ts";

/**
 * Strict base64url (spec/encoding.md), natively: what does not come out again the
 * same is refused. For ciphertexts, which `fromBase64url` would take long over.
 * @throws ServerError `malformed`, naming `field`
 */
export function bytesOf(text: string, field: FieldPath): Buffer {
  const bytes = Buffer.from(text, "base64url");
  return bytes.toString("base64url") === text ? bytes : refuse("malformed", field);
}
