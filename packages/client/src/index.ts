// The SDK, in the order in which one meets it: an account, its record, sharing, the journal.

export {
  type ByteSource,
  bytesSource,
  type CheckedAnchor,
  type ExportNamed,
  type ExportReason,
  isHeld,
  openZip,
  ProtocolError,
  parseSigningKey,
  reasonOf,
  type VerifiedExport,
  type Witness,
} from "@ecrin/protocol";
export type { DroppedFactors } from "./about-to-be.ts";
export { Account, type Notice, type RefusedShare } from "./account.ts";
export type { Act } from "./acts.ts";
export type { Anchoring, LogAnchors } from "./anchoring.ts";
export type { Approval } from "./approve.ts";
export { checkExport, readRoots } from "./check-export.ts";
export { Contacts, type Received, type Sent } from "./contacts.ts";
export type { Deposited } from "./deposit.ts";
export type { Device } from "./devices.ts";
export type { FileInput, ResourceInput } from "./draft.ts";
export { ClientError, type ClientErrorCode, type ServerProblem } from "./errors.ts";
export type { ExportAsked } from "./export.ts";
export { codeOf, type Factors, type PasskeyMade, type PasskeyOffer } from "./factors.ts";
export { FhirError, type FhirResource, isBundle, peopleIn, resourcesOfBundle } from "./fhir.ts";
export { Decimal, fhirText, readFhir } from "./fhir-json.ts";
export type { Given } from "./given.ts";
export { Inbox, type Waiting } from "./inbox.ts";
export { type Join, Joining } from "./join.ts";
export { type JournalLine, type LineCheck, lineCheck, type StatementCheck } from "./journal.ts";
export { Keeping } from "./keeping.ts";
export type { KeptPerson } from "./kept.ts";
export type { Contact } from "./keyring.ts";
export { Kit, type KitCode, readKit } from "./kit.ts";
export {
  type KitRecovery,
  type KitSignIn,
  type Recovery,
  recoverWithKit,
  signInWithKit,
} from "./kit-sign-in.ts";
export {
  historyIn,
  type ListedItem,
  listedIn,
  type Unreadable,
  unreadableIn,
} from "./listed.ts";
export { isOpenable, type Lost, type OpenableRevision, type Revision } from "./listing.ts";
export type { Growth, Listen, Watch } from "./live.ts";
export { type LocalDevice, unlockOffline } from "./local.ts";
export type { LogStanding, ReceiptsChecked } from "./log.ts";
export type { Place } from "./log-place.ts";
export type { TagCheck } from "./log-tags.ts";
export type { LostReport } from "./lost-device.ts";
export type { LostReceipt, Succession } from "./lost-log.ts";
export { mediaTypeOf } from "./media-type.ts";
export type { Rights } from "./membership.ts";
export type { Offer, Offers } from "./offers.ts";
export { OfflineAccount } from "./offline.ts";
export { type OfflineItem, OfflineRecord } from "./offline-record.ts";
export { OfflineShare } from "./offline-share.ts";
export { allSeen, cutTo, inOneLine } from "./one-line.ts";
export { bytesOf, type Opened, withDigits } from "./open.ts";
export type { Outbox, OutboxEntry, Pending } from "./outbox.ts";
export { type PasskeySignIn, signInWithPasskey } from "./passkey-sign-in.ts";
export { quorumAmong, readWitness, readWitnessList, type Witnessed } from "./pinned-witnesses.ts";
export { HealthRecord } from "./record.ts";
export {
  RENEWAL_STEPS,
  type Renewal,
  type RenewalStep,
  type Renewed,
  rotateIdentity,
} from "./renewal.ts";
export type { FactorAsked, FactorShown, SecondFactor } from "./second-factor.ts";
export { isLike, selfGiven } from "./self-given.ts";
export type { Turn } from "./sending.ts";
export type { Choice, Settled, Settling } from "./settle.ts";
export type { NewShare } from "./share.ts";
export { type SharedItem, SharedView } from "./shared-view.ts";
export { Showing, type Shown } from "./showing.ts";
export { isChangedElsewhere, type SignIn, signIn } from "./sign-in.ts";
export { type SignUp, signUp } from "./sign-up.ts";
export { levelStore } from "./store.level.ts";
export { memoryStore } from "./store.memory.ts";
export { eraseStore, ownerOf, type RawStore, Store } from "./store.ts";
export type { Progress } from "./upload.ts";
export { Visit, type Visited } from "./visit.ts";
export { type NewVisit, visitAsGuest } from "./visit-guest.ts";
export type { WriteOptions } from "./writing.ts";
