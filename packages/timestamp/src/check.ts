import * as asn1js from "asn1js";
import {
  type BasicConstraints,
  type Certificate,
  CertificateRevocationList,
  ExtKeyUsage,
  SignedDataVerifyError,
} from "pkijs";
import { ENGINE } from "./engine.ts";
import { TimestampError } from "./errors.ts";
import { OID } from "./oids.ts";
import {
  attributeOf,
  orMalformed,
  type ParsedToken,
  parseCertificate,
  parseToken,
} from "./token.ts";

/** What a token is checked against. */
export interface TimestampCheck {
  /** DER of the token. */
  readonly token: Uint8Array;
  /** What was stamped: its SHA-256 is the imprint. */
  readonly data: Uint8Array;
  /** Certificates, DER or PEM, one of which the authority's must lead to. */
  readonly roots: readonly (Uint8Array | string)[];
  /** Certificate revocation lists kept with the token, DER. */
  readonly crls?: readonly Uint8Array[];
  /** The nonce of the request, while it is known. */
  readonly nonce?: Uint8Array;
}

/** What a checked token says. */
export interface Timestamp {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly at: number;
  /** Who stamped: the certificate's common name. */
  readonly authority: string;
  /** The root it leads to: SHA-256 of its DER, in hex. */
  readonly root: string;
  /** In hex. */
  readonly serial: string;
  /** Whether a revocation list of its issuer, kept with it, says that the certificate stood. */
  readonly revocation: "checked" | "not-known";
}

/**
 * Checks a time-stamp token: imprint, nonce, signature, the certificate it binds itself to
 * (RFC 5035), its purpose, and its chain to a root that was given, at the time it names.
 * @throws TimestampError
 */
export async function checkTimestamp(check: TimestampCheck): Promise<Timestamp> {
  const parsed = parseToken(check.token);
  await checkImprint(parsed, check.data);
  checkNonce(parsed, check.nonce);
  checkAttributes(parsed);
  const roots = check.roots.map(parseCertificate);
  const path = await checkSignature(parsed, check.data, roots);
  const signer = path[0] ?? refuse("the signer's certificate is not in the token");
  checkPurpose(signer);
  await checkBinding(parsed, signer);
  const revocation = await checkRevocation(path, check.crls ?? [], parsed.info.genTime);
  const root = path[path.length - 1] ?? signer;
  return {
    at: parsed.info.genTime.getTime(),
    authority: nameOf(signer),
    root: hexOf(await crypto.subtle.digest("SHA-256", root.toSchema().toBER())),
    serial: hexOf(parsed.info.serialNumber.valueBlock.valueHexView),
    revocation,
  };
}

/**
 * Where the revocation lists of a token's certificates can be fetched, as the certificates say:
 * http addresses only (RFC 5280 section 4.2.1.13).
 */
export function revocationAddresses(token: Uint8Array): string[] {
  const { certificates } = parseToken(token);
  const found = certificates.flatMap((each) => {
    const extension = each.extensions?.find(({ extnID }) => extnID === OID.crlDistributionPoints);
    const text = extension?.extnValue.valueBlock.valueHexView ?? new Uint8Array();
    const ascii = String.fromCharCode(...text);
    return [...ascii.matchAll(/https?:\/\/[\x21-\x7e]+?\.crl/g)].map(([address]) => address);
  });
  return [...new Set(found)];
}

async function checkImprint({ info }: ParsedToken, data: Uint8Array): Promise<void> {
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  if (hashAlgorithm.algorithmId !== OID.sha256) other("it is over another digest than SHA-256");
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(data));
  if (hexOf(digest) !== hexOf(hashedMessage.valueBlock.valueHexView)) {
    other("it stamps something else");
  }
}

function checkNonce({ info }: ParsedToken, nonce: Uint8Array | undefined): void {
  if (nonce === undefined) return;
  const said = info.nonce?.valueBlock.valueHexView;
  if (said === undefined || hexOf(said) !== hexOf(nonce)) other("it answers another request");
}

/** RFC 5652 section 5.3: what is signed is the attributes, and they must say what of. */
function checkAttributes({ signer }: ParsedToken): void {
  const type = attributeOf(signer, OID.contentType);
  if (!(type instanceof asn1js.ObjectIdentifier) || type.getValue() !== OID.tstInfo) {
    unsigned("its attributes do not name what is signed");
  }
  if (attributeOf(signer, OID.messageDigest) === undefined) unsigned("it signs no digest");
}

