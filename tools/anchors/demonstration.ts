// The authority and the calendar of a demonstration. What they are lies in a folder: the next start
// goes on with the same root, the same address and the promises that were given, so that what was
// pending is confirmed then.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type KeptAuthority, makeAuthority, openAuthority } from "@ecrin/timestamp/authority";
import { writeDurably } from "../../apps/server/src/durable.ts";
import { startAuthority } from "./authority.ts";
import { type Calendar, EASY_WORK, type KeptCalendar, startCalendar } from "./calendar.ts";

export interface Demonstration {
  /** The file of sources for ECRIN_ANCHORS (spec/anchor.md). */
  readonly file: string;
  readonly authority: string;
  readonly calendar: Calendar;
  stop(): Promise<void>;
}

const AUTHORITY = "authority.json";
const CALENDAR = "calendar.json";

export async function startDemonstration(folder: string): Promise<Demonstration> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = await read<KeptAuthority>(join(folder, AUTHORITY));
  const made =
    kept === undefined ? await makeAuthority("Écrin demonstration") : await openAuthority(kept);
  if (kept === undefined)
    await writeDurably(join(folder, AUTHORITY), JSON.stringify(await made.keep()));
  const calendar = await startKept(join(folder, CALENDAR));
  const authority = await startAuthority("", 0, made);
  await writeFile(join(folder, "root.der"), authority.root);
  const sources = {
    authorities: [{ name: "demonstration", url: authority.url, roots: ["root.der"] }],
    calendars: [calendar.url],
    headers: calendar.headers,
    demonstration: { leastWork: Number(EASY_WORK) },
  };
  const file = join(folder, "anchors.json");
  await writeFile(file, JSON.stringify(sources, undefined, 2));
  return {
    file,
    authority: authority.url,
    calendar,
    async stop() {
      await Promise.all([authority, calendar].map((each) => each.stop()));
    },
  };
}

/** The calendar that was kept, at its address: only there is it asked for what it has promised. */
async function startKept(file: string): Promise<Calendar> {
  const kept = await read<KeptCalendar>(file);
  let writing = Promise.resolve();
  const keep = (now: KeptCalendar) => {
    // One after the other; what one could not write is in the next.
    writing = writing.catch(() => undefined).then(() => writeDurably(file, JSON.stringify(now)));
    return writing;
  };
  const calendar = await startCalendar(kept, keep).catch((error: NodeJS.ErrnoException) => {
    if (kept === undefined || error.code !== "EADDRINUSE") throw error;
    const where = `127.0.0.1:${kept.port}`;
    throw new Error(
      `Something else listens on ${where}, where the calendar of this demonstration promised to be. End that, or remove ${file} to begin anew: what was pending then stays so.`,
      { cause: error },
    );
  });
  return {
    ...calendar,
    async stop() {
      await calendar.stop();
      await writing.catch(() => undefined);
    },
  };
}

async function read<T>(file: string): Promise<T | undefined> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return undefined;
  });
  return text === undefined ? undefined : (JSON.parse(text) as T);
}
