// What page and worker say to each other. Plain data only: ids, names and contents cross; keys stay
// in the worker. What crosses of secrets is what a person types or must see: the password going in,
// and the kit coming out once, because it has to be printed; and what a passkey's PRF gives going in,
// since browsers ask authenticators on the page only.

import type { LineCheck, TagCheck } from "@ecrin/client";
import type { Cda } from "./shown/cda.ts";
import type { Dicom } from "./shown/dicom.ts";
import type {
  AnchoringTold,
  AnchorsTold,
  ExportVerdict,
  JournalTaken,
  VerifyAsked,
} from "./wire-export.ts";
import type { LossCalls, LossTold } from "./wire-loss.ts";
import type { OfferRow, Received, RefusedShare } from "./wire-received.ts";
import type { VisitCalls } from "./wire-visit.ts";
import type { FactorAnswer, FactorQuestion, WayCalls } from "./wire-ways.ts";
import type { WitnessCalls } from "./wire-witnesses.ts";

/** Somebody, as this account knows them. */
export interface Person {
  readonly account: string;
  /** Empty where nobody told. */
  readonly name: string;
  readonly known: "me" | "face-to-face" | "invitation" | "unknown";
}

export interface Status {
  /** `new`: no account on this device; `locked`: one that wants its password. */
  readonly state: "new" | "locked" | "open";
  readonly name: string;
  readonly account: string;
  /** At the door: whether everything was being made new here, and nobody knows how far it came. */
  readonly renewing?: boolean;
  /** Whether it was accepted here that lines of the journal are lost; until the record is closed by hand. */
  readonly accepted?: boolean;
}

/** The kit, as it is printed. */
export interface Kit {
  readonly account: string;
  /** 24, in the language asked for. */
  readonly words: readonly string[];
  /** The same as letters, account included: what the QR code says. */
  readonly text: string;
}

/** How far a recovery by the kit alone is. */
export interface Recovery {
  /** Milliseconds since 1970: when the wait is over. */
  readonly ready: number;
  /** Set once it is over, and the record open. */
  readonly status?: Status;
}

/** Something the account should know, as the service tells it. */
export interface AccountNotice {
  readonly kind: string;
  readonly at: number;
}

export interface DocumentRow {
  readonly item: string;
  readonly revision: string;
  readonly title: string;
  /** FHIR resource type, or what an application called it. */
  readonly type: string;
  readonly mediaType: string;
  readonly size: number;
  /** As in FHIR: a year, a month, a day, or an instant. */
  readonly date: string;
  readonly at: number;
  readonly author: Person;
  readonly conflict: boolean;
  readonly versions: number;
  /** It is on this device only; and it opens without network. */
  readonly waits: boolean;
  readonly opens: boolean;
}

/** What somebody looks for in the record; what is left empty does not narrow it. */
export interface Wanted {
  /** Each word must begin a word of what is looked through. Accents and capitals do not matter. */
  readonly words: string;
  /** One of the overview's kinds. */
  readonly kind: string;
  /** Days as `2026-11-22`, both included. */
  readonly from: string;
  readonly to: string;
  /** An account. */
  readonly author: string;
}

/** A row of what was found. */
export interface FoundRow extends DocumentRow {
  /** The year, where the row is the first of it in what was found. */
  readonly begins?: string;
}

export interface Found {
  readonly total: number;
  /** Those asked for, newest first. */
  readonly rows: readonly FoundRow[];
}

/** What the record holds, counted. */
export interface Overview {
  readonly total: number;
  /** A kind is a FHIR type, or a media type where a document is one. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly type: string;
    readonly mediaType: string;
    readonly count: number;
  }[];
  readonly authors: readonly Person[];
  /** Documents that were changed in two places at once, and wait for somebody to decide. */
  readonly apart: readonly { readonly item: string; readonly title: string }[];
  /** What is in the record and cannot be read, newest first. */
  readonly unreadable: readonly UnreadableRow[];
}

/** One thing that was measured more than once. */
export interface Series {
  readonly label: string;
  readonly unit: string;
  /** Oldest first, each as it was given. */
  readonly points: readonly SeriesPoint[];
  /** How many of the same name are not among them. */
  readonly left: number;
}