/** @returns the certificates from the signer's to the root */
async function checkSignature(
  { signed }: ParsedToken,
  data: Uint8Array,
  roots: Certificate[],
): Promise<readonly Certificate[]> {
  try {
    const check = {
      signer: 0,
      data: new Uint8Array(data).buffer,
      trustedCerts: roots,
      checkChain: true,
      // Revocation lists are checked by themselves, below: many authorities send none.
      passedWhenNotRevValues: true,
      extendedMode: true,
    } as const;
    const result = await signed.verify(check, ENGINE);
    if (result.signatureVerified !== true) unsigned("its signature does not hold");
    if (result.certificatePath.length === 0) refuse("its certificate leads to no root given");
    return result.certificatePath;
  } catch (cause) {
    if (cause instanceof TimestampError) throw cause;
    const ofChain = cause instanceof SignedDataVerifyError && cause.code === 5;
    throw new TimestampError(
      ofChain ? "certificate-refused" : "signature-refused",
      ofChain ? "its certificate leads to no root given" : "its signature does not hold",
      cause,
    );
  }
}

/** RFC 3161 section 2.3: for time stamps, for nothing else, and critical. */
function checkPurpose(signer: Certificate): void {
  const extension = signer.extensions?.find(({ extnID }) => extnID === OID.extendedKeyUsage);
  const usage = extension?.parsedValue;
  const purposes = usage instanceof ExtKeyUsage ? usage.keyPurposes : [];
  if (extension?.critical !== true || purposes.length !== 1 || purposes[0] !== OID.timeStamping) {
    refuse("its certificate is not for time stamps alone");
  }
  const basic = signer.extensions?.find(({ extnID }) => extnID === OID.basicConstraints);
  const constraints = basic?.parsedValue as BasicConstraints | undefined;
  if (constraints?.cA === true) refuse("its certificate is an authority's own");
}

const DIGESTS = new Map<string, string>([
  [OID.sha1, "SHA-1"],
  [OID.sha256, "SHA-256"],
  [OID.sha384, "SHA-384"],
  [OID.sha512, "SHA-512"],
]);

/** RFC 3161 section 2.4.1 and RFC 5816: the token names its signer's certificate by a digest. */
async function checkBinding({ signer }: ParsedToken, certificate: Certificate): Promise<void> {
  const second = attributeOf(signer, OID.signingCertificateV2);
  const value = second ?? attributeOf(signer, OID.signingCertificate);
  const first = firstOf(firstOf(value));
  const parts = first instanceof asn1js.Sequence ? first.valueBlock.value : [];
  const hash = parts.find((each) => each instanceof asn1js.OctetString);
  const algorithm = firstOf(parts.find((each) => each instanceof asn1js.Sequence));
  const named = algorithm instanceof asn1js.ObjectIdentifier ? algorithm.getValue() : OID.sha256;
  const isNamedFirst = parts[0] instanceof asn1js.Sequence;
  const digest = second === undefined ? "SHA-1" : DIGESTS.get(isNamedFirst ? named : OID.sha256);
  if (hash === undefined || digest === undefined) unsigned("it does not name its certificate");
  const der = certificate.toSchema().toBER();
  if (hexOf(await crypto.subtle.digest(digest, der)) !== hexOf(hash.valueBlock.valueHexView)) {
    unsigned("it names another certificate");
  }
}

function firstOf(block: asn1js.BaseBlock | undefined): asn1js.BaseBlock | undefined {
  return block instanceof asn1js.Sequence ? block.valueBlock.value[0] : undefined;
}

/** What a list of its issuer says of each certificate on the path; without one it is not known. */
async function checkRevocation(
  path: readonly Certificate[],
  crls: readonly Uint8Array[],
  at: Date,
): Promise<Timestamp["revocation"]> {
  let revocation: Timestamp["revocation"] = "not-known";
  for (const bytes of crls) {
    const crl = orMalformed("a revocation list is not in its form", () =>
      CertificateRevocationList.fromBER(new Uint8Array(bytes)),
    );
    for (const [i, certificate] of path.entries()) {
      const issuer = path[i + 1];
      if (issuer === undefined || !certificate.issuer.isEqual(crl.issuer)) continue;
      if (!(await crl.verify({ issuerCertificate: issuer }, ENGINE))) {
        refuse("a revocation list is not signed by the certificate's issuer");
      }
      const entry = crl.revokedCertificates?.find(({ userCertificate }) =>
        userCertificate.isEqual(certificate.serialNumber),
      );
      if (entry !== undefined && entry.revocationDate.value <= at) refuse("it was revoked");
      if (i === 0) revocation = "checked";
    }
  }
  return revocation;
}

function nameOf(certificate: Certificate): string {
  const named = certificate.subject.typesAndValues;
  const best =
    named.find(({ type }) => type === OID.commonName) ??
    named.find(({ type }) => type === OID.organization);
  return String(best?.value.valueBlock.value ?? "").slice(0, 200);
}

function hexOf(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (each) => each.toString(16).padStart(2, "0")).join("");
}

function other(message: string): never {
  throw new TimestampError("other-request", message);
}

function unsigned(message: string): never {
  throw new TimestampError("signature-refused", message);
}

function refuse(message: string): never {
  throw new TimestampError("certificate-refused", message);
}
