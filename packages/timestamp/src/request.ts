import * as asn1js from "asn1js";
import { AlgorithmIdentifier, MessageImprint, TimeStampReq } from "pkijs";
import { OID } from "./oids.ts";

export const REQUEST_TYPE = "application/timestamp-query";
export const RESPONSE_TYPE = "application/timestamp-reply";

/** A request on its way to an authority, and what its answer must repeat. */
export interface TimestampRequest {
  /** DER of `TimeStampReq` (RFC 3161 section 2.4.1). */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** 16 bytes, the first of them between 1 and 127, so that DER has one form for it. */
  readonly nonce: Uint8Array<ArrayBuffer>;
}

/**
 * Asks for a time stamp over a SHA-256 digest, with a nonce and the authority's certificates.
 */
export function requestTimestamp(digest: Uint8Array): TimestampRequest {
  const nonce = crypto.getRandomValues(new Uint8Array(16));
  nonce[0] = ((nonce[0] ?? 0) % 127) + 1;
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({
        algorithmId: OID.sha256,
        algorithmParams: new asn1js.Null(),
      }),
      hashedMessage: new asn1js.OctetString({ valueHex: new Uint8Array(digest).buffer }),
    }),
    nonce: new asn1js.Integer({ valueHex: nonce.buffer }),
    certReq: true,
  });
  return { bytes: new Uint8Array(request.toSchema().toBER()), nonce };
}
