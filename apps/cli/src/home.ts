import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { levelStore, type RawStore } from "@ecrin/client";
import { given } from "./environment.ts";
import { CommandError } from "./exit.ts";

/** What the last list showed, so that `open 3` means its third line. Ids only: names stay sealed. */
export interface ListedLine {
  readonly space: string;
  readonly item: string;
  readonly revision: string;
  /** The share it was seen through. */
  readonly share?: string;
}

/** The folder of one person on this computer: the sealed store, the server's address, the last list. */
export class Home {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Opens the sealed store. @throws CommandError `home-busy` while another command has it, `file-unwritable`, `file-unreadable` */
  async store(): Promise<RawStore> {
    const store = join(this.folder, "store");
    try {
      await mkdir(store, { recursive: true, mode: 0o700 });
      // The home may be a folder that others look into: what is sealed under a password is not for guessing.
      await chmod(store, 0o700);
    } catch (cause) {
      throw new CommandError("file-unwritable", store, { cause });
    }
    try {
      return await levelStore(store);
    } catch (cause) {
      if (isLocked(cause)) throw new CommandError("home-busy", this.folder, { cause });
      throw new CommandError("file-unreadable", store, { cause });
    }
  }

  /** The server this home belongs to, from the first sign-up or sign-in on. */
  async server(): Promise<string | undefined> {
    const known = await this.#read("server.json");
    return isObject(known) && typeof known.server === "string" ? known.server : undefined;
  }

  async keepServer(server: string): Promise<void> {
    await this.#write("server.json", { server });
  }

  async lastList(): Promise<readonly ListedLine[]> {
    const known = await this.#read("last-list.json");
    return Array.isArray(known) ? known.filter(isListedLine) : [];
  }

  async keepList(lines: readonly ListedLine[]): Promise<void> {
    await this.#write("last-list.json", lines);
  }

  async #read(name: string): Promise<unknown> {
    try {
      return JSON.parse(await readFile(join(this.folder, name), "utf8"));
    } catch {
      return undefined; // Neither file is more than a convenience: without it the person is asked.
    }
  }

  async #write(name: string, value: unknown): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const path = join(this.folder, name);
    await writeFile(`${path}.new`, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
}

/** `--home`, or ECRIN_HOME, or a folder in the person's own. */
export function homeFolder(folder: string | undefined): string {
  return folder ?? given("ECRIN_HOME") ?? join(homedir(), ".ecrin-client");
}

/** Whether another process has it, by what LevelDB says behind the error. */
function isLocked(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return isObject(cause) && cause.code === "LEVEL_LOCKED";
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListedLine(value: unknown): value is ListedLine {
  return (
    isObject(value) &&
    ["space", "item", "revision"].every((name) => typeof value[name] === "string") &&
    (value.share === undefined || typeof value.share === "string")
  );
}
