import * as asn1js from "asn1js";
import {
  Certificate,
  ContentInfo,
  SignedData,
  type SignerInfo,
  TimeStampResp,
  TSTInfo,
} from "pkijs";
import { TimestampError } from "./errors.ts";
import { OID } from "./oids.ts";

/** A time-stamp token taken apart; nothing in it is believed before `checkTimestamp`. */
export interface ParsedToken {
  readonly signed: SignedData;
  readonly signer: SignerInfo;
  readonly info: TSTInfo;
  readonly certificates: readonly Certificate[];
}

/**
 * The token in an authority's answer (RFC 3161 section 2.4.2), as DER of `ContentInfo`.
 * @throws TimestampError `not-granted`, `malformed`
 */
export function tokenOf(response: Uint8Array): Uint8Array<ArrayBuffer> {
  return orMalformed("the answer is no TimeStampResp", () => {
    const parsed = TimeStampResp.fromBER(new Uint8Array(response));
    // 0 is granted, 1 granted with modifications.
    if (parsed.status.status > 1 || parsed.timeStampToken === undefined) {
      throw new TimestampError("not-granted", "the authority did not grant the time stamp");
    }
    return new Uint8Array(parsed.timeStampToken.toSchema().toBER());
  });
}

/** Takes a token apart. @throws TimestampError `malformed` */
export function parseToken(token: Uint8Array): ParsedToken {
  return orMalformed("the token is not in its form", () => {
    const content = ContentInfo.fromBER(new Uint8Array(token));
    if (content.contentType !== OID.signedData) malformed("it is no SignedData");
    const signed = new SignedData({ schema: content.content });
    const [signer] = signed.signerInfos;
    if (signer === undefined || signed.signerInfos.length !== 1) malformed("it has not one signer");
    const { eContentType, eContent } = signed.encapContentInfo;
    if (eContentType !== OID.tstInfo || eContent === undefined) malformed("it holds no TSTInfo");
    const info = TSTInfo.fromBER(eContent.getValue());
    const certificates = (signed.certificates ?? []).filter((each) => each instanceof Certificate);
    return { signed, signer, info, certificates };
  });
}

/** A certificate from DER, or from PEM text with one in it. @throws TimestampError `malformed` */
export function parseCertificate(given: Uint8Array | string): Certificate {
  return orMalformed("this is no certificate", () => Certificate.fromBER(derOf(given)));
}

/** DER of what is given in either. @throws TimestampError `malformed` */
export function derOf(given: Uint8Array | string): Uint8Array<ArrayBuffer> {
  if (typeof given !== "string") return new Uint8Array(given);
  const [, body] =
    /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(given) ?? [];
  if (body === undefined) malformed("this is no certificate in PEM");
  const text = orMalformed("this is no base64", () => atob(body.replace(/\s/g, "")));
  return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

/** The one value of a signed attribute; absent where it stands not once. */
export function attributeOf(signer: SignerInfo, type: string): asn1js.BaseBlock | undefined {
  const found = (signer.signedAttrs?.attributes ?? []).filter((each) => each.type === type);
  const values = found[0]?.values ?? [];
  return found.length === 1 && values.length === 1 && values[0] instanceof asn1js.BaseBlock
    ? values[0]
    : undefined;
}

/** Runs what parses strangers' bytes: whatever it throws is one refusal. */
export function orMalformed<T>(message: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    if (cause instanceof TimestampError) throw cause;
    throw new TimestampError("malformed", message, cause);
  }
}

function malformed(message: string): never {
  throw new TimestampError("malformed", message);
}
