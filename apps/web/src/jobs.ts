import { isClosed, VaultError } from "./vault-error.ts";

/** A file on its way into the record. */
export interface Job {
  readonly key: number;
  readonly file: File;
  readonly title: string;
  readonly progress: number | undefined;
  readonly state: "waiting" | "sealing" | "done" | "failed";
  readonly error?: VaultError;
  /** How many documents came of it, and how many people they are about, where they say. */
  readonly documents?: number;
  readonly people?: number;
}

/**
 * What was being sealed when the session ended by itself waits to be sealed again. Of a bundle a part
 * may be in the record: that is for the person to look at.
 */
export function goneOn(jobs: readonly Job[]): readonly Job[] {
  return jobs.map((job) => {
    const { key, file, title, state, error } = job;
    if (state === "done" || (error !== undefined && !isClosed(error))) return job;
    return /\.json$/i.test(file.name)
      ? { ...job, state: "failed", error: new VaultError({ code: "broken-off" }) }
      : { key, file, title, progress: undefined, state: "waiting" };
  });
}
