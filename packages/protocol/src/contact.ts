import * as z from "zod/mini";
import { concat, fromBase64url, toBase64url } from "./bytes.ts";
import { context } from "./context.ts";
import { malformed } from "./errors.ts";
import {
  accountIdField,
  bytesField,
  hashField,
  invitationIdField,
  parseAs,
  signerField,
  suiteField,
  timeField,
} from "./fields.ts";
import { type AccountId, type Hash, hashOf, type InvitationId, parseId } from "./ids.ts";
import { type ParsedStatement, parseStatement } from "./statement.ts";

const PREFIX = "ecrin-1:contact:";

/** The code shown face to face: account id and identity hash, both public (spec/share.md, Contacts). */
export function contactCode(account: AccountId, identity: Hash): string {
  return PREFIX + toBase64url(concat(fromBase64url(account), fromBase64url(identity)));
}

/**
 * Reads a contact code; spaces and line ends that copying leaves are ignored.
 * @throws ProtocolError `malformed`
 */
export function parseContactCode(text: string): { account: AccountId; identity: Hash } {
  const code = text.replace(/\s+/g, "");
  if (!code.startsWith(PREFIX)) malformed("code", "is not a contact code");
  const bytes = fromBase64url(code.slice(PREFIX.length), "code");
  if (bytes.length !== 48) malformed("code", "is not a whole contact code");
  return {
    account: parseId<"account">(toBase64url(bytes.slice(0, 16)), "code"),
    identity: hashOf(bytes.slice(16)),
  };
}

/** The payload of `ecrin-1.acceptance`. */
export const acceptancePayload = z.strictObject({
  suite: suiteField,
  invitation: invitationIdField,
  from: accountIdField,
  to: hashField,
  by: signerField,
  at: timeField,
  name: bytesField(1136, 1136 + 4096),
});
export type AcceptancePayload = z.infer<typeof acceptancePayload>;

export function parseAcceptance(
  statement: unknown,
): ParsedStatement & { readonly fact: AcceptancePayload } {
  const parsed = parseStatement("acceptance", statement);
  return { ...parsed, fact: parseAs(acceptancePayload, parsed.payload, "acceptance") };
}

/** What the accepting side's name is bound to when it is wrapped for the inviter. */
export function acceptanceNameContext(invitation: InvitationId) {
  return context("acceptance name", invitation);
}
