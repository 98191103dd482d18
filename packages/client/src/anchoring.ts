import type { Anchor } from "@ecrin/protocol";
import type { Unlocked } from "./unlocked.ts";

/** What the service says of anchors outside; an export carries the evidence itself (spec/anchor.md). */
export interface LogAnchors {
  /** Whether any source is configured. */
  readonly configured: boolean;
  /** Sources of this machine, which prove nothing to anybody. */
  readonly demonstration: boolean;
  /** Newest checkpoint first. */
  readonly anchors: readonly Anchor[];
}

/** How far the first checkpoint that covers an entry has been anchored. */
export interface Anchoring {
  /** `none`: taken nowhere, not anchored. `waiting` and `pending` prove nothing yet. */
  readonly state: "none" | "waiting" | "pending" | "anchored";
  /** What each source says of that checkpoint. */
  readonly by: readonly Anchor[];
}

const PAGE = 100;
const MOST_PAGES = 10;
const NOWHERE: Anchoring = { state: "none", by: [] };

/** The anchors of the newest checkpoints, back to the one that covers `index`, 1,000 at most. */
export async function listAnchors(u: Unlocked, index = 0): Promise<LogAnchors> {
  const anchors: Anchor[] = [];
  let [configured, demonstration] = [false, false];
  let before: number | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = before === undefined ? { limit: PAGE } : { limit: PAGE, before };
    const told = await u.http.call("logAnchors", { query });
    ({ configured, demonstration } = told);
    anchors.push(...told.anchors);
    const last = told.anchors.at(-1);
    if (last === undefined || last.size <= index || last.size === before) break;
    before = last.size;
  }
  return { configured, demonstration, anchors };
}

/**
 * For each entry what is said of the checkpoints that cover it: the first that is anchored, or else
 * what comes nearest to it.
 */
export function anchoringOf({ anchors }: LogAnchors): (index: number) => Anchoring {
  const bySize = [...Map.groupBy(anchors, ({ size }) => size)]
    .sort(([a], [b]) => a - b)
    .map(([size, by]) => ({ size, anchoring: { state: stateOf(by), by } satisfies Anchoring }));
  return (index) => {
    const covering = bySize.filter(({ size }) => size > index);
    for (const state of ["anchored", "pending", "waiting"] as const) {
      const first = covering.find(({ anchoring }) => anchoring.state === state);
      if (first !== undefined) return first.anchoring;
    }
    return NOWHERE;
  };
}

function stateOf(by: readonly Anchor[]): Anchoring["state"] {
  const states = new Set(by.map(({ state }) => state));
  if (states.has("stamped") || states.has("confirmed")) return "anchored";
  if (states.has("pending")) return "pending";
  return states.has("waiting") ? "waiting" : "none";
}
