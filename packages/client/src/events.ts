import { ClientError } from "./errors.ts";

const MOST_LINE = 1024;

/**
 * The names of the events in a stream (WHATWG HTML, 9.2), `beat` for a comment. Data is not read:
 * nothing that a stream says is believed.
 * @throws ClientError `bad-answer` for a line that never ends
 */
export async function* eventsOf(
  parts: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  let name = "";
  for await (const part of parts) {
    rest += decoder.decode(part, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > MOST_LINE) throw new ClientError("bad-answer", "a line of events never ends");
    for (const line of lines) {
      if (line.startsWith(":")) yield "beat";
      else if (line.startsWith("event: ")) name = line.slice("event: ".length);
      else if (line === "" && name !== "") {
        yield name;
        name = "";
      }
    }
  }
}