export interface SeriesPoint {
  readonly item: string;
  /** As in FHIR. */
  readonly date: string;
  /** In the digits in which it was given. */
  readonly value: number | string;
  /** `<`, `<=`, `>=` or `>`, where the laboratory wrote one. */
  readonly comparator: string;
  /** The usual range that came with this very value. */
  readonly low?: number | string;
  readonly high?: number | string;
  /** Several ranges, or one that is no range of figures in this unit, came with it. */
  readonly ranges?: boolean;
  /** Who gave it did not call it final. */
  readonly preliminary?: boolean;
}

export interface VersionRow {
  readonly revision: string;
  readonly title: string;
  readonly at: number;
  readonly author: Person;
  readonly what: "create" | "correct" | "delete";
  /** Whether it stands at the front; more than one does after edits side by side. */
  readonly current: boolean;
  /** Whether it was made on this very device. */
  readonly here: boolean;
  /** Where this device keeps the record: whether it is on this device only, and opens without network. */
  readonly waits?: boolean;
  readonly opens?: boolean;
  /** Whether it does not open, though its signature is right. */
  readonly lost?: boolean;
}

/** A version that does not open, though its signature is right. */
export interface UnreadableRow {
  readonly item: string;
  readonly revision: string;
  readonly at: number;
  readonly author: Person;
  /** Who changed the keys of the record wrongly before; absent where the author sealed it wrongly. */
  readonly turnedBy?: Person;
  /** Of the version of it that does open; empty where there is none. */
  readonly title: string;
}

/** Something that is on this device only. */
export interface WaitingRow {
  readonly id: string;
  readonly kind: string;
  /** Of a document; empty where it is none. */
  readonly title: string;
  readonly at: number;
  /** Why the service refused it. */
  readonly apart?: string;
}

/** What is saved where. */
export interface Saved {
  /** Whether this device keeps the record for work without network. */
  readonly kept: boolean;
  readonly signedIn: boolean;
  /** Whether the sign-in is going on behind what this device keeps. */
  readonly entering: boolean;
  /** When the service last answered; 0 for never. */
  readonly reached: number;
  readonly waiting: readonly WaitingRow[];
  /** Why the account could not be signed in to, or what waits not be sent. */
  readonly reason?: string;
  /** What is lost, where that is why the service has not let this account in. */
  readonly loss?: LossTold;
}

export interface OpenedDocument {
  readonly title: string;
  readonly type: string;
  readonly mediaType: string;
  readonly size: number;
  /** The FHIR resource, where there is one. */
  readonly resource?: Readonly<Record<string, unknown>>;
  /** The attachment, or the raw bytes; absent where there are none. */
  readonly file?: Blob;
  /** What the file says, where it is a CDA document. */
  readonly cda?: Cda;
  /** What the file holds, where it is a DICOM file. */
  readonly dicom?: Dicom;
  /** Opened without network: it is told afterwards. */
  readonly declared?: boolean;
}

/** What came of one file. */
export interface Added {
  readonly items: readonly string[];
  readonly bundle: boolean;
  /** How many people a bundle is about, as far as it says. */
  readonly people: number;
}

export interface Invitations {
  readonly received: readonly { readonly invitation: string; readonly at: number }[];
  readonly sent: readonly {
    readonly invitation: string;
    readonly at: number;
    readonly state: "waiting" | "accepted" | "refused";
    /** Of who accepted. */
    readonly name: string;
  }[];
}

export interface NewShare {
  readonly items: readonly string[];
  readonly to: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly note: string;
  /** Whether they may keep it on a device and open it without network. */
  readonly offline: boolean;
}

/** A share this account has made. */
export interface Access {
  readonly share: string;
  readonly to: Person;
  readonly until: number;
  readonly count: number;
  /** Titles, where they could be read. */
  readonly titles: readonly string[];
  readonly ended: boolean;
  /** Whether its recipient may open without network, and so without asking. */
  readonly offline: boolean;
  /** Its end waits on this device. */
  readonly ends?: boolean;
}

