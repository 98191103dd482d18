// One simulation: chance decides who does what, what fails and when; then everything is mended, and
// nothing that anybody was told may have been lost.

import { ClientError } from "@ecrin/client";
import { type ItemId, type RevisionId, utf8 } from "@ecrin/protocol";
import type { OfflineRecord } from "../../packages/client/src/offline-record.ts";
import { Random } from "../fuzz/random.ts";
import { SimulatedDevice } from "./device.ts";
import { Crash } from "./disk.ts";
import { checkEnd, checkSaved, Ledger } from "./ledger.ts";
import { ModelServer } from "./model-server.ts";
import type { World } from "./world.ts";

const HOUR = 3600_000;
const DAY = 24 * HOUR;
const STEPS = 28;
const ROUNDS = 12;

/** What happened in a simulation, for whoever wants to know that it tried everything. */
export interface Happened {
  readonly crashes: number;
  readonly conflicts: number;
  readonly accepted: number;
  readonly epochs: number;
  readonly apart: number;
  readonly declared: number;
}

/** Runs one seed. @throws Error where something was lost, doubled, or told wrongly */
export async function simulate(world: World, seed: number): Promise<Happened> {
  const chance = new Random(seed, 4);
  const server = new ModelServer(world);
  const ledger = new Ledger();
  const devices = world.seats.map(
    (seat, i) => new SimulatedDevice(world, server, seat, new Random(seed, 5, i)),
  );
  let crashes = 0;
  await begin(ledger, devices);
  for (let step = 0; step < STEPS; step++) {
    const device = chance.of(devices);
    server.now += 1000;
    if (chance.once(5)) device.fuse.light(1 + chance.below(30));
    try {
      await act(world, server, ledger, device, chance);
    } catch (error) {
      if (error instanceof Crash) crashes += 1;
      else expected(error);
      if (error instanceof Crash) await device.restart();
    }
    device.fuse.out();
    await checkSaved(ledger, server, device);
  }
  await settle(devices);
  await checkEnd(ledger, server, devices);
  return {
    crashes,
    conflicts: [...server.items.values()].filter(({ heads }) => heads.size > 1).length,
    accepted: server.rows.length,
    epochs: server.state.epochs.length,
    apart: (await Promise.all(devices.map((each) => each.outbox.waiting()))).flat().length,
    declared: server.declared.length,
  };
}

/** A record with two documents, which every device has opened before. */
async function begin(ledger: Ledger, devices: readonly SimulatedDevice[]): Promise<void> {
  const [first] = devices;
  for (const device of devices) {
    device.line.isBad = false;
    await device.sync();
    const record = await device.record();
    if (device === first && record !== undefined) {
      for (let i = 0; i < 2; i++) await writeNew(ledger, device, record);
      await device.send();
      await device.sync();
    }
    for (const { revision } of (await device.record())?.list() ?? []) await device.pin(revision);
    device.line.isBad = true;
  }
}

/** A refusal, or nobody who answers, is what a person would be told; anything else is a fault. */
function expected(error: unknown): void {
  if (error instanceof ClientError && !["rollback", "fork", "cannot-open"].includes(error.code))
    return;
  throw error;
}

async function act(
  world: World,
  server: ModelServer,
  ledger: Ledger,
  device: SimulatedDevice,
  chance: Random,
): Promise<void> {
  switch (chance.below(16)) {
    case 0:
      device.line.isCut = !device.line.isCut;
      return;
    case 1:
      device.clock = chance.once(2) ? 0 : chance.below(2 * DAY) - DAY;
      return;
    case 2:
      server.now += chance.once(4) ? chance.below(DAY) : chance.below(HOUR);
      return;
    case 3:
      if (chance.once(3)) server.now += DAY;
      return await repeat(device, chance);
    case 4:
      return void (await device.sync());
    case 5:
      return chance.once(2) ? await pin(device, chance) : await open(ledger, device, chance);
    case 6:
      await pin(device, chance);
      return await open(ledger, device, chance);
    case 7:
      if (device.seat.whose === world.owner && chance.once(3)) await device.turnEpoch([]);
      return;
    case 8:
      return await end(world, ledger, device, chance);
    case 9:
    case 10:
    case 11:
      return void (await sendInOrder(server, device));
    default:
      return await write(ledger, device, chance);
  }
}

/** Something said long ago arrives once more. */
async function repeat(device: SimulatedDevice, chance: Random): Promise<void> {
  const again = device.line.late.splice(chance.below(4), 1);
  for (const work of again) await work().catch(() => undefined);
}

