import type { Hand } from "./hand.ts";
import type { Look } from "./visitor.ts";
import type { Language } from "./words.ts";

// Every journey of the page, and as whom the browser tests walk it: each by every hand, in both
// languages and at both widths (`walks.test.ts`). Whether it was is not read from the tests: each walk
// tells what its page felt (`walked.ts`), and `npm test` counts what was told (`unwalked`). How a page
// fits at 320 px, and with larger text, is measured in every state (`reflow.ts`).

export interface Walk extends Look {
  readonly language: Language;
  /** CSS pixels: a phone, a desk. */
  readonly width: 390 | 1440;
  readonly hand: Hand;
}

const MOUSE = { language: "fr", width: 1440, hand: "mouse" } as const satisfies Walk;

const ALL = [
  { language: "fr", width: 390, hand: "touch" },
  { language: "en", width: 1440, hand: "keyboard" },
  MOUSE,
] as const satisfies readonly Walk[];

/** A keyboard before a narrow window, and a tablet. */
const CROSSED = [
  { language: "fr", width: 390, hand: "keyboard" },
  { language: "en", width: 1440, hand: "touch" },
  MOUSE,
] as const satisfies readonly Walk[];

/** A journey, and its walks. */
export const WALKS = {
  /** A sheet, an account with its kit, the door, and a file that another program hands over. */
  firstMinutes: CROSSED,
  /** All that a patient and a doctor do; by mouse the doctor's side. */
  wholePath: ALL,
  /** Added by picker, drag and paste; shown, noted, looked for, and drawn over time. */
  documents: ALL,
  /** Somebody far away invited, an invitation accepted, and a share with whom nobody has verified. */
  invitation: ALL,
  /** What somebody unverified offers: accepted, declined, and what does not open. */
  strangersShare: ALL,
  /** Changed here, and what this device sees of one changed elsewhere. */
  newPassword: ALL,
  /** The kit alone: asked for, stopped by whom it is not for, and in after the wait. */
  kitAlone: ALL,
  /** A code shown and scanned, reading without an account, writing back. */
  handshake: ALL,
  /** A copy of the journal, taken along and checked without network. */
  copies: ALL,
  /** What one may add to that check: an earlier copy, certificates, witnesses. */
  moreChecks: ALL,
  /** Kept on a device, opened and written without network. */
  withoutNetwork: ALL,
  /** Corrected and deleted without network, an access ended. */
  changedWithoutNetwork: ALL,
  /** What others share, kept and opened without network. */
  sharedToKeep: ALL,
  twoVersions: CROSSED,
  /** The list of this device, while the service is still being asked. */
  entering: ALL,
  /** Codes of an app, a device let in, and one that is lost. */
  codes: CROSSED,
  passkey: ALL,
  renewal: CROSSED,
  witnesses: ALL,
  /** A log whose lines are lost. */
  loss: ALL,
  /** Versions that nobody can read. */
  unreadable: CROSSED,
  tour: ALL,
} as const satisfies Readonly<Record<string, readonly Walk[]>>;

export type Journey = keyof typeof WALKS;

/** What can be done without network, and is walked without it by the same hands. */
export const AWAY: ReadonlySet<Journey> = new Set([
  "copies",
  "moreChecks",
  "withoutNetwork",
  "changedWithoutNetwork",
  "sharedToKeep",
  "twoVersions",
  "newPassword",
]);

/** What a walk says of itself in the name of a test. */
export const named = ({ language, width, hand }: Omit<Walk, "width"> & { width: number }) =>
  `${language}, ${width} px, ${hand}`;

export type Network = "with network" | "without network";

/** How a test tells its runner what was walked. */
export const told = (journey: Journey, as: string, network: Network) =>
  `walked ${journey}: ${as}, ${network}`;

/** Everything that has to be told. */
export const EXPECTED: readonly string[] = Object.entries<readonly Walk[]>(WALKS).flatMap(
  ([name, walks]) => {
    const journey = name as Journey;
    const networks: readonly Network[] = AWAY.has(journey)
      ? ["with network", "without network"]
      : ["with network"];
    return walks.flatMap((walk) => networks.map((each) => told(journey, named(walk), each)));
  },
);

/** What the table asks for and no test has told. */
export const unwalked = (said: ReadonlySet<string>): string[] =>
  EXPECTED.filter((each) => !said.has(each)).map((each) => `not ${each}`);
