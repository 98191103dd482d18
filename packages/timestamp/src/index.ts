// RFC 3161: a request, its answer's token, and what a checked token says. And the certificates that
// are made here, since they take the same library.

export {
  checkTimestamp,
  revocationAddresses,
  type Timestamp,
  type TimestampCheck,
} from "./check.ts";
export { TimestampError, type TimestampErrorCode } from "./errors.ts";
export { type Issued, isLocalName, issueFor, makeLocalAuthority } from "./local-authority.ts";
export {
  REQUEST_TYPE,
  RESPONSE_TYPE,
  requestTimestamp,
  type TimestampRequest,
} from "./request.ts";
export { readRoots } from "./roots.ts";
export { makeSelfSigned, type SelfSigned } from "./self-signed.ts";
export { tokenOf } from "./token.ts";
