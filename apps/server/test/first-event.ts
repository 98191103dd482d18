import assert from "node:assert/strict";

/** An event as it stands on the line (WHATWG HTML, 9.2), every field of it as text. */
export type StreamEvent = Readonly<Record<string, string>>;

const PATIENCE_MS = 10_000;

/** Waits for the first event of a stream, then hangs up. A time to retry and comments are no events. */
export async function firstEvent({ body }: Response): Promise<StreamEvent> {
  assert.ok(body !== null, "the stream has no body");
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const patience = setTimeout(() => void reader.cancel().catch(() => undefined), PATIENCE_MS);
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) assert.fail(`the stream told no event, but ${JSON.stringify(text)}`);
      text += value;
      // What follows the last empty line has not come whole yet.
      const events = text.split("\n\n").slice(0, -1).map(fieldsOf);
      const first = events.find((fields) => Object.hasOwn(fields, "data"));
      if (first !== undefined) return first;
    }
  } finally {
    clearTimeout(patience);
    await reader.cancel();
  }
}

/** @throws AssertionError for a field that comes twice: nothing of ours is told in two lines */
function fieldsOf(block: string): StreamEvent {
  const fields: Record<string, string> = {};
  for (const line of block.split("\n")) {
    if (line.startsWith(":")) continue;
    const [, name = "", value = ""] = /^([a-z]+)(?:: ?(.*))?$/.exec(line) ?? [];
    assert.ok(name !== "" && !Object.hasOwn(fields, name), `what is ${line}`);
    fields[name] = value;
  }
  return fields;
}
