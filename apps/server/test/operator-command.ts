import { execFile } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/log-main.ts", import.meta.url));

/** What `npm run log` said, and the code it ended with. */
export interface Said {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `npm run log -- …` as an operator does, for a data folder and, where it is named, a database.
 * This process goes on meanwhile: where the server is in it, that may hold what the command waits for.
 */
export async function operate(
  place: { readonly ECRIN_DATA: string; readonly DATABASE_URL?: string },
  ...args: readonly string[]
): Promise<Said> {
  const { DATABASE_URL: _, ...env } = process.env;
  return await new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", MAIN, ...args],
      { env: { ...env, ...place } },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : error.code;
        if (typeof status === "number") resolve({ status, stdout, stderr });
        else reject(error);
      },
    );
  });
}
