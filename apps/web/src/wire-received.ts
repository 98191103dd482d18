// What page and worker say to each other about what others share and offer (spec/share.md).

import type { Person } from "./wire.ts";

/** A document of a share. */
export interface SharedItem {
  readonly revision: string;
  readonly title: string;
  readonly type: string;
  readonly mediaType: string;
  readonly size: number;
  readonly date: string;
  /** Without network: whether it opens on this device. */
  readonly opens?: boolean;
}

/** A share somebody made for this account. */
export interface Received {
  readonly share: string;
  readonly from: Person;
  /** The name its maker gave beside the share. */
  readonly signedAs: string;
  /** Of a maker who is no contact: whom this account knows by a name like that, and who is somebody else. */
  readonly isNot?: Person;
  readonly note: string;
  readonly until: number;
  readonly ended: boolean;
  /** Where its maker lets it be kept: what this device keeps of it, `not-here` where it keeps nothing. */
  readonly keeping?: "not-here" | "some" | "all";
  readonly items: readonly SharedItem[];
  /** What this account wrote back, newest first. */
  readonly answers: readonly WrittenBack[];
}

/** An answer that was sent (spec/deposit.md, What became of it). */
export interface WrittenBack {
  readonly deposit: string;
  readonly at: number;
  /** Whether it is part of their record, says the service; otherwise it waits, or was refused. */
  readonly accepted: boolean;
}

/** A share that does not open, and who made it by what the service says. */
export interface RefusedShare {
  readonly share: string;
  readonly from: Person;
}

/** Something that somebody who is no contact has put this account in. */
export interface OfferRow {
  readonly space: string;
  readonly kind: "record" | "share";
  readonly from: Person;
  /** What its maker calls themselves, verified by nobody. */
  readonly signedAs: string;
  /** Whom this account knows by a name like that, and who is somebody else. */
  readonly isNot?: Person;
  readonly until?: number;
}
