import type { ItemId, SpaceId } from "@ecrin/protocol";

/** Something the server acknowledged as added. */
export interface Added {
  readonly item: ItemId;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** What was acknowledged to the clients, and so must be there afterwards. */
export class Ledger {
  readonly added: Added[] = [];
  readonly shared = new Map<SpaceId, ItemId>();
  readonly ended = new Set<SpaceId>();
  /** Attempts whose answer was lost: done or not, but never half. */
  unanswered = 0;
}
