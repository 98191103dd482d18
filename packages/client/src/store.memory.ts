import type { Bytes } from "@ecrin/protocol";
import type { RawStore } from "./store.ts";

/** A store that lasts as long as the process: for scripts and tests. */
export function memoryStore(): RawStore {
  const values = new Map<string, Bytes>();
  return {
    get: (name) => Promise.resolve(values.get(name)?.slice()),
    write(changes) {
      for (const { name, value } of changes) {
        if (value === undefined) values.delete(name);
        else values.set(name, value.slice());
      }
      return Promise.resolve();
    },
    async *entries(prefix) {
      const names = [...values.keys()].filter((name) => name.startsWith(prefix)).sort();
      for (const name of names) {
        const value = values.get(name);
        if (value !== undefined) yield await Promise.resolve([name, value.slice()] as const);
      }
    },
    close: () => Promise.resolve(),
  };
}
