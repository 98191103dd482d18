import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./server.ts", import.meta.url));

/** What is killed in a round. */
export const KILLS = ["server", "database", "both"] as const;
export type Kill = (typeof KILLS)[number];

/** A server in a process of its own, on one data folder and one port, that can be killed and comes back. */
export class Victim {
  readonly #dataDir: string;
  #port = 0;
  #child: ChildProcess | undefined;

  constructor(dataDir: string) {
    this.#dataDir = dataDir;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Starts it, or starts it again on the port it had. @returns milliseconds until it answered */
  async start(): Promise<number> {
    const began = performance.now();
    const args = [
      "--disable-warning=ExperimentalWarning",
      SCRIPT,
      this.#dataDir,
      String(this.#port),
    ];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      child.once("exit", (code) =>
        reject(new Error(`the server ended with ${code} before it was ready`)),
      );
      createInterface({ input: child.stdout }).on("line", (line) => {
        const port = /^ready (\d+)$/.exec(line)?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    return performance.now() - began;
  }

  /** kill -9, of the server, of its database, or of both at once. */
  async kill(what: Kill): Promise<void> {
    const child = this.#child;
    const gone = new Promise<void>((resolve) => child?.once("exit", () => resolve()));
    const database = what === "server" ? undefined : await this.#databasePid();
    if (database !== undefined) signal(database);
    if (what === "database") return;
    child?.kill("SIGKILL");
    await gone;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGTERM");
    await gone;
  }

  async #databasePid(): Promise<number | undefined> {
    try {
      const file = await readFile(join(this.#dataDir, "postgres", "postmaster.pid"), "utf8");
      return Number(file.split("\n")[0]);
    } catch {
      return undefined;
    }
  }
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    // It may have ended by itself between the two.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
