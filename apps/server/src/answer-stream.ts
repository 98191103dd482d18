import type { Broke } from "./call.ts";

type Part =
  | { readonly done: true; readonly value?: unknown }
  | { readonly done?: false; readonly value: Uint8Array };

/**
 * The body of an answer whose parts are made when they are asked for. Where one cannot be made that
 * is told here: what sends the body would print the error, with its message, and nothing else.
 * @param next the next part
 * @param leave called once nobody listens any more
 */
export function answerStream(
  next: () => Promise<Part>,
  leave: () => Promise<unknown>,
  broke: Broke,
): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const part = await next();
          if (part.done === true) controller.close();
          else controller.enqueue(part.value);
        } catch (error) {
          broke(error);
          controller.close();
        }
      },
      async cancel() {
        await leave();
      },
    },
    { highWaterMark: 0 },
  );
}
