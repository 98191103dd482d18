/** One side of an exchange, as bytes. */
export interface Said {
  readonly where: string;
  readonly bytes: Uint8Array;
}

/** A network that keeps everything that goes through it: address, headers and body, both ways. */
export class RecordingNetwork {
  readonly said: Said[] = [];

  readonly fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname;
    const name = `${request.method} ${path}`;
    this.#keep(`request to ${name}`, await headOf(request), request.url);
    this.#keep(`request to ${name}`, new Uint8Array(await request.clone().arrayBuffer()));
    const answer = await fetch(request);
    this.#keep(`answer of ${name}`, await headOf(answer));
    this.#keep(`answer of ${name}`, new Uint8Array(await answer.clone().arrayBuffer()));
    return answer;
  };

  #keep(where: string, ...parts: readonly (string | Uint8Array)[]): void {
    for (const part of parts) {
      const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
      this.said.push({ where, bytes });
    }
  }
}

function headOf({ headers }: Request | Response): Promise<string> {
  return Promise.resolve([...headers].map((line) => line.join(": ")).join("\n"));
}
