import {
  formatVerifierKey,
  neededOf,
  originOf,
  ProtocolError,
  parseTilePath,
  type Tile,
} from "@ecrin/protocol";
import { listAnchors } from "./anchors.ts";
import type { Ground, Handlers } from "./call.ts";
import { listWitnesses, newestWitnessed, withCosignatures } from "./cosigned.ts";
import { listEpochs } from "./epochs.ts";
import { refuse } from "./problem.ts";

/** The tree and its keys, for anybody (spec/log.md). */
export const logHandlers: Handlers<
  "log" | "logInclusion" | "logConsistency" | "logEpochs" | "logAnchors" | "logWitnesses"
> = {
  async log({ sql, log, logKeys, witnesses }) {
    const latest = await log.latest();
    return {
      log: log.id,
      first: logKeys.first,
      keys: [...logKeys.statements],
      size: latest?.size ?? 0,
      ...(latest === undefined
        ? {}
        : { checkpoint: await withCosignatures(sql, latest, witnesses) }),
      ...(logKeys.ended.length === 0 ? {} : { ended: [...logKeys.ended] }),
    };
  },
  async logInclusion({ log, query: { index, size } }) {
    return { index, size, hashes: (await log.inclusion(index, size)) ?? refuse("not-found") };
  },
  async logConsistency({ log, query: { from, to } }) {
    return { from, to, hashes: (await log.consistency(from, to)) ?? refuse("not-found") };
  },
  async logEpochs({ sql, log, query: { from } }) {
    return { epochs: await listEpochs(sql, from, (await log.latest())?.size ?? 0) };
  },
  async logAnchors({ sql, sources, query: { before, limit } }) {
    const { authorities, calendars, demonstration } = sources;
    const configured = authorities.length + calendars.length > 0;
    return { configured, demonstration, anchors: await listAnchors(sql, sources, before, limit) };
  },
  async logWitnesses({ sql, log, logKeys, witnesses }) {
    const witnessed = await newestWitnessed(sql, witnesses, log.from + 1);
    return {
      vkey: formatVerifierKey({ name: originOf(log.id), type: 1, key: logKeys.signer.key }),
      needed: neededOf(witnesses),
      witnesses: await listWitnesses(sql, witnesses),
      ...(witnessed === undefined ? {} : { witnessed: witnessed.note }),
    };
  },
};

const IMMUTABLE = "public, max-age=31536000, immutable";

/** Answers below `/log/` as tlog-tiles has it: the checkpoint, and tiles that never change. */
export async function answerLogFile(
  { sql, log, witnesses }: Pick<Ground, "sql" | "log" | "witnesses">,
  path: string,
): Promise<Response> {
  if (path === "checkpoint") {
    const latest = (await log.latest()) ?? refuse("not-found");
    return new Response(await withCosignatures(sql, latest, witnesses), {
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-cache" },
    });
  }
  const tile = path.startsWith("tile/") ? readTile(path.slice("tile/".length)) : undefined;
  const bytes = tile === undefined ? undefined : await log.tile(tile);
  return new Response(bytes ?? refuse("not-found"), {
    headers: { "content-type": "application/octet-stream", "cache-control": IMMUTABLE },
  });
}

function readTile(path: string): Tile | undefined {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}
