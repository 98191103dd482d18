/** Why asking a source failed; shown with the anchor. */
export type AnchorErrorCode =
  /** No connection, no answer in time, or it says it cannot. */
  | "unreachable"
  /** It answers something else than was asked, or more than is taken. */
  | "bad-answer"
  /** The authority does not stamp this. */
  | "not-granted"
  /** What it gave does not hold. */
  | "does-not-hold"
  /** The header of the block does not hold, or is of another block than the proof leads to. */
  | "header-refused"
  /** No source of block headers is configured. */
  | "no-headers";

/** What taking a checkpoint to a source failed for; never a failure of the service. */
export class AnchorError extends Error {
  override readonly name = "AnchorError";
  readonly code: AnchorErrorCode;

  constructor(code: AnchorErrorCode, cause?: unknown) {
    super(code, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** How outside sources are asked. */
export interface Asking {
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
}

export const ASKING: Asking = { fetch, timeoutMs: 10_000 };
const MOST_BYTES = 65_536;

/** The same, until it is called off: what is asked then, or still waits, is `unreachable`. */
export function askingUntil(asking: Asking, ended: AbortSignal): Asking {
  return {
    get timeoutMs() {
      return asking.timeoutMs;
    },
    fetch: (url, init) => {
      const signals = [ended, ...(init?.signal == null ? [] : [init.signal])];
      return asking.fetch(url, { ...init, signal: AbortSignal.any(signals) });
    },
  };
}

/**
 * One request to a source: bounded in time and size, following nobody elsewhere.
 * @returns undefined for `404`
 * @throws AnchorError `unreachable`, `bad-answer`
 */
export async function askSource(
  { fetch: get, timeoutMs }: Asking,
  url: string,
  options: { body?: Uint8Array<ArrayBuffer>; type?: string; accept?: string; most?: number } = {},
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const { body, type, accept, most = MOST_BYTES } = options;
  try {
    const answer = await get(url, {
      method: body === undefined ? "GET" : "POST",
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        ...(type === undefined ? {} : { "content-type": type }),
        ...(accept === undefined ? {} : { accept }),
      },
      ...(body === undefined ? {} : { body }),
    });
    if (answer.status === 404) {
      await answer.body?.cancel();
      return undefined;
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      throw new AnchorError("unreachable");
    }
    return await takeBytes(answer, most);
  } catch (cause) {
    throw cause instanceof AnchorError ? cause : new AnchorError("unreachable", cause);
  }
}

/** The bytes of an answer, at most so many. @throws AnchorError `bad-answer` */
export async function takeBytes(answer: Response, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > most) throw new AnchorError("bad-answer");
    parts.push(part);
  }
  return new Uint8Array(Buffer.concat(parts));
}
