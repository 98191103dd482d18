// A device's disk and its line to the server, both of which fail as the dice say.

import { ClientError } from "@ecrin/client";
import type { Bytes } from "@ecrin/protocol";
import type { Random } from "../fuzz/random.ts";

/** The program was killed here. Nothing that was in memory is left. */
export class Crash extends Error {
  override readonly name = "Crash";
}

interface Change {
  readonly key: string;
  readonly value?: Bytes;
}

/** Kills the program at a step that was chosen before. */
export class Fuse {
  #left = Number.POSITIVE_INFINITY;

  light(steps: number): void {
    this.#left = steps;
  }

  out(): void {
    this.#left = Number.POSITIVE_INFINITY;
  }

  step(): void {
    this.#left -= 1;
    if (this.#left <= 0) {
      this.out();
      throw new Crash("the program was killed");
    }
  }
}

/** The local store without its seal: each write whole or not at all, and a program may die before or after it. */
export class Disk {
  readonly values = new Map<string, Bytes>();
  readonly #fuse: Fuse;

  constructor(fuse: Fuse) {
    this.#fuse = fuse;
  }

  get(key: string): Promise<Bytes | undefined> {
    return Promise.resolve(this.values.get(key));
  }

  async batch(changes: readonly Change[]): Promise<void> {
    await Promise.resolve();
    this.#fuse.step();
    for (const { key, value } of changes) {
      if (value === undefined) this.values.delete(key);
      else this.values.set(key, value);
    }
    this.#fuse.step();
  }

  async *entries(prefix: string): AsyncGenerator<readonly [string, Bytes], void, undefined> {
    const keys = [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort();
    for (const key of keys) {
      const value = this.values.get(key);
      if (value !== undefined) yield await Promise.resolve([key, value] as const);
    }
  }
}

/** One device's way to the server: cut, slow, deaf, or saying everything twice. */
export class Line {
  isCut = false;
  /** Whether the dice still decide; at the end of a simulation everything arrives. */
  isBad = true;
  /** What was said once and arrives a second time much later. */
  readonly late: (() => Promise<unknown>)[] = [];
  readonly #fuse: Fuse;
  readonly #chance: Random;

  constructor(fuse: Fuse, chance: Random) {
    this.#fuse = fuse;
    this.#chance = chance;
  }

  /** Whether the server has no room for this one, now. */
  isFull(): boolean {
    return this.isBad && this.#chance.once(12);
  }

  /** @param again whether the same request may arrive a second time, and when */
  async ask<T>(work: () => T | Promise<T>, again: "never" | "soon" | "late" = "never"): Promise<T> {
    this.#fuse.step();
    if (this.isCut || (this.isBad && this.#chance.once(10))) throw unreachable();
    if (this.isBad && again === "late" && this.#chance.once(4))
      this.late.push(async () => await work());
    const answer = await work();
    if (this.isBad && again !== "never" && this.#chance.once(6)) {
      await Promise.resolve(work()).catch(() => undefined);
    }
    if (this.isBad && this.#chance.once(8)) throw unreachable();
    this.#fuse.step();
    return answer;
  }
}

function unreachable(): ClientError {
  return new ClientError("offline", "the server cannot be reached");
}
