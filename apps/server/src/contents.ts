import type { RevisionId, SpaceId } from "@ecrin/protocol";
import { openSpace } from "./access.ts";
import { answerStream } from "./answer-stream.ts";
import type { Broke, Call, Ground, Handlers, Session } from "./call.ts";
import { refuse } from "./problem.ts";

/** Ciphertexts of revisions, through the space they are in or a share that links them. */
export const contentHandlers: Handlers<"content" | "digests"> = { content, digests };

interface Kept {
  readonly length: number;
  readonly digests: Buffer;
  readonly content: Buffer | null;
  readonly upload: string | null;
}

async function content(call: Call<"content">): Promise<Response> {
  const kept = await find(call, call.params);
  const part = rangeOf(call.request.headers.get("range"), kept.length);
  const { start, end } = part ?? { start: 0, end: kept.length };
  const body =
    kept.upload === null
      ? new Uint8Array(kept.content?.subarray(start, end) ?? refuse("internal"))
      : streamOf(call.blobs.read(kept.upload, start, end), call.broke);
  return new Response(body, {
    status: part === undefined ? 200 : 206,
    headers: {
      "accept-ranges": "bytes",
      "content-length": String(end - start),
      "content-type": "application/octet-stream",
      ...(part === undefined
        ? {}
        : { "content-range": `bytes ${start}-${end - 1}/${kept.length}` }),
    },
  });
}

function streamOf(blob: ReadableStream<Uint8Array>, broke: Broke): ReadableStream<Uint8Array> {
  const reader = blob.getReader();
  return answerStream(
    () => reader.read(),
    () => reader.cancel(),
    broke,
  );
}

async function digests(call: Call<"digests">): Promise<Response> {
  const kept = await find(call, call.params);
  return new Response(new Uint8Array(kept.digests), {
    headers: {
      "content-length": String(kept.digests.length),
      "content-type": "application/octet-stream",
    },
  });
}

async function find(
  call: Ground & { readonly session: Session },
  { space, revision }: { space: SpaceId; revision: RevisionId },
): Promise<Kept> {
  const { ended } = await openSpace(call, space);
  if (ended) refuse("closed");
  const place = (await call.places.find(space, revision)) ?? refuse("not-found");
  const [row] = await call.sql<Kept[]>`
    select length, digests, content, upload from revision_contents
    where space = ${place.space} and index = ${place.index}`;
  return row ?? refuse("not-found");
}

/**
 * The one range asked for, `end` not included (RFC 9110 section 14.2). Several, or
 * another unit, are ignored, as a server may: the whole is sent.
 * @throws ServerError `malformed` for a range beyond the end
 */
function rangeOf(
  header: string | null,
  length: number,
): { start: number; end: number } | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return undefined;
  const suffix = from === "";
  const start = suffix ? Math.max(0, length - Number(to)) : Number(from);
  const end = suffix || to === "" ? length : Math.min(length, Number(to) + 1);
  return start < end ? { start, end } : refuse("malformed", "header.range");
}
