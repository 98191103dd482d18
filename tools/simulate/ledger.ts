// What people were told, kept beside the simulation where no crash reaches it, and what must be true of it.

import { type ItemId, isPast, type RevisionId, type SpaceId } from "@ecrin/protocol";
import type { SimulatedDevice } from "./device.ts";
import type { ModelServer } from "./model-server.ts";

/** A write that somebody was told is saved on the device. */
export interface Told {
  readonly device: SimulatedDevice;
  readonly item: ItemId;
  readonly revision: RevisionId;
  /** Unlike any other. */
  readonly title: string;
  readonly parents: readonly RevisionId[];
  readonly op: "create" | "correct" | "delete";
}

export class Ledger {
  readonly writes: Told[] = [];
  readonly ended: { readonly device: SimulatedDevice; readonly share: SpaceId }[] = [];
  /** Openings shown without the server, and openings begun. */
  readonly shown = new Map<string, number>();
  readonly begun = new Map<string, number>();
  titles = 0;

  title(): string {
    this.titles += 1;
    return `document ${this.titles}`;
  }

  count(counts: Map<string, number>, device: SimulatedDevice, revision: RevisionId): void {
    const key = `${device.seat.device.device} ${revision}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
}

/** At any moment: what is no longer in a device's outbox has arrived. */
export async function checkSaved(ledger: Ledger, server: ModelServer, device: SimulatedDevice) {
  const waits = new Set<string>();
  for (const { what } of await device.outbox.waiting()) {
    if (what.kind === "write" || what.kind === "delete") waits.add(what.revision);
    if (what.kind === "unshare") waits.add(what.share);
  }
  for (const { device: whose, revision, title } of ledger.writes) {
    if (whose !== device || waits.has(revision) || server.byRevision.has(revision)) continue;
    throw new Error(`${title} was called saved and is nowhere`);
  }
  for (const { device: whose, share } of ledger.ended) {
    const isEnded = server.state.shares.get(share)?.ended !== undefined;
    if (whose === device && !waits.has(share) && !isEnded)
      throw new Error("an end was called done and was not");
  }
}

/** When everything has come to rest: nothing lost, nothing doubled, everybody sees the same, conflicts kept. */
export async function checkEnd(
  ledger: Ledger,
  server: ModelServer,
  devices: readonly SimulatedDevice[],
): Promise<void> {
  for (const device of devices) {
    await checkSaved(ledger, server, device);
    await checkApart(ledger, server, device);
  }
  checkDoubled(ledger, server);
  for (const device of devices) await checkView(server, device);
}

/** Something set apart, or still waiting, was refused because its author may write no more, or stands on such. */
async function checkApart(ledger: Ledger, server: ModelServer, device: SimulatedDevice) {
  const entries = await device.outbox.waiting();
  const isOut = !mayCome(server, device);
  if (entries.length > 0 && !isOut) {
    const [first] = entries;
    throw new Error(`${first?.what.kind} stays behind: ${first?.apart ?? "it waits for nothing"}`);
  }
  for (const entry of entries) {
    if (entry.what.kind !== "write") continue;
    let length = 0;
    for await (const piece of device.outbox.pieces(entry)) length += piece.length;
    if (length !== entry.what.length) throw new Error("what was set apart is not whole");
  }
  for (const [key, shown] of ledger.shown) {
    const [id, revision] = key.split(" ");
    if (id !== device.seat.device.device) continue;
    const waiting = entries.filter(({ what }) => what.kind === "read").length;
    const declared = server.declared.filter(
      (each) => each.device === id && each.revision === revision,
    );
    if (declared.length + waiting < shown) throw new Error("an opening was never declared");
    if (declared.length > (ledger.begun.get(key) ?? 0))
      throw new Error("an opening was declared twice");
  }
}

/** Whether the server still lets its person in: an access that is past by its date is over before any statement says so. */
function mayCome({ state, now }: ModelServer, { seat }: SimulatedDevice): boolean {
  return [...state.members].some(
    ([account, member]) => account === seat.whose.account && !isPast(member, now),
  );
}

function checkDoubled(ledger: Ledger, server: ModelServer): void {
  const unshared = server.log.filter(({ kind }) => kind === "unshare").map(({ name }) => name);
  if (new Set(unshared).size !== unshared.length) throw new Error("a share ended twice");
  const revisions = server.log.filter(({ kind }) => ["create", "correct", "delete"].includes(kind));
  const names = revisions.map(({ name }) => name);
  if (new Set(names).size !== names.length) throw new Error("a revision was accepted twice");
  const asked = ledger.titles;
  const created = revisions.filter(({ kind }) => kind !== "delete").length;
  if (created > asked) throw new Error("more was written than anybody wrote");
  // Heads worked out anew from who names whom.
  for (const { item, heads } of server.items.values()) {
    const own = ledger.writes.filter(
      (each) => each.item === item && server.byRevision.has(each.revision),
    );
    const named = new Set(own.flatMap(({ parents }) => parents));
    for (const head of heads)
      if (named.has(head)) throw new Error("what was replaced stands at the front");
    for (const { revision, title } of own)
      if (!named.has(revision) && !heads.has(revision) && !isNamed(server, revision))
        throw new Error(`${title} is at no front and nobody replaced it`);
  }
}

/** Whether something accepted names it: also by a write whose author was never told that it is saved. */
function isNamed(server: ModelServer, revision: RevisionId): boolean {
  return [...server.items.values()].some(
    ({ revisions, heads }) =>
      revisions.includes(revision) && !heads.has(revision) && revisions.length > 1,
  );
}

async function checkView(server: ModelServer, device: SimulatedDevice): Promise<void> {
  const isOut = !mayCome(server, device);
  if (isOut) return;
  const record = await device.record();
  if (record === undefined) throw new Error("a device has no record");
  const shown = new Set(record.revisions.keys());
  for (const revision of server.byRevision.keys())
    if (!shown.has(revision)) throw new Error(`${device.seat.name} does not see everything`);
  if (shown.size !== server.byRevision.size) throw new Error(`${device.seat.name} sees more`);
  for (const { item, heads } of server.items.values()) {
    const here = record.items.get(item)?.heads ?? new Set();
    if (here.size !== heads.size || [...heads].some((head) => !here.has(head)))
      throw new Error(`${device.seat.name} shows another front`);
    const rows = record.list().filter((row) => row.item === item);
    if (heads.size > 1 && !rows.every(({ conflict }) => conflict))
      throw new Error("a conflict is not shown as one");
  }
}
