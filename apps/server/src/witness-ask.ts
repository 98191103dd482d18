import {
  type AddCheckpoint,
  formatAddCheckpoint,
  ProtocolError,
  parseSeenSize,
  SIZE_TYPE,
} from "@ecrin/protocol";
import { type Asking, takeBytes } from "./anchor-ask.ts";

/** What a witness said to a checkpoint (C2SP tlog-witness, add-checkpoint). */
export type WitnessAnswer =
  /** Lines, not checked yet. */
  | { readonly kind: "lines"; readonly text: string }
  /** It has seen the log at another size than the request goes on from. */
  | { readonly kind: "seen"; readonly size: number }
  /** The checkpoint does not go on from what it has seen. */
  | { readonly kind: "refused" }
  /** It does not know this log, or this key of it. */
  | { readonly kind: "unknown" }
  /** No connection, no answer in time, too much of one, or none of those above. */
  | { readonly kind: "unreachable" };

const MOST_BYTES = 65_536;

/** One request to a witness, bounded in time and size, following nobody elsewhere. It never throws. */
export async function askWitness(
  { fetch: get, timeoutMs }: Asking,
  url: string,
  request: AddCheckpoint,
): Promise<WitnessAnswer> {
  try {
    const answer = await get(`${url}/add-checkpoint`, {
      method: "POST",
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      headers: { "content-type": "text/plain; charset=utf-8" },
      body: formatAddCheckpoint(request),
    });
    const text = Buffer.from(await takeBytes(answer, MOST_BYTES)).toString("utf8");
    const type = answer.headers.get("content-type") ?? "";
    return answerOf(answer.status, type, text);
  } catch {
    return { kind: "unreachable" };
  }
}

function answerOf(status: number, type: string, text: string): WitnessAnswer {
  if (status === 200) return { kind: "lines", text };
  if (status === 422) return { kind: "refused" };
  if (status === 403 || status === 404) return { kind: "unknown" };
  if (status !== 409 || type.split(";")[0]?.trim() !== SIZE_TYPE) return { kind: "unreachable" };
  try {
    return { kind: "seen", size: parseSeenSize(text) };
  } catch (error) {
    if (error instanceof ProtocolError) return { kind: "unreachable" };
    throw error;
  }
}
