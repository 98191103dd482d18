// A certificate authority for one server on one network, so that a phone can try it over TLS.
// Whoever trusts its root trusts it for this machine's names and private addresses only: the root
// carries critical name constraints (RFC 5280 section 4.2.1.10), which browsers and OpenSSL keep.

import * as asn1js from "asn1js";
import {
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  Extension,
  ExtKeyUsage,
  GeneralName,
  GeneralNames,
  GeneralSubtree,
  NameConstraints,
} from "pkijs";
import { ENGINE } from "./engine.ts";
import { OID } from "./oids.ts";

/** DER, and PKCS #8 of an ECDSA key on P-256. */
export interface Issued {
  readonly certificate: Uint8Array<ArrayBuffer>;
  readonly key: Uint8Array<ArrayBuffer>;
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const DAY = 24 * 3600 * 1000;
/** A clock that is behind must not make a certificate of today one of tomorrow. */
const EARLIER = DAY;

/** RFC 5280 section 4.2.1.6. */
const DNS = 2;
const ADDRESS = 7;

/** Names that no authority of the public Internet gives away: RFC 6761, RFC 6762. */
const NAMES = ["localhost", "local"];
/** Addresses of one machine or one network: RFC 1122, RFC 1918, RFC 3927, RFC 4193, RFC 4291. */
const NETWORKS = [
  ["127.0.0.0", 8],
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
  ["::1", 128],
  ["fc00::", 7],
  ["fe80::", 10],
] as const;

const V4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** Makes the root; its key signs certificates of servers and nothing else. */
export async function makeLocalAuthority(name: string, now: number, days: number): Promise<Issued> {
  const pair = await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  const root = blank(name, name, now, days);
  root.extensions = [
    extension(OID.basicConstraints, new BasicConstraints({ cA: true, pathLenConstraint: 0 }), true),
    // keyCertSign.
    usage(0x04, 2),
    extension(OID.nameConstraints, new NameConstraints({ permittedSubtrees: permitted() }), true),
  ];
  return await signed(root, pair, pair.privateKey);
}

/**
 * A certificate of these DNS names and addresses, by that authority.
 * @param names those that `isLocalName` takes: others would be refused by whoever checks
 */
export async function issueFor(
  authority: Issued,
  names: readonly string[],
  now: number,
  days: number,
): Promise<Issued> {
  const root = Certificate.fromBER(authority.certificate);
  const key = await crypto.subtle.importKey("pkcs8", authority.key, CURVE, false, ["sign"]);
  const pair = await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  // No host name: OpenSSL holds a common name that looks like one to the constraints on DNS names.
  const certificate = blank("A server of Écrin", "", now, days);
  certificate.issuer = root.subject;
  const alternatives = new GeneralNames({ names: names.map(generalName) });
  certificate.extensions = [
    extension(OID.basicConstraints, new BasicConstraints({ cA: false }), true),
    // digitalSignature.
    usage(0x80, 7),
    extension(OID.extendedKeyUsage, new ExtKeyUsage({ keyPurposes: [OID.serverAuth] }), false),
    extension(OID.subjectAltName, alternatives, false),
  ];
  return await signed(certificate, pair, key);
}

/** Whether a local authority may vouch for a DNS name or an address. */
export function isLocalName(name: string): boolean {
  if (!isAddress(name)) return NAMES.some((each) => name === each || name.endsWith(`.${each}`));
  const address = bytesOf(name);
  return NETWORKS.some(([network, bits]) => {
    const base = bytesOf(network);
    const mask = maskOf(base.length, bits);
    return (
      base.length === address.length &&
      base.every((byte, i) => ((address[i] ?? 0) & (mask[i] ?? 0)) === byte)
    );
  });
}

function isAddress(name: string): boolean {
  return V4.test(name) || name.includes(":");
}

function permitted(): GeneralSubtree[] {
  const names = NAMES.map((name) => new GeneralName({ type: DNS, value: name }));
  const networks = NETWORKS.map(([network, bits]) => {
    const base = bytesOf(network);
    return addressName([...base, ...maskOf(base.length, bits)]);
  });
  return [...names, ...networks].map((base) => new GeneralSubtree({ base }));
}

function generalName(name: string): GeneralName {
  return !isAddress(name)
    ? new GeneralName({ type: DNS, value: name })
    : addressName([...bytesOf(name)]);
}

function addressName(bytes: readonly number[]): GeneralName {
  const valueHex = new Uint8Array(bytes).buffer;
  return new GeneralName({ type: ADDRESS, value: new asn1js.OctetString({ valueHex }) });
}

function maskOf(length: number, bits: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => {
    const ones = Math.min(8, Math.max(0, bits - i * 8));
    return 0xff & ~(0xff >> ones);
  });
}

/** The 4 or 16 bytes of an address (RFC 4291 section 2.2). */
function bytesOf(address: string): Uint8Array {
  if (V4.test(address)) return Uint8Array.from(address.split("."), Number);
  const [head = "", tail] = address.split("::");
  const words = (text: string) =>
    text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16));
  const [before, behind] = [words(head), words(tail ?? "")];
  const between = new Array<number>(8 - before.length - behind.length).fill(0);
  return Uint8Array.from(
    [...before, ...between, ...behind].flatMap((word) => [word >> 8, word & 0xff]),
  );
}

function blank(subject: string, issuer: string, now: number, days: number): Certificate {
  const certificate = new Certificate();
  certificate.version = 2;
  const serial = crypto.getRandomValues(new Uint8Array(16));
  // Positive, in one form.
  serial[0] = ((serial[0] ?? 0) % 127) + 1;
  certificate.serialNumber = new asn1js.Integer({ valueHex: serial.buffer });
  certificate.subject.typesAndValues.push(commonName(subject));
  if (issuer !== "") certificate.issuer.typesAndValues.push(commonName(issuer));
  certificate.notBefore.value = new Date(now - EARLIER);
  certificate.notAfter.value = new Date(now + days * DAY);
  return certificate;
}

function commonName(name: string): AttributeTypeAndValue {
  const value = new asn1js.Utf8String({ value: name });
  return new AttributeTypeAndValue({ type: OID.commonName, value });
}

function extension(
  extnID: string,
  value: { toSchema(): { toBER(): ArrayBuffer } },
  critical: boolean,
): Extension {
  return new Extension({ extnID, critical, extnValue: value.toSchema().toBER() });
}

/** A key usage of one byte (RFC 5280 section 4.2.1.3). */
function usage(bits: number, unusedBits: number): Extension {
  const value = new asn1js.BitString({ valueHex: new Uint8Array([bits]).buffer, unusedBits });
  return new Extension({ extnID: OID.keyUsage, critical: true, extnValue: value.toBER() });
}

async function signed(
  certificate: Certificate,
  pair: CryptoKeyPair,
  by: CryptoKey,
): Promise<Issued> {
  await certificate.subjectPublicKeyInfo.importKey(pair.publicKey, ENGINE);
  await certificate.sign(by, "SHA-256", ENGINE);
  return {
    certificate: new Uint8Array(certificate.toSchema(true).toBER()),
    key: new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)),
  };
}