/** Somebody who is in the record itself. */
export interface MemberRow {
  readonly who: Person;
  readonly role: "owner" | "manager" | "writer" | "reader";
  readonly until?: number;
  /** Their end waits on this device. */
  readonly ends?: boolean;
}

export interface JournalRow {
  readonly id: string;
  readonly n: number;
  readonly index: number;
  readonly at: number;
  readonly kind: string;
  readonly who: Person;
  /** Whom it concerns beside the one who acted. */
  readonly whom?: Person;
  readonly titles: readonly string[];
  readonly count: number;
  readonly code?: string;
  readonly until?: number;
  readonly proof: LineCheck;
  readonly tag: string;
  /** Whether the key of the tag is published and its whole epoch was followed here, or will be at the next look. */
  readonly tagCheck: TagCheck;
  /** Whether the line was found in the tree of a verified checkpoint. */
  readonly inLog: boolean;
  readonly anchoring: AnchoringTold;
  /** `other`: what this account did in a record of somebody else's, which is then `whose`. */
  readonly of: "record" | "account" | "other";
  readonly whose?: Person;
  /** A reading without network, told afterwards. */
  readonly declared?: boolean;
  /** Whom it concerns may open without asking, and so without network. */
  readonly offline?: boolean;
}

export interface Device {
  readonly device: string;
  readonly here: boolean;
  readonly since: number;
}

/** The versions that the person was shown: what has come since is not decided about. */
type OnScreen = { readonly shown: readonly string[] };

