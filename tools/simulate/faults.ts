// Faults put into the engine one at a time: the simulator must notice each of them.

/** A change to the source of one file of packages/client/src. */
export interface Fault {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** A second change, where one alone is made good by the rest. */
  readonly also?: readonly [find: string, put: string];
  /** Where hundreds of seeds pass before it shows, one shortly before the first that it shows in. */
  readonly from?: number;
}

export const FAULTS: readonly Fault[] = [
  {
    name: "a write leaves the outbox before the server has said yes",
    file: "sending.ts",
    find: "      await attempt(ground, current);\n      await outbox.done(current);",
    put: "      await outbox.done(current);\n      await attempt(ground, current);",
  },
  {
    name: "no answer is taken for a yes",
    file: "sending.ts",
    find: "      const code = refusalOf(error);\n      const { what } = current;",
    put: '      const code = refusalOf(error);\n      if (code === "offline") { await outbox.done(current); return undefined; }\n      const { what } = current;',
  },
  {
    name: "who was slower sets the write apart",
    file: "sending.ts",
    find: 'if (hasMovedOn(error) && tried < ATTEMPTS && "space" in what) {',
    put: 'if (hasMovedOn(error) && "space" in what) {\n        await outbox.setApart(current, code);\n        return code;\n      }\n      if (tried < 0 && "space" in what) {',
  },
  {
    name: "a correction goes out before what it corrects",
    file: "sending.ts",
    find: 'if (stays === undefined && continues(what, held)) stays = "parent";',
    put: "",
    from: 225,
  },
  {
    name: "writes go out before ends",
    file: "sending.ts",
    find: "[...entries.filter(takesAway), ...entries.filter(({ what }) => isRevision(what))]",
    put: "[...entries.filter(({ what }) => isRevision(what)), ...entries.filter(takesAway)]",
  },
  {
    name: "a header of a clock that is wrong is never signed again",
    file: "sending.ts",
    find: 'code === "clock" &&',
    put: 'code === "closed" &&',
  },
  {
    name: "a refusal for the clock sets the write apart",
    file: "sending.ts",
    find: 'PASSING.has(code) || code === "clock" ||',
    put: "PASSING.has(code) ||",
  },
  {
    name: "reads leave the outbox before they are told",
    file: "sending.ts",
    find: "  try {\n    await ground.declare(statements);",
    put: "  for (const read of reads) await outbox.done(read);\n  try {\n    await ground.declare(statements);",
  },
  {
    name: "what has arrived leaves the list until the next look",
    file: "outbox.ts",
    find: '...(entry.what.kind === "read"',
    put: '...(entry.what.kind !== "end"',
  },
  {
    name: "the entry is written before its ciphertext",
    file: "outbox.ts",
    find: "        await this.#store.batch([{ key: pieceKey(id, pieces), value }]);\n        pieces += 1;",
    put: "        later.push({ key: pieceKey(id, pieces), value });\n        pieces += 1;",
    also: [
      "      let pieces = 0;\n",
      "      let pieces = 0;\n    const later: Change[] = [];\n    queueMicrotask(async () => { await new Promise((r) => setTimeout(r, 1)); await this.#store.batch(later).catch(() => undefined); });\n",
    ],
  },
  {
    name: "two pages write over each other",
    file: "outbox.ts",
    find: '}-${newId<"revision">()}`;',
    put: '}-${"A".repeat(22)}`;',
  },
  {
    name: "the sweep takes what belongs to an entry",
    file: "outbox.ts",
    find: "if (!known.has(id)) stray.push({ key });",
    put: "if (known.has(id)) stray.push({ key });",
  },
  {
    name: "rows that do not fit together are used",
    file: "kept.ts",
    find: "    if (revisions.length < view.size) {",
    put: "    if (revisions.length < 0) {",
    also: ["Math.floor((written?.size ?? 0) / PAGE)", "Math.ceil((written?.size ?? 0) / PAGE)"],
  },
  {
    name: "an opening is shown before its read is written down",
    file: "offline-record.ts",
    find: "if (!this.waits(fact.revision)) await tellRead(this.#device, this.space, fact, reason);",
    put: "if (!this.waits(fact.revision)) void tellRead(this.#device, this.space, fact, reason).catch(() => undefined);",
  },
  {
    name: "a correction does not name what it replaces",
    file: "offline-record.ts",
    find: 'fileDraft(file, item, "correct", parents, this.#device.now())',
    put: 'fileDraft(file, item, "correct", parents.slice(0, 1), this.#device.now())',
  },
];

/** The changed source. @throws RangeError where the fault no longer fits */
export function withFault(source: string, { name, find, put, also }: Fault): string {
  const changes = also === undefined ? [[find, put] as const] : [[find, put] as const, also];
  return changes.reduce((text, [from, to]) => {
    if (text.split(from).length !== 2) throw new RangeError(`does not fit: ${name}`);
    return text.replace(from, () => to);
  }, source);
}
