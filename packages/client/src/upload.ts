import { type SealedSegment, streamRoot } from "@ecrin/crypto";
import type { Bytes } from "@ecrin/protocol";
import { ClientError } from "./errors.ts";
import type { Http } from "./http.ts";

/** Told after each part: bytes done of bytes in all. */
export type Progress = (done: number, total: number) => void;

const PART = 8 * 1024 * 1024;
const TUS = { "Tus-Resumable": "1.0.0" };
const ATTEMPTS = 8;

/** A sealed stream on its way up. */
export interface Uploading {
  /** Path of the upload, from `beginUpload`. */
  readonly location: string;
  readonly segments: AsyncIterable<SealedSegment>;
  /** Bytes of the whole stream. */
  readonly length: number;
  readonly progress?: Progress;
}

/** Opens an upload of this many bytes (tus 1.0). @returns its path */
export async function beginUpload(http: Http, length: number): Promise<string> {
  const answer = await http.raw("POST", "/v1/uploads", { ...TUS, "Upload-Length": String(length) });
  const location = answer.headers.get("Location");
  if (answer.status !== 201 || location === null) {
    throw new ClientError("refused", "the server takes no upload");
  }
  return new URL(location, "http://path.invalid").pathname;
}

/** Whether the server still has the upload. */
export async function isUploadThere(http: Http, location: string): Promise<boolean> {
  try {
    offsetOf(await http.raw("HEAD", location, TUS));
    return true;
  } catch (error) {
    if (error instanceof ClientError && error.code === "offline") throw error;
    return false;
  }
}

/**
 * Uploads a sealed stream part by part, from where the server stands. A part
 * that did not arrive is sent again from memory, the very same bytes.
 * @returns the upload's id, and what the header says of the content
 */
export async function uploadSealed(
  http: Http,
  { location, segments, length, progress }: Uploading,
): Promise<{ upload: string; length: number; root: Bytes }> {
  const standing = offsetOf(await http.raw("HEAD", location, TUS));
  const digests: Bytes[] = [];
  const part = new Uint8Array(PART);
  let filled = 0;
  let sent = 0;
  const flush = async () => {
    if (sent + filled > standing) {
      const from = Math.max(sent, standing);
      await sendPart(http, location, from, part.subarray(from - sent, filled));
    }
    sent += filled;
    filled = 0;
    progress?.(sent, length);
  };
  for await (const { bytes, digest } of segments) {
    digests.push(digest.slice());
    for (let at = 0; at < bytes.length; ) {
      const some = bytes.subarray(at, at + PART - filled);
      part.set(some, filled);
      filled += some.length;
      at += some.length;
      if (filled === PART) await flush();
    }
  }
  if (filled > 0) await flush();
  if (sent !== length) {
    throw new ClientError("refused", "the sealed content is not as long as announced");
  }
  return {
    upload: location.slice(location.lastIndexOf("/") + 1),
    length,
    root: await streamRoot(digests),
  };
}

/** Sends one part from where the server says it stands, until all of it is there. */
async function sendPart(http: Http, location: string, offset: number, part: Bytes): Promise<void> {
  let at = offset;
  for (let attempt = 0; at < offset + part.length; attempt++) {
    try {
      at = await patch(http, location, at, part.subarray(at - offset));
    } catch (error) {
      if (!isOffline(error) || attempt >= ATTEMPTS) throw error;
      await pause(100 * 2 ** attempt);
      at = await standingOr(http, location, at);
    }
    if (at < offset || at > offset + part.length) {
      throw new ClientError("refused", "the upload is not where it should be");
    }
  }
}

async function patch(http: Http, location: string, at: number, bytes: Bytes): Promise<number> {
  const answer = await http.raw(
    "PATCH",
    location,
    { ...TUS, "Upload-Offset": String(at), "Content-Type": "application/offset+octet-stream" },
    bytes,
  );
  return offsetOf(answer);
}

async function standingOr(http: Http, location: string, otherwise: number): Promise<number> {
  try {
    return offsetOf(await http.raw("HEAD", location, TUS));
  } catch (error) {
    if (isOffline(error)) return otherwise;
    throw error;
  }
}

function isOffline(error: unknown): boolean {
  return error instanceof ClientError && error.code === "offline";
}

function offsetOf(answer: Response): number {
  const offset = Number(answer.headers.get("Upload-Offset") ?? Number.NaN);
  if (!answer.ok || !Number.isSafeInteger(offset)) {
    throw new ClientError("refused", "the server does not say where the upload stands");
  }
  return offset;
}

async function pause(milliseconds: number): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
}