/** What the page may ask for, and what it gets. */
export interface Calls extends VisitCalls, WayCalls, WitnessCalls, LossCalls {
  status: { ask: undefined; answer: Status };
  signUp: {
    ask: { address: string; name: string; password: string; language: "fr" | "en" };
    answer: Kit;
  };
  /** `before`: what this device was last opened with, where the password was changed elsewhere. */
  unlock: {
    ask: {
      password: string;
      before: string;
      code: string;
      /** The log that is followed from now on, where lines are lost and the person goes on; empty otherwise. */
      acceptLog: string;
    };
    answer: Status;
  };
  /** Whether a password that does not open this device is the account's, changed on another. */
  changedElsewhere: { ask: { password: string }; answer: boolean };
  enter: { ask: { kit: string; address: string; password: string; code: string }; answer: Status };
  recover: { ask: { kit: string; account: string; password: string }; answer: Recovery };
  lock: { ask: undefined; answer: Status };
  leave: { ask: undefined; answer: Status };
  documents: { ask: undefined; answer: readonly DocumentRow[] };
  /** Looks what is new, and counts. */
  refresh: { ask: undefined; answer: Overview };
  /** Answered from what was last looked at, at once. */
  find: { ask: Wanted & { readonly offset: number; readonly count: number }; answer: Found };
  series: { ask: { item: string }; answer: readonly Series[] };
  history: { ask: { item: string }; answer: readonly VersionRow[] };
  add: { ask: { file: File; title: string }; answer: Added };
  open: { ask: { id: string }; answer: OpenedDocument };
  correct: { ask: OnScreen & { item: string; file: File; title: string }; answer: undefined };
  remove: { ask: Partial<OnScreen> & { item: string }; answer: undefined };
  /**
   * Decides about versions side by side. `keep`: the version that is in force; empty where both are
   * kept. The answer names new documents.
   */
  settle: { ask: OnScreen & { item: string; keep: string }; answer: readonly string[] };
  contacts: { ask: undefined; answer: readonly Person[] };
  code: { ask: undefined; answer: string };
  verify: { ask: { code: string; name: string }; answer: undefined };
  invite: { ask: { address: string; name: string }; answer: undefined };
  invitations: { ask: undefined; answer: Invitations };
  accept: { ask: { invitation: string; name: string }; answer: undefined };
  share: { ask: NewShare; answer: undefined };
  access: {
    ask: undefined;
    answer: {
      readonly shares: readonly Access[];
      readonly members: readonly MemberRow[];
      /** The service does not answer: it is told as this device last saw it, and an end waits. */
      readonly away: boolean;
    };
  };
  endShare: { ask: { share: string }; answer: undefined };
  endMember: { ask: { account: string }; answer: undefined };
  received: {
    ask: undefined;
    answer: {
      readonly shares: readonly Received[];
      readonly refused: readonly RefusedShare[];
      /** The service does not answer: it is told as this device keeps it. */
      readonly away: boolean;
    };
  };
  offers: {
    ask: undefined;
    answer: { readonly offers: readonly OfferRow[]; readonly more: number };
  };
  decideOffer: { ask: { space: string; accept: boolean }; answer: undefined };
  openShared: { ask: { share: string; revision: string }; answer: OpenedDocument };
  /** Keeps every document of a share on this device, or none of them any more. */
  keepShared: { ask: { share: string; keep: boolean }; answer: undefined };
  saved: { ask: undefined; answer: Saved };
  keep: { ask: { allow: boolean }; answer: Saved };
  /** Keeps the content of a version on this device. */
  pin: { ask: { id: string }; answer: undefined };
  /** Keeps it here no more, until it is opened or kept again. */
  unpin: { ask: { id: string }; answer: undefined };
  /**
   * Goes on signing in behind what this device keeps, and answers at its end. What a person has to
   * see is not tried again but with a code.
   */
  reach: { ask: { code: string }; answer: Saved };
  /** Tries to send what waits. */
  send: { ask: undefined; answer: Saved };
  /** Tries something again that the service refused. */
  retryWaiting: { ask: { id: string }; answer: Saved };
  /** Gives up something that is on this device only. */
  dropWaiting: { ask: { id: string }; answer: Saved };
  journal: { ask: undefined; answer: readonly JournalRow[] };
  /** What this account did in others' records, newest first. */
  acts: { ask: undefined; answer: readonly JournalRow[] };
  /** Whose lines the page shows, and is told of once there are more. */
  watch: { ask: { whose: "mine" | "others" | "nobody" }; answer: undefined };
  anchors: { ask: undefined; answer: AnchorsTold };
  /** `since`: leaves under the copy taken before, 0 for none; `log`: the key of its log. */
  takeJournal: {
    ask: { of: "record" | "account"; language: "fr" | "en"; since: number; log: string };
    answer: JournalTaken;
  };
  /** Fetches what checks a copy, so that it can be done without network. */
  verifyReady: { ask: undefined; answer: undefined };
  verifyExport: { ask: VerifyAsked; answer: ExportVerdict };
  devices: { ask: undefined; answer: readonly Device[] };
  signOutDevice: { ask: { device: string }; answer: Status };
  notices: { ask: undefined; answer: readonly AccountNotice[] };
  cancelRecovery: { ask: undefined; answer: undefined };
  changePassword: { ask: { old: string; fresh: string }; answer: undefined };
  /** Refused with `wrong-kit` where it does not open the account. */
  checkKit: { ask: { kit: string }; answer: undefined };
  newKit: { ask: { language: "fr" | "en" }; answer: Kit };
}

export type CallName = keyof Calls;
export type Ask<N extends CallName> = Calls[N]["ask"];
export type Answer<N extends CallName> = Calls[N]["answer"];

/** From the page. */
export interface Request {
  readonly id: number;
  readonly name: CallName;
  readonly ask: unknown;
}

/** From the page: what a passkey answered in the middle of a call; absent where none was used. */
export interface Shown {
  readonly shows: number;
  readonly passkey?: FactorAnswer;
}

/** Why a call failed: a stable code, and where it helps the place in what was given. */
export interface Failure {
  readonly code: string;
  /** A place, such as a field, a word's position or a bundle's entry. Never a value. */
  readonly place?: string;
  /** Seconds until it may be tried again, where the code is `rate-limited`. */
  readonly wait?: number;
  /** What is lost, where the code is `log-succeeded`. */
  readonly loss?: LossTold;
}

/** From the worker, without having been asked: a journal has grown, or may have. */
export interface Told {
  readonly event: "journal";
}

/** From the worker. */
export type Reply =
  | { readonly id: number; readonly progress: { readonly done: number; readonly total: number } }
  | { readonly id: number; readonly asks: FactorQuestion }
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly failure: Failure };
