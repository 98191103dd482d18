import * as z from "zod/mini";
import { SUITE } from "./context.ts";
import { malformed } from "./errors.ts";
import { upToFault } from "./first-fault.ts";
import { isInForm } from "./form.ts";
import { MAX_STATEMENT } from "./statement.ts";

// The Content-Security-Policy of the page forbids code made at run time.
z.config({ jitless: true });

// The last character of a base64url text holds unused bits, which are zero: 4 of them after 16, 64 and 1,216 bytes, 2 after 32.
const BYTES_16 = /^[A-Za-z0-9_-]{21}[AQgw]$/;
const BYTES_32 = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;
const BYTES_64 = /^[A-Za-z0-9_-]{85}[AQgw]$/;
const BYTES_1216 = /^[A-Za-z0-9_-]{1621}[AQgw]$/;
const STRICT_END_2 = /[AQgw]$/;
const STRICT_END_3 = /[AEIMQUYcgkosw048]$/;
const STATEMENT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}$/;

const text16 = () => z.string().check(z.regex(BYTES_16));
const text32 = () => z.string().check(z.regex(BYTES_32));

export const accountIdField = text16().brand<"account">();
export const deviceIdField = text16().brand<"device">();
export const spaceIdField = text16().brand<"space">();
export const itemIdField = text16().brand<"item">();
export const revisionIdField = text16().brand<"revision">();
export const slotIdField = text16().brand<"slot">();
export const invitationIdField = text16().brand<"invitation">();
export const depositIdField = text16().brand<"deposit">();
export const rendezvousIdField = text16().brand<"rendezvous">();
export const signInIdField = text16().brand<"sign-in">();
export const approvalIdField = text16().brand<"approval">();
export const logIdField = text16().brand<"log">();
export const hashField = text32().brand<"hash">();
export const signingKeyField = text32().brand<"signing key">();
export const sealingKeyField = z.string().check(z.regex(BYTES_1216)).brand<"sealing key">();
export const signatureField = z.string().check(z.regex(BYTES_64));
export const statementField = z
  .string()
  .check(z.maxLength(MAX_STATEMENT), z.regex(STATEMENT))
  .brand<"statement">();
export const suiteField = z.literal(SUITE);
export const timeField = z.int().check(z.minimum(0), z.maximum(253_402_300_799_999));
export const countField = z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER));

/** Longest body, in bytes, where nobody knows yet who sends it: it waits in memory until it is whole. */
export const MAX_STRANGERS_BODY = 1 << 16;

/** base64url of between `min` and `max` bytes, in its one strict form. */
export function bytesField(min: number, max: number) {
  return z
    .string()
    .check(
      z.minLength(Math.ceil((min * 4) / 3)),
      z.maxLength(Math.ceil((max * 4) / 3)),
      z.regex(/^[A-Za-z0-9_-]*$/),
      z.refine(hasStrictEnd),
    );
}

/** Whether a base64url text has a length that bytes can have, and unused bits that are zero. */
function hasStrictEnd(text: string): boolean {
  const tail = text.length % 4;
  if (tail === 2) return STRICT_END_2.test(text);
  return tail === 3 ? STRICT_END_3.test(text) : tail === 0;
}

/** A box (spec/revision.md) around a 32-byte secret. */
export const secretBoxField = bytesField(80, 80);
/** An HPKE wrap (spec/keys.md) of a 32-byte secret. */
export const secretWrapField = bytesField(1168, 1168);

/** The last statement of a chain, as somebody saw it. */
export const headField = z.strictObject({ hash: hashField, seq: countField });
export type Head = z.infer<typeof headField>;

/** Who signed, and the head of its own account chain it knew. */
export const signerField = z.strictObject({
  account: accountIdField,
  device: deviceIdField,
  head: headField,
});
export type Signer = z.infer<typeof signerField>;

/** The public half of an account. */
export const identityField = z.strictObject({ seal: sealingKeyField, sign: signingKeyField });
export type Identity = z.infer<typeof identityField>;

/**
 * Reads `value` as `schema` says.
 * @throws ProtocolError `malformed`, naming the first field refused and never its value
 */
export function parseAs<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  field: string,
): z.infer<Schema> {
  if (isInForm(schema, value)) return value as z.infer<Schema>;
  const cut = upToFault(schema, value);
  const parsed = z.safeParse(schema, cut);
  // What was cut is refused, whatever zod says of what is left.
  if (parsed.success && cut === value) return parsed.data;
  const issue = parsed.error?.issues[0];
  const path = [field, ...(issue?.path ?? [])].join(".");
  const unknownMember =
    issue?.code === "unrecognized_keys" ? "has a member that is not known" : "is not in its form";
  return malformed(path, unknownMember);
}
