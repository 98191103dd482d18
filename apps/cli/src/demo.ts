import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Account, ClientError, type Contact, signIn, signUp } from "@ecrin/client";
import { CommandError } from "./exit.ts";
import { Home } from "./home.ts";
import { mediaTypeOf } from "./media-type.ts";
import { sampleFiles } from "./samples/files.ts";
import { DOCTOR, PATIENT } from "./samples/people.ts";
import { parseWhen } from "./when.ts";

/** An invented person, and how to sign in as them. */
export interface DemoPerson {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  /** The kit's text. */
  readonly kit: string;
  /** The folder that `--home` takes. */
  readonly home: string;
}

export interface Demo {
  readonly server: string;
  readonly people: readonly [patient: DemoPerson, doctor: DemoPerson];
  readonly share: {
    readonly from: string;
    readonly with: string;
    readonly documents: number;
    readonly until: number;
  };
}

const PEOPLE = [
  { name: PATIENT.name, address: PATIENT.address, folder: "camille" },
  { name: DOCTOR.name, address: DOCTOR.address, folder: "roche" },
] as const;

/** What is shared, by what its file is called. */
const SHARED = /^(analyses|ordonnance|echographie)/;

/**
 * An invented patient and an invented doctor on a server: accounts, sample
 * documents, a share until tomorrow, one of them opened. What was made before
 * is kept; a share that has ended is made again.
 * @param homeDir a folder of its own; it holds the invented people's passwords and kits
 */
export async function makeDemo(serverUrl: string, homeDir: string): Promise<Demo> {
  const folder = resolve(homeDir);
  const people = (await knownPeople(serverUrl, folder)) ?? (await makePeople(serverUrl, folder));
  const [patient, doctor] = people;
  const share = await withAccount(serverUrl, patient, (camille) =>
    withAccount(serverUrl, doctor, (roche) => sharedUntilTomorrow(camille, roche)),
  );
  return { server: serverUrl, people, share: { from: patient.name, with: doctor.name, ...share } };
}

type People = readonly [patient: DemoPerson, doctor: DemoPerson];

/** The people made before, if this server still knows them. */
async function knownPeople(server: string, homeDir: string): Promise<People | undefined> {
  const people = await readPeople(homeDir);
  if (people === undefined) return undefined;
  try {
    for (const person of people) await withAccount(server, person, () => Promise.resolve());
    return people;
  } catch (error) {
    // A server whose data was thrown away, or another one: they are made again.
    if (error instanceof ClientError && error.code !== "offline") return undefined;
    throw error;
  }
}

async function makePeople(server: string, homeDir: string): Promise<People> {
  await rm(homeDir, { recursive: true, force: true });
  await mkdir(homeDir, { recursive: true, mode: 0o700 });
  const [patient, doctor] = PEOPLE;
  const people: People = [
    await makePerson(server, homeDir, patient),
    await makePerson(server, homeDir, doctor),
  ];
  const [camille, roche] = people;
  await withAccount(server, camille, (first) =>
    withAccount(server, roche, async (second) => {
      await meet(first, camille, second, roche);
      await addSamples(first);
    }),
  );
  await writePeople(homeDir, people);
  return people;
}

async function makePerson(
  server: string,
  homeDir: string,
  { name, address, folder }: (typeof PEOPLE)[number],
): Promise<DemoPerson> {
  const home = join(homeDir, folder);
  const password = inventPassword();
  const store = await new Home(home).store();
  try {
    const { account, kit } = await signUp({ server, address, name, password, store });
    await new Home(home).keepServer(server);
    await account.lock();
    return { name, address, password, kit: kit.text(), home };
  } finally {
    await store.close();
  }
}

/** Sixteen characters of 32, in groups that can be read aloud. */
function inventPassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789x";
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const text = Array.from(bytes, (byte) => alphabet.charAt(byte & 31)).join("");
  return text.replace(/(.{4})(?=.)/g, "$1-");
}

/** As two people do who sit at the same table: invitation, answer, codes compared. */
async function meet(first: Account, camille: DemoPerson, second: Account, roche: DemoPerson) {
  const invitation = await first.contacts().invite(roche.address, roche.name);
  const { received } = await second.contacts().invitations();
  if (received.some((each) => each.invitation === invitation)) {
    await second.contacts().accept(invitation, camille.name);
    await first.contacts().invitations();
  }
  await first.contacts().verify(await second.contacts().code(), roche.name);
  await second.contacts().verify(await first.contacts().code(), camille.name);
}

async function addSamples(account: Account): Promise<void> {
  const record = await account.record();
  for (const { name, bytes } of await sampleFiles()) {
    if (name.endsWith(".json")) {
      await record.importBundle(JSON.parse(new TextDecoder().decode(bytes)));
    } else {
      const mediaType = mediaTypeOf(name, bytes);
      const date = /\d{4}-\d{2}-\d{2}/.exec(name)?.[0];
      const dated = date === undefined ? {} : { date };
      await record.add({ title: name, mediaType, content: bytes, ...dated });
    }
  }
}

/** The share that stands, or a new one; the doctor opens one document of a new one. */
async function sharedUntilTomorrow(
  camille: Account,
  roche: Account,
): Promise<{ documents: number; until: number }> {
  const record = await camille.record();
  const standing = (await record.shares()).find(
    ({ recipient, ended, until }) =>
      recipient === roche.id && ended === undefined && until > Date.now(),
  );
  if (standing !== undefined) {
    return { documents: standing.links.count, until: standing.until };
  }
  const until = parseWhen("tomorrow", Date.now()) ?? Date.now();
  const items = (await record.list()).filter(({ metadata }) => SHARED.test(metadata.title));
  const share = await record.share({
    with: contactOf(camille, roche).account,
    items: items.map(({ revision }) => revision),
    until,
    note: "Pour notre rendez-vous de demain.",
  });
  const view = (await roche.sharedWithMe()).find((each) => each.share === share);
  await view?.sync();
  const [first] = view?.items ?? [];
  if (first !== undefined) await view?.open(first.fact.revision);
  return { documents: items.length, until };
}

function contactOf(account: Account, other: Account): Contact {
  const contact = account.contacts().get(other.id);
  if (contact === undefined) throw new CommandError("contact-unknown", other.name);
  return contact;
}

async function withAccount<T>(
  server: string,
  { home, password }: DemoPerson,
  work: (account: Account) => Promise<T>,
): Promise<T> {
  const store = await new Home(home).store();
  try {
    const account = await signIn({ server, password, store });
    const result = await work(account);
    await account.lock();
    return result;
  } finally {
    await store.close();
  }
}

const FILE = "people.json";

async function readPeople(homeDir: string): Promise<People | undefined> {
  try {
    const [patient, doctor]: unknown[] = JSON.parse(await readFile(join(homeDir, FILE), "utf8"));
    return isPerson(patient) && isPerson(doctor) ? [patient, doctor] : undefined;
  } catch {
    return undefined; // Not there, or not whole: they are made again.
  }
}

async function writePeople(homeDir: string, people: People): Promise<void> {
  const path = join(homeDir, FILE);
  await writeFile(`${path}.new`, JSON.stringify(people), { mode: 0o600 });
  await rename(`${path}.new`, path);
}

function isPerson(value: unknown): value is DemoPerson {
  return (
    typeof value === "object" &&
    value !== null &&
    ["name", "address", "password", "kit", "home"].every(
      (field) => typeof Reflect.get(value, field) === "string",
    )
  );
}
