import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { NO_LIMITS, startServer } from "@ecrin/server";
import { Broken, codeOf } from "./case.ts";
import { journey } from "./journey.ts";

/** Our server, which a hostile one stands in front of. */
export interface Real {
  readonly url: string;
  /** Its folder: keys, blobs and database, for whoever wants to lie with them. */
  readonly dataDir: string;
}

/** What a file of somebody else's exports as `hostile`: what every client of the journey fetches by. */
export type Hostile = (real: Real) => typeof globalThis.fetch;

/** What came of the journey. */
export type Verdict =
  | { readonly kind: "honest" }
  | { readonly kind: "stopped"; readonly step: string; readonly code: string }
  | { readonly kind: "withheld"; readonly step: string; readonly what: string }
  | { readonly kind: "broken"; readonly step: string; readonly what: string };

/**
 * Runs the standard journey through the hostile server of a file.
 * @returns 0 where every promise held, 1 where one broke
 */
export async function runStranger(file: string, say: (line: string) => void): Promise<number> {
  const verdict = await judge(await hostileOf(file));
  if (verdict.kind === "honest") say("nothing attacked: everything came back exactly");
  if (verdict.kind === "stopped") say(`held: ${verdict.step} stopped with ${verdict.code}`);
  if (verdict.kind === "withheld") {
    say(
      `held as far as promised: ${verdict.step}: ${verdict.what} (true with an honest server only)`,
    );
  }
  if (verdict.kind === "broken") say(`BROKEN: ${verdict.step}: ${verdict.what}`);
  return verdict.kind === "broken" ? 1 : 0;
}

/** Runs the journey on a server of our own with `hostile` in front of it. */
export async function judge(hostile: Hostile): Promise<Verdict> {
  const dataDir = await mkdtemp(join(tmpdir(), "ecrin-stranger-"));
  const log: string[] = [];
  const server = await startServer({
    dataDir,
    port: 0,
    limits: NO_LIMITS,
    log: (line) => log.push(JSON.stringify(line)),
  });
  try {
    const { url } = server;
    const going = journey({ url, dataDir, log, fetch: hostile({ url, dataDir }) });
    let step = "start";
    try {
      for await (const next of going) {
        if (typeof next !== "string") return { kind: "withheld", step, what: next.withheld };
        step = next;
      }
    } catch (error) {
      const code = codeOf(error);
      if (code !== undefined) return { kind: "stopped", step, code };
      const what = error instanceof Error ? error.message : "failed";
      const said = error instanceof Broken ? what : `stopped by accident: ${what}`;
      return { kind: "broken", step, what: said };
    }
    return { kind: "honest" };
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function hostileOf(file: string): Promise<Hostile> {
  const found: unknown = await import(pathToFileURL(resolve(file)).href);
  const isModule = typeof found === "object" && found !== null && "hostile" in found;
  if (!isModule || typeof found.hostile !== "function") {
    throw new Error(`${file} does not export a function hostile`);
  }
  return found.hostile as Hostile;
}
