import { goneOn, type Job } from "./jobs.ts";
import { takeInHand } from "./sealing.ts";
import { VaultError } from "./vault-error.ts";

/** Seals one file and adds it. @returns what came of it */
type Seal = (
  job: Job,
  progress: (share: number) => void,
) => Promise<Required<Pick<Job, "documents" | "people">>>;

/**
 * Files on their way into the record, one after the other, whatever page stands by now. What is done
 * stays until somebody has seen it, what failed until they try again or leave it out; what is cut off
 * by the end of a session waits for the same account.
 */
export class Files {
  readonly #seal: Seal;
  readonly #changed = new EventTarget();
  #jobs: readonly Job[] = [];
  #running: Promise<void> = Promise.resolve();
  #last = 0;
  #account: string | undefined;

  constructor(seal: Seal) {
    this.#seal = seal;
  }

  readonly jobs = (): readonly Job[] => this.#jobs;

  readonly watch = (look: () => void): (() => void) => {
    this.#changed.addEventListener("changed", look);
    return () => this.#changed.removeEventListener("changed", look);
  };

  /** Each is called what is said here. */
  take(files: readonly { readonly file: File; readonly title: string }[]): void {
    const fresh = files.map(({ file, title }): Job => {
      this.#last += 1;
      return { key: this.#last, file, title, progress: undefined, state: "waiting" };
    });
    this.#set([...this.#jobs, ...fresh]);
    for (const job of fresh) this.#begin(job);
  }

  /** What is in the record by now was seen. */
  clear(): void {
    this.#set(this.#jobs.filter(({ state }) => state !== "done"));
  }

  /** What failed is tried once more, behind whatever waits. */
  again(failed: number): void {
    const job = this.#jobs.find(({ key, state }) => key === failed && state === "failed");
    if (job === undefined) return;
    this.leaveOut(failed);
    this.take([job]);
  }

  /** What failed is not wanted any more. */
  leaveOut(failed: number): void {
    this.#set(this.#jobs.filter(({ key, state }) => key !== failed || state !== "failed"));
  }

  /** Nothing of it is to be gone on with. */
  drop(): void {
    this.#set([]);
  }

  /** This account stands at the door, or is open: nobody else's files are there any more. */
  belongTo(account: string): void {
    if (account !== this.#account) this.drop();
    this.#account = account;
  }

  /** The account was opened, again or for the first time. */
  opened(): void {
    const jobs = goneOn(this.#jobs);
    this.#set(jobs);
    for (const job of jobs) if (job.state === "waiting") this.#begin(job);
  }

  #begin(job: Job): void {
    this.#running = takeInHand(this.#running.then(() => this.#sealOne(job)));
  }

  async #sealOne({ key }: Job): Promise<void> {
    const job = this.#jobs.find((each) => each.key === key);
    if (job?.state !== "waiting") return;
    this.#change(key, { state: "sealing" });
    try {
      const made = await this.#seal(job, (progress) => this.#change(key, { progress }));
      this.#change(key, { state: "done", ...made });
    } catch (error) {
      const known = error instanceof VaultError ? error : new VaultError({ code: "internal" });
      this.#change(key, { state: "failed", error: known });
    }
  }

  #change(key: number, change: Partial<Job>): void {
    this.#set(this.#jobs.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }

  #set(jobs: readonly Job[]): void {
    this.#jobs = jobs;
    this.#changed.dispatchEvent(new Event("changed"));
  }
}

/** Whether a file is being sealed, or waits for it. */
export function isInHand({ state }: Job): boolean {
  return state === "waiting" || state === "sealing";
}
