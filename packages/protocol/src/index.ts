// The public facts of Écrin, in reading order: encodings, statements, chains, and the table of routes.

export {
  type AccountPayload,
  type AccountState,
  accountPayload,
  currentDevices,
  currentIdentity,
  type DeviceCertificate,
  type DeviceLife,
  deviceKeyAt,
  followAccount,
  hasHead,
  identityHash,
  MAX_GUEST_MS,
  parseAccountStatement,
  reduceAccount,
  rotationProofInput,
  type SlotKey,
  type SlotKind,
} from "./account.ts";
export { type Argon2Parameters, argon2Field } from "./account-routes.ts";
export {
  type AddCheckpoint,
  formatAddCheckpoint,
  parseAddCheckpoint,
  parseCosignatures,
  parseSeenSize,
  SIZE_TYPE,
} from "./add-checkpoint.ts";
export {
  type ApprovalAsked,
  approvalCommitment,
  approvalKeyContext,
  approvalNumber,
  approvalRun,
} from "./approval.ts";
export { isRootOf, LEAST_WORK, openBlockHeader } from "./bitcoin.ts";
export {
  type Bytes,
  concat,
  fromBase64url,
  fromUtf8,
  sameBytes,
  toBase64url,
  u32,
  utf8,
} from "./bytes.ts";
export { canonicalJson, type Json, parseCanonical } from "./canonical.ts";
export {
  type Checkpoint,
  type EntryProof,
  formatCheckpoint,
  formatEntryProof,
  openCheckpoint,
  parseCheckpoint,
  parseEntryProof,
  treeOf,
} from "./checkpoint.ts";
export {
  acceptanceNameContext,
  contactCode,
  parseAcceptance,
  parseContactCode,
} from "./contact.ts";
export { context, SUITE } from "./context.ts";
export {
  type DepositPayload,
  type DepositRecipient,
  type DepositStatement,
  depositCommitContext,
  depositContext,
  depositRecipients,
  depositWrapContext,
  judgeDeposit,
  MAX_DEPOSIT,
  parseDeposit,
} from "./deposit.ts";
export { MOST_GIVEN, type WaitingDeposit } from "./deposit-routes.ts";
export { type RotationDue, rotationDue } from "./due.ts";
export { isRead, nameOfStatement, readOf } from "./entry-read.ts";
export {
  backContext,
  type Epoch,
  inOrder,
  keyCommitmentContext,
  mendContext,
  SERVER,
  type SecretName,
  sameRecipients,
  serverKeyHash,
  type TreeHead,
  type WrapLeaf,
  type WrapRecipient,
  wrapContext,
  wrapLeafField,
  wrapsOfEpoch,
  wrapsOfMember,
  wrapsRoot,
} from "./epoch.ts";
export { erasedBy, firstMissing, type Gap } from "./erased.ts";
export { malformed, ProtocolError, type ProtocolErrorCode, refuse } from "./errors.ts";
export {
  type LostOfLog,
  type VerifiedExport,
  type VerifyOptions,
  verifyExport,
} from "./export.ts";
export {
  type CheckedAnchor,
  isHeld,
} from "./export-anchors.ts";
export type {} from "./export-journal.ts";
export {
  type ExportedEntry,
  journalLines,
  readJournal,
} from "./export-lines.ts";
export {
  detachStatement,
  EXPORT_FILES,
  type ExportedAccounts,
  type ExportedEnded,
  type ExportedEpochs,
  type ExportManifest,
  exportPayload,
  formatExported,
  parseExported,
  parseManifest,
  witnessesFile,
} from "./export-manifest.ts";
export {
  EXPORT_REASONS,
  type ExportNamed,
  type ExportReason,
  reasonOf,
} from "./export-reasons.ts";
export type { Assertion, FactorsAsked, NewPasskey } from "./factor-routes.ts";
export {
  accountIdField,
  approvalIdField,
  bytesField,
  countField,
  deviceIdField,
  type Head,
  hashField,
  headField,
  type Identity,
  identityField,
  invitationIdField,
  itemIdField,
  parseAs,
  revisionIdField,
  type Signer,
  sealingKeyField,
  secretBoxField,
  secretWrapField,
  signatureField,
  signInIdField,
  signingKeyField,
  slotIdField,
  spaceIdField,
  statementField,
  timeField,
} from "./fields.ts";
export type { ScannedCode, ShownFacts } from "./handshake.ts";
export {
  factsOfGuest,
  factsOfHost,
  HANDSHAKE,
  handshakeCode,
  handshakeNameContext,
  parseHandshakeCode,
  shortCodeOf,
} from "./handshake.ts";
export { hmacSha256 } from "./hmac.ts";
export {
  type AccountId,
  type ApprovalId,
  type DepositId,
  type DeviceId,
  digestOf,
  type Hash,
  hashOf,
  type Id,
  type InvitationId,
  type ItemId,
  type LogId,
  newId,
  parseHash,
  parseId,
  parseSealingKey,
  parseSigningKey,
  type RendezvousId,
  type RevisionId,
  type SealingKey,
  type SignInId,
  type SigningKey,
  type SlotId,
  type SpaceId,
  type Statement,
  type Time,
} from "./ids.ts";
export {
  INBOX,
  type Inbox,
  inboxHolders,
  inboxInForce,
  inboxName,
  inboxWrapContext,
  isInboxDue,
} from "./inbox.ts";
export { acceptRevision, type ItemHistory, type Items } from "./items.ts";
export {
  checkArrived,
  ENTRY_KINDS,
  type Entry,
  type EntryAbout,
  type EntryKind,
  encodeEntry,
  entryCommitment,
  entryText,
  followEntry,
  headPayload,
  type JournalEntry,
  type JournalHead,
  type JournalPosition,
  openHead,
  openReceipt,
  parseEntry,
  type Receipt,
  receiptPayload,
  type Subject,
} from "./journal.ts";
export { parseJson } from "./json.ts";
export { checkLink, type Link, linkBox, linkContext, linkField, linksRoot } from "./link.ts";
export {
  aboutContext,
  type CheckedLink,
  checkLinks,
  type LinkAuthor,
  type LinkList,
  type LinkSet,
  linkListHash,
  linkListText,
  linkSetContext,
  linkSetField,
  linkSetRoot,
} from "./link-set.ts";
export {
  checkLogSignature,
  currentLogKey,
  followLogKeys,
  type KeyLife,
  type KeyTurn,
  type LogKeyPayload,
  type LogKeys,
  logIdOf,
  logKeyPayload,
  originOf,
  parseLogKey,
} from "./log-key.ts";
export type { Anchor, AskedWitness, EpochOfTags } from "./log-routes.ts";
export {
  atLeast,
  holdsRelease,
  isPast,
  type Member,
  type MemberHistory,
  type MemberLife,
  mayManage,
  mayWrite,
  type Role,
} from "./member.ts";
export {
  appendLeaf,
  decodeFrontier,
  EMPTY_FRONTIER,
  encodeFrontier,
  type Frontier,
  frontierRoot,
  leafHash,
  merkleRoot,
  nodeHash,
  sameFrontier,
} from "./merkle.ts";
export { type Metadata, metadataField, parseMetadata } from "./metadata.ts";
export {
  formatLine,
  formatNote,
  fromBase64,
  isSignedBy,
  type Note,
  type NoteSignature,
  noteKeyId,
  parseNote,
  toBase64,
} from "./note.ts";
export {
  encodeOtsProof,
  encodeOtsStamp,
  mergeOtsStamps,
  type OtsAttested,
  type OtsProof,
  type OtsStamp,
  otsAttested,
  parseOtsProof,
  parseOtsStamp,
  upgradeOtsStamp,
} from "./ots.ts";
export { CONTENT_FLOOR, METADATA_FLOOR, paddedSize } from "./padding.ts";
export { passkeyChallenge, passkeyPrfInput } from "./passkey.ts";
export {
  type FieldPath,
  isFieldPath,
  PROBLEMS,
  type Problem,
  type ProblemCode,
  problemField,
} from "./problem.ts";
export {
  consistencySpans,
  hashesIn,
  inclusionSpans,
  perfectRoot,
  provesConsistency,
  provesInclusion,
  type ReadHashes,
  rootOfPerfect,
  type Span,
  spanRoot,
  spanRoots,
  type TreeRoot,
  tileOf,
} from "./proof.ts";
export { MAX_ANSWER, MAX_LIST } from "./query.ts";
export {
  MAX_READ,
  parseRead,
  type ReadPayload,
  type ReadReason,
  type ReadStatement,
} from "./read.ts";
export {
  accountsNamed,
  followParsed,
  followSpace,
  mayMend,
  membersNamed,
  reduceSpace,
} from "./reduce.ts";
export {
  type Acceptance,
  epochToWrapUnder,
  INLINE_CONTENT,
  judgeRevision,
  MAX_CONTENT,
  parseRevision,
  parseRewrap,
  type RevisionPayload,
  type RevisionStatement,
  type RewrapPayload,
  type RewrapStatement,
  releaseContext,
  revisionCommitContext,
  revisionContext,
  type SealedRevision,
  secretContext,
} from "./revision.ts";
export {
  pathParameters,
  type Route,
  type RouteAnswer,
  type RouteBody,
  type RouteName,
  type Routes,
  routes,
} from "./routes.ts";
export { sha256 } from "./sha256.ts";
export {
  bareDigits,
  type CodeRun,
  codeCommitment,
  digitsOf,
  isCode,
  shortCode,
} from "./short-code.ts";
export { parseSignIn, type SignInPayload } from "./sign-in.ts";
export { type Slot, slotField } from "./slot.ts";
export {
  type Accounts,
  accountIn,
  type BeginPayload,
  currentEpoch,
  type EpochLife,
  epochAt,
  memberAt,
  parseSpaceStatement,
  type ShareLife,
  type SpacePayload,
  type SpaceState,
  type SpaceStatement,
  spacePayload,
} from "./space.ts";
export type { ListedRevision, NewRevision, Wrap } from "./space-routes.ts";
export {
  assembleStatement,
  checkSignature,
  headerFor,
  type ParsedStatement,
  parseStatement,
  STATEMENT_KINDS,
  type StatementKind,
  signingInputFor,
  verifyBytes,
} from "./statement.ts";
export { GrowingTree, perfectSubtrees } from "./subtrees.ts";
export {
  type EndedLog,
  endedLogsField,
  followSuccessions,
  openCheckpointOf,
  parseSuccession,
  type SuccessionPayload,
  type ToldEndedLog,
} from "./succession.ts";
export {
  levelSize,
  parseTilePath,
  readTiles,
  TILE_WIDTH,
  type Tile,
  tileAt,
  tilePath,
} from "./tile.ts";
export { formatVerifierKey, parseVerifierKey, type VerifierKey } from "./verifier-key.ts";
export {
  COSIGNATURE,
  cosignatureLine,
  cosignedAt,
  cosignedText,
  isLineOf,
  neededOf,
  type Quorum,
  quorumOf,
  type Witness,
  witnessesField,
} from "./witness.ts";
export {
  type ByteSource,
  bytesSource,
  openZip,
  startZip,
  type WrittenFile,
  type ZipFile,
  type ZipWriter,
} from "./zip.ts";
