import { timingSafeEqual } from "node:crypto";
import {
  type AccountId,
  type DeviceId,
  type Hash,
  hashOf,
  newId,
  parseId,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import type { Session } from "./call.ts";
import type { Keys } from "./keys.ts";
import type { Mac } from "./tag.ts";

/** A session lasts twelve hours (spec/http.md, Sessions). */
export const SESSION_MS = 12 * 3_600_000;
/** Without a device a session lasts an hour: time enough to enrol one. */
export const ENROL_MS = 3_600_000;

const PURPOSE = utf8("ecrin-1 token");
// account 16 ‖ session 16 ‖ key 32 ‖ issued 6 ‖ expires 6 ‖ device 0 or 16 ‖ MAC 32
const FIXED = 76;
const ID = 16;
const TAG = 32;

/** The token of a session: its facts and a MAC over them. No process has to remember it. */
export function writeToken(mac: Mac, session: Session): string {
  const times = Buffer.alloc(12);
  times.writeUIntBE(session.issued, 0, 6);
  times.writeUIntBE(session.expires, 6, 6);
  const body = Buffer.concat([
    Buffer.from(session.account, "base64url"),
    Buffer.from(session.session, "base64url"),
    Buffer.from(session.key, "base64url"),
    times,
    Buffer.from(session.device ?? "", "base64url"),
  ]);
  return Buffer.concat([body, tagOf(mac, body)]).toString("base64url");
}

/** The session of a token, or undefined for anything this server did not write. Its end is not looked at here. */
export function readToken(mac: Mac, token: string): Session | undefined {
  const bytes = Buffer.from(token, "base64url");
  const device = bytes.length - TAG - FIXED;
  if ((device !== 0 && device !== ID) || bytes.toString("base64url") !== token) return undefined;
  const body = bytes.subarray(0, bytes.length - TAG);
  if (!timingSafeEqual(tagOf(mac, body), bytes.subarray(body.length))) return undefined;
  return {
    account: parseId<"account">(toBase64url(body.subarray(0, 16)), "token"),
    session: toBase64url(body.subarray(16, 32)),
    key: hashOf(body.subarray(32, 64)),
    issued: body.readUIntBE(64, 6),
    expires: body.readUIntBE(70, 6),
    ...(device === 0
      ? {}
      : { device: parseId<"device">(toBase64url(body.subarray(FIXED)), "token") }),
  };
}

/** Whose session it is to be; without a device it lasts until one has been enrolled, or an hour. */
export interface Grant {
  readonly account: AccountId;
  readonly device?: DeviceId | undefined;
  readonly key: Hash;
}

/** A fresh session, as it is answered. */
export function grantSession(
  keys: Keys,
  { account, device, key }: Grant,
  now: number,
  until = Number.POSITIVE_INFINITY,
): { token: string; expires: number } {
  const expires = Math.min(now + SESSION_MS, until);
  const session = newId<"session">();
  const facts = { account, session, key, issued: now, expires };
  const token = writeToken(keys.session, device === undefined ? facts : { ...facts, device });
  return { token, expires };
}

function tagOf(mac: Mac, body: Uint8Array): Buffer {
  return mac(Buffer.concat([PURPOSE, body]));
}
