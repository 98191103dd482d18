import * as asn1js from "asn1js";
import { AttributeTypeAndValue, BasicConstraints, Certificate, Extension } from "pkijs";
import { ENGINE } from "./engine.ts";
import { OID } from "./oids.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const;

/** A certificate that vouches for itself, with its key. */
export interface SelfSigned {
  /** DER. */
  readonly certificate: Uint8Array<ArrayBuffer>;
  /** PKCS #8 of an ECDSA key on P-256. */
  readonly key: Uint8Array<ArrayBuffer>;
}

/** Makes a certificate for signatures (RFC 5280), valid for `years` from now. */
export async function makeSelfSigned(name: string, years: number): Promise<SelfSigned> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(CURVE, true, [
    "sign",
    "verify",
  ]);
  const serial = crypto.getRandomValues(new Uint8Array(16));
  // Positive, in one form.
  serial[0] = ((serial[0] ?? 0) % 127) + 1;
  const certificate = new Certificate();
  certificate.version = 2;
  certificate.serialNumber = new asn1js.Integer({ valueHex: serial.buffer });
  const subject = new AttributeTypeAndValue({
    type: OID.commonName,
    value: new asn1js.Utf8String({ value: name }),
  });
  certificate.subject.typesAndValues.push(subject);
  certificate.issuer.typesAndValues.push(subject);
  const until = new Date();
  until.setUTCFullYear(until.getUTCFullYear() + years);
  certificate.notBefore.value = new Date();
  certificate.notAfter.value = until;
  // digitalSignature and nonRepudiation.
  const usage = new asn1js.BitString({ valueHex: new Uint8Array([0xc0]).buffer, unusedBits: 6 });
  const constraints = new BasicConstraints({ cA: false });
  certificate.extensions = [
    new Extension({ extnID: OID.keyUsage, critical: true, extnValue: usage.toBER() }),
    new Extension({
      extnID: OID.basicConstraints,
      critical: true,
      extnValue: constraints.toSchema().toBER(),
    }),
  ];
  await certificate.subjectPublicKeyInfo.importKey(publicKey, ENGINE);
  await certificate.sign(privateKey, "SHA-256", ENGINE);
  return {
    certificate: new Uint8Array(certificate.toSchema(true).toBER()),
    key: new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey)),
  };
}
