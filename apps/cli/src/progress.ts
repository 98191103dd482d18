import type { Progress } from "@ecrin/client";
import type { Invocation } from "./invocation.ts";
import { sizeIn } from "./shown.ts";

const EVERY_MS = 100;

/** A line that counts up on a terminal, and nothing anywhere else. */
export interface ProgressLine {
  readonly moved: Progress;
  /** Wipes the line. */
  done(): void;
}

/** @param unit what is counted: bytes, or things */
export function progressLine(
  { words, streams: { stderr: out } }: Invocation,
  label: string,
  unit: "bytes" | "things",
): ProgressLine {
  if (out.isTTY !== true) return { moved: () => undefined, done: () => undefined };
  const began = Date.now();
  let last = 0;
  return {
    moved(done, total) {
      const now = Date.now();
      if (now - last < EVERY_MS && done < total) return;
      last = now;
      const share = total === 0 ? 100 : Math.floor((100 * done) / total);
      const size =
        unit === "bytes"
          ? `${sizeIn(words, done)} / ${sizeIn(words, total)}`
          : `${done} / ${total}`;
      const seconds = (now - began) / 1000;
      const speed = unit === "bytes" && seconds > 1 ? `  ${sizeIn(words, done / seconds)}/s` : "";
      out.write(`\r\u001b[K${label}  ${share} %  ${size}${speed}`);
    },
    done() {
      out.write("\r\u001b[K");
    },
  };
}
