import { ProtocolError, parseTilePath, type Tile } from "@ecrin/protocol";
import { listAnchors } from "./anchors.ts";
import type { Ground, Handlers } from "./call.ts";
import { listEpochs } from "./epochs.ts";
import { refuse } from "./problem.ts";

/** The tree and its keys, for anybody (spec/log.md). */
export const logHandlers: Handlers<
  "log" | "logInclusion" | "logConsistency" | "logEpochs" | "logAnchors"
> = {
  async log({ log, logKeys }) {
    const latest = await log.latest();
    return {
      log: log.id,
      first: logKeys.first,
      keys: [...logKeys.statements],
      size: latest?.size ?? 0,
      ...(latest === undefined ? {} : { checkpoint: latest.note }),
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
    return { configured, demonstration, anchors: await listAnchors(sql, before, limit) };
  },
};

const IMMUTABLE = "public, max-age=31536000, immutable";

/** Answers below `/log/` as tlog-tiles has it: the checkpoint, and tiles that never change. */
export async function answerLogFile({ log }: Pick<Ground, "log">, path: string): Promise<Response> {
  if (path === "checkpoint") {
    const latest = (await log.latest()) ?? refuse("not-found");
    return new Response(latest.note, {
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