async function pin(device: SimulatedDevice, chance: Random): Promise<void> {
  const record = await device.record();
  const rows = record?.list().filter(({ waits, opens }) => !waits && !opens) ?? [];
  if (rows.length > 0) await device.pin(chance.of(rows).revision);
}

async function open(ledger: Ledger, device: SimulatedDevice, chance: Random): Promise<void> {
  const record = await device.record();
  await record?.refresh();
  const rows = record?.list().filter(({ opens, waits }) => opens && !waits) ?? [];
  if (record === undefined || rows.length === 0) return;
  const { revision } = chance.of(rows);
  ledger.count(ledger.begun, device, revision);
  await record.open(revision, "care");
  ledger.count(ledger.shown, device, revision);
}

async function end(
  world: World,
  ledger: Ledger,
  device: SimulatedDevice,
  chance: Random,
): Promise<void> {
  const record = await device.record();
  if (record === undefined || device.seat.whose !== world.owner) return;
  if (chance.once(8)) return await record.endMember(world.guest);
  const open = (await record.shares()).filter(({ ends }) => !ends);
  const share = open.map((each) => each.share)[chance.below(open.length)];
  const found = world.shares.find((each) => each === share);
  if (found === undefined) return;
  await record.endShare(found);
  ledger.ended.push({ device, share: found });
}

/** What takes access away goes before what was written. */
async function sendInOrder(server: ModelServer, device: SimulatedDevice): Promise<void> {
  const before = server.log.length;
  const waited = new Set<string>();
  for (const { what, apart } of await device.outbox.waiting())
    if (what.kind === "unshare" && apart === undefined) waited.add(what.share);
  const [sent] = await Promise.allSettled([device.send()]);
  const own = server.log.slice(before).filter(({ seat }) => seat === device.seat.name);
  const firstWrite = own.findIndex(({ kind }) => ["create", "correct", "delete"].includes(kind));
  const late =
    firstWrite === -1
      ? []
      : own.slice(firstWrite).filter(({ kind, name }) => kind === "unshare" && waited.has(name));
  if (late.length > 0) throw new Error("something was written before an end that waited");
  if (sent.status === "rejected") throw sent.reason;
}

async function write(ledger: Ledger, device: SimulatedDevice, chance: Random): Promise<void> {
  const record = await device.record();
  if (record === undefined) return;
  await record.refresh();
  // Two pages of one browser, at the same time.
  const pages = chance.once(6) ? [record, await device.another()] : [record];
  const writing = pages.flatMap((page) =>
    page === undefined ? [] : [writeOne(ledger, device, page, chance)],
  );
  for (const result of await Promise.allSettled(writing)) {
    if (result.status === "rejected") throw result.reason;
  }
}

async function writeOne(
  ledger: Ledger,
  device: SimulatedDevice,
  record: OfflineRecord,
  chance: Random,
): Promise<void> {
  const items = [...record.items.values()];
  const choice = chance.below(5);
  if (items.length === 0 || choice < 2) return await writeNew(ledger, device, record);
  const title = ledger.title();
  const file = { title, mediaType: "text/plain", content: utf8(title) };
  const { item, heads } = chance.of(items);
  const parents = [...heads];
  if (choice === 4) await record.delete(item);
  else await record.correct(item, file);
  tell(ledger, device, record, item, title, choice === 4 ? "delete" : "correct", parents);
}

async function writeNew(
  ledger: Ledger,
  device: SimulatedDevice,
  record: OfflineRecord,
): Promise<void> {
  const title = ledger.title();
  const item = await record.add({ title, mediaType: "text/plain", content: utf8(title) });
  tell(ledger, device, record, item, title, "create", []);
}

function tell(
  ledger: Ledger,
  device: SimulatedDevice,
  record: OfflineRecord,
  item: ItemId,
  title: string,
  op: "create" | "correct" | "delete",
  parents: readonly RevisionId[],
): void {
  const revision = record.items.get(item)?.revisions.at(-1);
  if (revision === undefined) throw new Error("what was written stands in the list");
  ledger.writes.push({ device, item, revision, title, parents, op });
}

/** Everything is mended, clocks too, and everybody sends until nothing more moves. */
async function settle(devices: readonly SimulatedDevice[]): Promise<void> {
  for (const device of devices) {
    Object.assign(device.line, { isCut: false, isBad: false });
    device.clock = 0;
    device.fuse.out();
    await device.restart();
  }
  for (let round = 0; round < ROUNDS; round++) {
    let left = 0;
    for (const device of devices) {
      await device.send().catch(expected);
      await device.sync().catch(expected);
      left += (await device.outbox.waiting()).length;
    }
    if (left === 0 && round > 0) return;
  }
}
