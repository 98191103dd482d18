import {
  type Account,
  bytesOf,
  type HealthRecord,
  type Kit,
  memoryStore,
  type RawStore,
  signIn,
  signUp,
} from "@ecrin/client";
import { filesUnder, rowsOf } from "../capture/disk.ts";
import { needlesOf, Scanner } from "../capture/needles.ts";
import { RecordingNetwork } from "../capture/traffic.ts";
import { holds } from "./case.ts";
import { CANARIES } from "./stage.ts";

const DAY = 24 * 3600 * 1000;
const MIB = 1 << 20;

/** Where the journey goes. */
export interface Ground {
  readonly url: string;
  readonly dataDir: string;
  readonly log: readonly string[];
  readonly fetch: typeof globalThis.fetch;
}

/** The name of the step that begins, or what nobody but an honest server could have given. */
type Step = string | { readonly withheld: string };

interface Person {
  readonly account: Account;
  readonly kit: Kit;
  readonly store: RawStore;
  readonly password: string;
}

/**
 * The standard journey: sign up, meet, add, list, open, share, open what is
 * shared, journal, end the share, come back. Whatever comes back is compared
 * with what was put in.
 * @throws Broken where it is not the same, and whatever the client stops with
 */
export async function* journey(ground: Ground): AsyncGenerator<Step, void, undefined> {
  const traffic = new RecordingNetwork();
  // Requests are kept as the clients make them, before the hostile server sees them.
  const fetch: typeof globalThis.fetch = async (input, init) => {
    await keepRequest(traffic, input, init);
    return await ground.fetch(input, init);
  };
  yield "sign up";
  const alice = await newPerson(ground, fetch, "alice");
  const doctor = await newPerson(ground, fetch, "doctor");

  yield "meet";
  await meet(alice.account, doctor.account);

  yield "add";
  const record = await alice.account.record();
  const added = await addDocuments(record);

  yield "list";
  await checkList(record, added);

  yield "open";
  for (const { item, content } of added) {
    const opened = await bytesOf(await record.open(item));
    holds(Buffer.compare(opened, content) === 0, "a document opened to other bytes");
  }

  yield "share";
  const [small = missing(), large = missing()] = added;
  const until = Date.now() + DAY;
  const items = [small.item, large.item];
  const share = await record.share({ with: doctor.account.id, items, until, note: CANARIES.note });

  yield "open what is shared";
  const received = (await doctor.account.sharedWithMe()).find((each) => each.share === share);
  if (received === undefined) return yield { withheld: "a share did not arrive" };
  holds(received.items.length === 2, "another number of documents is shared");
  for (const [i, { fact, metadata }] of received.items.entries()) {
    const given = added[i] ?? missing();
    holds(metadata.title === given.title, "a shared document has another name");
    const opened = await bytesOf(await received.open(fact.revision));
    holds(Buffer.compare(opened, given.content) === 0, "a shared document opened to other bytes");
  }

  yield "journal";
  const lines = await record.journal();
  const his = lines.filter(
    ({ kind, actor }) => kind === "opening" && actor.account === doctor.account.id,
  );
  holds(his.length <= received.items.length, "a read is in the journal that nobody asked for");
  if (his.length < received.items.length) return yield { withheld: "a read has no entry" };

  yield "end the share";
  await record.endShare(share);
  const ended = (await record.shares()).every((each) => each.ended !== undefined);
  holds(ended, "the share has not ended");
  const still = (await doctor.account.sharedWithMe()).some((each) => each.share === share);
  if (still) return yield { withheld: "a share that has ended is handed out" };

  yield "come back";
  await alice.account.lock();
  const back = await signIn({ server: ground.url, fetch, ...alice });
  await checkList(await back.record(), added);

  yield "what the server has";
  await sweepJourney(ground, traffic, [alice, doctor], back);
}

interface Added {
  readonly item: Awaited<ReturnType<HealthRecord["add"]>>;
  readonly title: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

async function addDocuments(record: HealthRecord): Promise<Added[]> {
  const large = new Uint8Array(2 * MIB).map((_, i) => (i >> 8) ^ i);
  const text = new TextEncoder().encode(CANARIES.content);
  large.set(text);
  const added: Added[] = [];
  for (const [i, content] of [text, large, new TextEncoder().encode("court")].entries()) {
    const title = `${CANARIES.title} ${i}`;
    const item = await record.add({ title, mediaType: "text/plain", content });
    added.push({ item, title, content });
  }
  return added;
}

async function checkList(record: HealthRecord, added: readonly Added[]): Promise<void> {
  const listed = await record.list();
  holds(listed.length === added.length, "the list has another length");
  for (const [i, { item, metadata }] of listed.entries()) {
    const given = added[i] ?? missing();
    holds(item === given.item, "the list has other documents");
    holds(metadata.title === given.title, "a document has another name");
    holds(metadata.size === given.content.length, "a document has another size");
  }
}

async function newPerson(
  { url: server }: Ground,
  fetch: typeof globalThis.fetch,
  who: string,
): Promise<Person> {
  const store = memoryStore();
  const password = `mot-de-passe-canari of ${who}`;
  const name = `${who} Nom-canari-3391`;
  const address = `${who}-canari@example.org`;
  const { account, kit } = await signUp({ server, fetch, store, password, name, address });
  return { account, kit, store, password };
}

/** Both scan the other's code. */
async function meet(a: Account, b: Account): Promise<void> {
  await a.contacts().verify(await b.contacts().code(), "the doctor");
  await b.contacts().verify(await a.contacts().code(), "alice");
}

/** Nothing that was written, said or is held may be in data folder, log or requests. */
async function sweepJourney(
  { dataDir, log }: Ground,
  { said }: RecordingNetwork,
  people: readonly Person[],
  account: Account,
): Promise<void> {
  const record = await account.record();
  const held = Object.fromEntries([
    ...people.map(({ kit }, i) => [`kit ${i}`, kit.code] as const),
    ...people.map(({ password }, i) => [`password ${i}`, password] as const),
    ["key of the record", await record.view.secret("space")] as const,
    ["release key of the record", await record.view.secret("release")] as const,
  ]);
  const scanner = new Scanner(needlesOf({ ...CANARIES, ...held }));
  const look = (where: string, bytes: Uint8Array) => {
    const [sighting] = scanner.find(bytes);
    holds(sighting === undefined, `${sighting?.canary} (${sighting?.form}) in ${where}`);
  };
  for (const { where, bytes } of await rowsOf(dataDir)) look(where, bytes);
  for await (const { where, bytes } of filesUnder(dataDir)) look(where, bytes);
  for (const { where, bytes } of said) look(where, bytes);
  for (const line of log) look("the log", Buffer.from(line));
}

async function keepRequest(
  traffic: RecordingNetwork,
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
): Promise<void> {
  const request = new Request(input, init);
  const path = new URL(request.url).pathname;
  const head = [...request.headers].map((line) => line.join(": ")).join("\n");
  traffic.said.push({ where: `request to ${path}`, bytes: Buffer.from(`${request.url}\n${head}`) });
  traffic.said.push({
    where: `request to ${path}`,
    bytes: new Uint8Array(await request.arrayBuffer()),
  });
}

function missing(): never {
  throw new Error("the journey lacks something");
}
