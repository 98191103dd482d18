import { ProtocolError, type ProtocolErrorCode } from "./errors.ts";

// Why an export does not hold (spec/export.md, Reasons): stable codes for whoever says it in a
// language of their own. The sentences here are for logs and for those who read the code's own words.

type Fault = readonly [code: ProtocolErrorCode, sentence: string];
const form = (sentence: string): Fault => ["malformed", sentence];
const statement = (sentence: string): Fault => ["statement-refused", sentence];
const fork = (sentence: string): Fault => ["fork", sentence];

const FAULTS = {
  missing: form("is missing"),
  damaged: form("is not what the archive's checksum says"),
  long: form("is too long"),
  incomplete: form("are not complete"),
  changed: statement("is not what the manifest says"),
  unlisted: statement("does not list what the archive holds: {name}"),
  "other-size": statement("is of another size than its place says"),
  "other-log": fork("is another log than the one known"),
  "other-keys": statement("are those of another log"),
  "not-grown": fork("the entries do not lead to {name}"),
  "not-earlier": statement("is not the export's before this one"),
  "not-followed": statement("is not in the log that follows"),
  "entries-lost": statement("is of entries that were lost"),
  head: fork("the signed head is not where the entries lead"),
  "no-head": statement("have no signed head"),
  order: statement("is out of order"),
  count: statement("are not as many as the manifest says"),
  gaps: statement("has too many gaps"),
  gone: statement("lack number {number}, which no erasure accounts for"),
  proof: statement("is of another length than the tree asks for"),
  "tag-order": statement("does not follow the tag before it"),
  tag: statement("does not agree with the disclosed key of its epoch"),
  "statement-other": statement("is another than the entry names"),
  "read-unsigned": statement("is missing: nobody signed this read"),
  "read-twice": statement("stands for two entries"),
  "reader-missing": statement("is by an account whose chain is missing"),
  "other-subject": statement("is another subject's"),
  "other-account": statement("is another account's chain"),
  stamp: statement("the time stamp does not hold"),
  "anchor-other": statement("is over something else than the checkpoint"),
  block: statement("does not lead to the block at {number}"),
  "block-idle": statement("does not lead to {name}"),
  demonstration: statement("is a block of a demonstration, and this was not said to be one"),
  work: statement("has too little work for a block of the public chain"),
} as const satisfies Record<string, Fault>;

/** What an export's own checks find wrong. */
export type ExportFault = keyof typeof FAULTS;

/** Why an export does not hold: a fault of its own, or the kind of what else is wrong in it. */
export type ExportReason = ExportFault | ProtocolErrorCode;

export const EXPORT_REASONS: readonly ExportReason[] = [
  ...(Object.keys(FAULTS) as ExportFault[]),
  "malformed",
  "signature-refused",
  "statement-refused",
  "fork",
  "rollback",
];

/** What a reason is about, where it is about one of several: a file's name, a number. */
export interface ExportNamed {
  readonly name?: string;
  readonly number?: number;
}

const told = new WeakMap<ProtocolError, { reason: ExportFault; named: ExportNamed }>();

/** Refuses an export, with the reason beside the sentence. */
export function broken(
  reason: ExportFault,
  field?: string,
  named: ExportNamed & { readonly cause?: unknown } = {},
): never {
  const { cause, ...about } = named;
  const [code, sentence]: Fault = FAULTS[reason];
  const said = sentence.replace(/\{(name|number)\}/, (_, key: keyof ExportNamed) =>
    String(about[key] ?? ""),
  );
  const message = code === "malformed" && field !== undefined ? `${field}: ${said}` : said;
  const error = new ProtocolError(code, message, {
    ...(field === undefined ? {} : { field }),
    ...(cause === undefined ? {} : { cause }),
  });
  told.set(error, { reason, named: about });
  throw error;
}

/** Why an export was refused: the reason given where it was found, or else the kind of the error. */
export function reasonOf(error: ProtocolError): { reason: ExportReason; named: ExportNamed } {
  for (let each: unknown = error; each instanceof ProtocolError; each = each.cause) {
    const found = told.get(each);
    if (found !== undefined) return found;
  }
  return { reason: error.code, named: {} };
}
