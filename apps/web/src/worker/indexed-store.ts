import type { RawStore } from "@ecrin/client";

// The device's local store in a browser: one table of IndexedDB, bytes under names. Its name and its
// binary keys are those that `level` gave it, so that what older versions wrote is found.

const DATABASE = "level-js-ecrin";
const TABLE = "ecrin";

/** Opens the store, and makes it where there is none. */
export async function indexedStore(): Promise<RawStore> {
  const database = await open();
  return {
    async get(name) {
      const table = database.transaction(TABLE).objectStore(TABLE);
      const value: unknown = await answerOf(table.get(keyOf(name)));
      return value instanceof Uint8Array ? new Uint8Array(value) : undefined;
    },
    async write(changes) {
      // Strict: what is said to be kept has reached the disk.
      const work = database.transaction(TABLE, "readwrite", { durability: "strict" });
      const table = work.objectStore(TABLE);
      for (const { name, value } of changes) {
        if (value === undefined) table.delete(keyOf(name));
        else table.put(value, keyOf(name));
      }
      await endOf(work);
    },
    async *entries(prefix) {
      const range = IDBKeyRange.bound(keyOf(prefix), keyOf(`${prefix}\uffff`), false, true);
      const table = database.transaction(TABLE).objectStore(TABLE);
      // Both are asked for before either is awaited: a transaction ends when nothing is asked of it.
      const asked = [table.getAllKeys(range), table.getAll(range)] as const;
      const [keys, values] = await Promise.all([answerOf(asked[0]), answerOf<unknown[]>(asked[1])]);
      for (const [i, key] of keys.entries()) {
        const value = values[i];
        if (key instanceof ArrayBuffer && value instanceof Uint8Array) {
          yield [new TextDecoder().decode(key), new Uint8Array(value)] as const;
        }
      }
    },
    close() {
      database.close();
      return Promise.resolve();
    },
  };
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    if (!request.result.objectStoreNames.contains(TABLE)) request.result.createObjectStore(TABLE);
  };
  return answerOf(request);
}

function keyOf(name: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(name);
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new DOMException("no answer"));
  });
}

function endOf(work: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    work.oncomplete = () => resolve();
    work.onabort = () => reject(work.error ?? new DOMException("nothing was written"));
  });
}
