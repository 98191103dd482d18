// Stops processes and lets them go on again and again, so that they run one part of the time; ends,
// and leaves them running, when the parent lets go.

import process from "node:process";

/** Milliseconds that they run at a stretch: short beside all that is measured. */
const RUNS = 4;

const { pids, factor }: { readonly pids: readonly number[]; readonly factor: number } = JSON.parse(
  process.argv[2] ?? "{}",
);
const never = new Int32Array(new SharedArrayBuffer(4));

function toEach(signal: "SIGSTOP" | "SIGCONT"): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended.
    }
  }
}

function turn(): void {
  toEach("SIGSTOP");
  Atomics.wait(never, 0, 0, RUNS * (factor - 1));
  toEach("SIGCONT");
  timer = setTimeout(turn, RUNS);
}

let timer: ReturnType<typeof setTimeout> = setTimeout(turn, 0);
process.once("disconnect", () => {
  clearTimeout(timer);
  toEach("SIGCONT");
});
process.send?.("slow");
