import { type AccountId, context, type FieldPath, fromBase64url, fromUtf8 } from "@ecrin/protocol";
import type { Sql, Tx } from "./database.ts";
import type { Keys } from "./keys.ts";
import { refuse } from "./problem.ts";

// spec/http.md, Sessions: length as u16, UTF-8, zeros, 256 bytes in all.
const SIZE = 256;
const INFO = context("address");

/** An address as the server knows it: never its text. */
export interface Address {
  /** HMAC under the pepper, 32 bytes. */
  readonly name: Buffer;
  /** The HPKE wrap it came in, to the server's address key. */
  readonly wrap: Buffer;
}

/**
 * Opens an address on its way in, and forgets its text.
 * @throws ServerError `malformed`
 */
export async function openAddress(keys: Keys, wrapped: string, field: FieldPath): Promise<Address> {
  const wrap = Buffer.from(fromBase64url(wrapped, field));
  const padded = Buffer.from(await keys.address.open(wrap, INFO, field));
  const length = padded.length === SIZE ? padded.readUInt16BE(0) : 0;
  const bytes = padded.subarray(2, 2 + length);
  if (length < 3 || length > SIZE - 2 || padded.subarray(2 + length).some((byte) => byte !== 0)) {
    refuse("malformed", field);
  }
  const text = fromUtf8(bytes, field);
  if (text !== text.normalize("NFKC").toLowerCase() || !text.includes("@"))
    refuse("malformed", field);
  const name = keys.pepper(Buffer.concat([Buffer.from("ecrin-1 address "), bytes]));
  padded.fill(0);
  return { name, wrap };
}

/**
 * Notes that an account says it has this address. Always one new row: whether
 * somebody had it before shows neither in the answer nor in the work.
 */
export async function claimAddress(tx: Tx, address: Address, account: AccountId): Promise<void> {
  await tx`
    insert into account_addresses (address, account, wrap)
    values (${address.name}, ${account}, ${address.wrap})`;
}

/**
 * The account that claimed the address first; where nobody did, the one given. Either way the
 * database answers with one id, so that what is read of it is as long.
 */
export async function ownerOfAddress(
  sql: Sql | Tx,
  name: Uint8Array,
  nobody: AccountId,
): Promise<AccountId> {
  const [row] = await sql<{ account: AccountId }[]>`
    select coalesce((
      select account from account_addresses where address = ${Buffer.from(name)}
      order by claim limit 1), ${nobody}) as account`;
  return row?.account ?? nobody;
}

/** The addresses that this account claimed first, as their keyed hashes. */
export async function addressesOf(sql: Sql | Tx, account: AccountId): Promise<Buffer[]> {
  const rows = await sql<{ address: Buffer }[]>`
    select address from account_addresses mine where account = ${account} and not exists (
      select from account_addresses other
      where other.address = mine.address and other.claim < mine.claim)
    order by claim`;
  return rows.map((row) => row.address);
}
