import { newSecret, type Signer, signerFrom } from "@ecrin/crypto";
import {
  bytesField,
  canonicalJson,
  type DeviceCertificate,
  type DeviceId,
  deviceIdField,
  fromBase64url,
  newId,
  parseAs,
  toBase64url,
  utf8,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { ClientError } from "./errors.ts";
import type { Change, Store } from "./store.ts";

const KEY = "device";
const seedField = bytesField(32, 32);

/** What makes this device a device of the account; it lies in the local store and nowhere else. */
export const ownDeviceField = z.strictObject({
  device: deviceIdField,
  /** Ed25519 seed. */
  seed: seedField,
  secretKey: seedField,
  server: z.string(),
  name: z.optional(z.string().check(z.maxLength(200))),
});
export type OwnDevice = z.infer<typeof ownDeviceField>;

/** A device that does not exist yet. */
export function newDevice(server: string, secretKey: Uint8Array, name?: string): OwnDevice {
  return {
    device: newId<"device">(),
    seed: toBase64url(newSecret()),
    secretKey: toBase64url(secretKey),
    server,
    ...(name === undefined ? {} : { name }),
  };
}

/** What the local store keeps of the device. */
export function deviceChange(own: OwnDevice): Change {
  return { key: KEY, value: utf8(canonicalJson(own)) };
}

/** The device of a store. @throws ClientError `not-enrolled` */
export async function readDevice(store: Store): Promise<OwnDevice> {
  const kept = await store.getJson(KEY);
  if (kept === undefined) throw new ClientError("not-enrolled", "this device holds no key");
  return parseAs(ownDeviceField, kept, "device");
}

/** The device's key in use. */
export async function signerOf({ seed }: OwnDevice): Promise<Signer> {
  return await signerFrom(fromBase64url(seed));
}

/** What the account's chain says of the device. */
export async function certificateOf(own: OwnDevice): Promise<DeviceCertificate> {
  const { device } = own;
  return { device: device as DeviceId, key: (await signerOf(own)).publicKey };
}
