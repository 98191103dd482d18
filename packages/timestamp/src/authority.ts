// A time-stamping authority of two certificates, for tests and demonstrations. Its root is made
// when it is made and is known to nobody else: what it stamps proves nothing to a stranger. Its keys
// can be kept in a file, so that a demonstration goes on where it ended.

import * as asn1js from "asn1js";
import {
  Attribute,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CertificateRevocationList,
  ContentInfo,
  EncapsulatedContentInfo,
  Extension,
  ExtKeyUsage,
  IssuerAndSerialNumber,
  PKIStatusInfo,
  RevokedCertificate,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
  Time,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from "pkijs";
import { ENGINE } from "./engine.ts";
import { OID } from "./oids.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;
const DIGEST = "SHA-256";
const YEAR = 365 * 24 * 3600 * 1000;

/** What a test can make an authority do wrong. */
export interface Wrongs {
  /** Another time than now. */
  readonly at?: Date;
  /** Extended key usages other than that of time stamps. */
  readonly purposes?: readonly string[];
  readonly purposeCritical?: boolean;
  readonly nonce?: "left-out" | "changed";
  readonly imprint?: "changed";
  readonly binding?: "left-out" | "changed";
  readonly signature?: "changed";
  readonly status?: number;
}

export interface Authority {
  /** DER. */
  readonly root: Uint8Array<ArrayBuffer>;
  /** A revocation list of the root's, with its signer on it since `revoked`, or with nobody. */
  revocationList(revoked?: Date): Promise<Uint8Array<ArrayBuffer>>;
  /** Its certificates and keys, for `openAuthority`. */
  keep(): Promise<KeptAuthority>;
  /** Answers a request, DER for DER. */
  answer(request: Uint8Array, wrongs?: Wrongs): Promise<Uint8Array<ArrayBuffer>>;
}

interface KeptHolder {
  /** DER of the certificate, and PKCS #8 of its key: base64. */
  readonly certificate: string;
  readonly key: string;
}

/** An authority in a file; whoever reads it stamps in its name. */
export interface KeptAuthority {
  readonly root: KeptHolder;
  readonly signer: KeptHolder;
}

interface Holder {
  readonly certificate: Certificate;
  readonly key: CryptoKey;
}

/** Makes root and signer afresh. */
export async function makeAuthority(name: string, wrongs: Wrongs = {}): Promise<Authority> {
  const root = await issue({ name: `${name} (root)`, serial: 1, extensions: rootExtensions() });
  const signer = await issue({
    name,
    serial: 2,
    issuer: root,
    extensions: signerExtensions(wrongs),
  });
  return answering(root, signer, wrongs);
}

/** The authority that was kept. */
export async function openAuthority({ root, signer }: KeptAuthority): Promise<Authority> {
  return answering(await opened(root), await opened(signer), {});
}

function answering(root: Holder, signer: Holder, wrongs: Wrongs): Authority {
  // Seconds, so that an authority that was kept gives no number twice.
  let serial = Math.floor(Date.now() / 1000);
  return {
    root: new Uint8Array(root.certificate.toSchema().toBER()),
    keep: async () => ({ root: await kept(root), signer: await kept(signer) }),
    revocationList: (revoked) => revocationList(root, signer, revoked),
    answer: async (request, further = {}) => {
      const asked = TimeStampReq.fromBER(new Uint8Array(request));
      serial += 1;
      return await answer(asked, serial, root, signer, { ...wrongs, ...further });
    },
  };
}

async function kept({ certificate, key }: Holder): Promise<KeptHolder> {
  const der = new Uint8Array(certificate.toSchema().toBER());
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", key));
  return { certificate: base64(der), key: base64(pkcs8) };
}

async function opened({ certificate, key }: KeptHolder): Promise<Holder> {
  return {
    certificate: Certificate.fromBER(unbase64(certificate)),
    key: await crypto.subtle.importKey("pkcs8", unbase64(key), CURVE, true, ["sign"]),
  };
}

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function unbase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
}

async function revocationList(
  root: Holder,
  signer: Holder,
  revoked: Date | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const list = new CertificateRevocationList({
    version: 1,
    issuer: root.certificate.subject,
    thisUpdate: new Time({ type: 0, value: new Date() }),
    nextUpdate: new Time({ type: 0, value: new Date(Date.now() + YEAR) }),
  });
  if (revoked !== undefined) {
    list.revokedCertificates = [
      new RevokedCertificate({
        userCertificate: signer.certificate.serialNumber,
        revocationDate: new Time({ type: 0, value: revoked }),
      }),
    ];
  }
  await list.sign(root.key, DIGEST, ENGINE);
  return new Uint8Array(list.toSchema(true).toBER());
}

