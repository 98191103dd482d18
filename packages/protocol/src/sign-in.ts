import * as z from "zod/mini";
import {
  accountIdField,
  deviceIdField,
  hashField,
  parseAs,
  signInIdField,
  suiteField,
  timeField,
} from "./fields.ts";
import { type ParsedStatement, parseStatement } from "./statement.ts";

/** The payload of `ecrin-1.sign-in`: what a device, or the kit, proves at a sign-in (spec/http.md, Sessions). */
export const signInPayload = z.strictObject({
  suite: suiteField,
  account: accountIdField,
  signIn: signInIdField,
  /** RFC 7638 thumbprint of the session's key. */
  key: hashField,
  device: z.optional(deviceIdField),
  at: timeField,
});
export type SignInPayload = z.infer<typeof signInPayload>;

export function parseSignIn(
  statement: unknown,
): ParsedStatement & { readonly fact: SignInPayload } {
  const parsed = parseStatement("sign-in", statement);
  return { ...parsed, fact: parseAs(signInPayload, parsed.payload, "sign-in") };
}