async function answer(
  asked: TimeStampReq,
  serial: number,
  root: Holder,
  signer: Holder,
  wrongs: Wrongs,
): Promise<Uint8Array<ArrayBuffer>> {
  const status = new PKIStatusInfo({ status: wrongs.status ?? 0 });
  if ((wrongs.status ?? 0) > 1) {
    return new Uint8Array(new TimeStampResp({ status }).toSchema().toBER());
  }
  const info = new TSTInfo({
    version: 1,
    policy: "1.2.3.4.1",
    messageImprint: asked.messageImprint,
    serialNumber: new asn1js.Integer({ value: serial }),
    genTime: wrongs.at ?? new Date(Math.floor(Date.now() / 1000) * 1000),
    ...nonceOf(asked, wrongs),
  });
  if (wrongs.imprint === "changed") {
    info.messageImprint.hashedMessage = new asn1js.OctetString({
      valueHex: new Uint8Array(32).buffer,
    });
  }
  const content = info.toSchema().toBER();
  const signed = new SignedData({
    version: 3,
    encapContentInfo: new EncapsulatedContentInfo({
      eContentType: OID.tstInfo,
      eContent: new asn1js.OctetString({ valueHex: content }),
    }),
    signerInfos: [
      new SignerInfo({
        version: 1,
        sid: new IssuerAndSerialNumber({
          issuer: signer.certificate.issuer,
          serialNumber: signer.certificate.serialNumber,
        }),
        signedAttrs: new SignedAndUnsignedAttributes({
          type: 0,
          attributes: await attributes(content, signer.certificate, wrongs),
        }),
      }),
    ],
    certificates: [signer.certificate, root.certificate],
  });
  await signed.sign(signer.key, 0, DIGEST, undefined, ENGINE);
  if (wrongs.signature === "changed") {
    const bytes = signed.signerInfos[0]?.signature.valueBlock.valueHexView;
    if (bytes !== undefined) bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  }
  const token = new ContentInfo({ contentType: OID.signedData, content: signed.toSchema(true) });
  const response = new TimeStampResp({ status, timeStampToken: token });
  return new Uint8Array(response.toSchema().toBER());
}

function nonceOf(asked: TimeStampReq, wrongs: Wrongs): { nonce?: asn1js.Integer } {
  if (wrongs.nonce === "left-out" || asked.nonce === undefined) return {};
  return { nonce: wrongs.nonce === "changed" ? new asn1js.Integer({ value: 7 }) : asked.nonce };
}

async function attributes(content: ArrayBuffer, certificate: Certificate, wrongs: Wrongs) {
  const digest = await crypto.subtle.digest(DIGEST, content);
  const named =
    wrongs.binding === "changed"
      ? new Uint8Array(32).buffer
      : await crypto.subtle.digest(DIGEST, certificate.toSchema().toBER());
  const id = new asn1js.Sequence({ value: [new asn1js.OctetString({ valueHex: named })] });
  const binding = new asn1js.Sequence({ value: [new asn1js.Sequence({ value: [id] })] });
  return [
    new Attribute({
      type: OID.contentType,
      values: [new asn1js.ObjectIdentifier({ value: OID.tstInfo })],
    }),
    new Attribute({
      type: OID.messageDigest,
      values: [new asn1js.OctetString({ valueHex: digest })],
    }),
    ...(wrongs.binding === "left-out"
      ? []
      : [new Attribute({ type: OID.signingCertificateV2, values: [binding] })]),
  ];
}

interface Issued {
  readonly name: string;
  readonly serial: number;
  readonly issuer?: Holder;
  readonly extensions: readonly Extension[];
}

async function issue({ name, serial, issuer, extensions }: Issued): Promise<Holder> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, true, [
    "sign",
    "verify",
  ]);
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ value: serial });
  const subject = new AttributeTypeAndValue({
    type: OID.commonName,
    value: new asn1js.Utf8String({ value: name }),
  });
  certificate.subject.typesAndValues.push(subject);
  if (issuer === undefined) certificate.issuer.typesAndValues.push(subject);
  else certificate.issuer = issuer.certificate.subject;
  certificate.notBefore.value = new Date(Date.now() - YEAR);
  certificate.notAfter.value = new Date(Date.now() + 10 * YEAR);
  certificate.extensions = [...extensions];
  await certificate.subjectPublicKeyInfo.importKey(publicKey, ENGINE);
  await certificate.sign(issuer?.key ?? privateKey, DIGEST, ENGINE);
  // Read back, so that what is compared later is what stands in the bytes.
  const der = certificate.toSchema(true).toBER();
  return { certificate: Certificate.fromBER(der), key: privateKey };
}

function rootExtensions(): Extension[] {
  const constraints = new BasicConstraints({ cA: true, pathLenConstraint: 1 });
  return [
    extension(OID.basicConstraints, true, constraints.toSchema().toBER()),
    // keyCertSign and cRLSign.
    extension(OID.keyUsage, true, bits(0x06, 1)),
  ];
}

function signerExtensions(wrongs: Wrongs): Extension[] {
  const usage = new ExtKeyUsage({ keyPurposes: [...(wrongs.purposes ?? [OID.timeStamping])] });
  return [
    // digitalSignature.
    extension(OID.keyUsage, true, bits(0x80, 7)),
    extension(OID.extendedKeyUsage, wrongs.purposeCritical ?? true, usage.toSchema().toBER()),
  ];
}

function bits(value: number, unusedBits: number): ArrayBuffer {
  return new asn1js.BitString({ valueHex: new Uint8Array([value]).buffer, unusedBits }).toBER();
}

function extension(extnID: string, critical: boolean, extnValue: ArrayBuffer): Extension {
  return new Extension({ extnID, critical, extnValue });
}
