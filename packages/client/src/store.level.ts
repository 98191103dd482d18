import type { RawStore } from "./store.ts";

/**
 * A store on disk: LevelDB in Node, where `location` is a folder, and IndexedDB
 * in browsers, where it is the database's name. One process has it at a time.
 */
export async function levelStore(location: string): Promise<RawStore> {
  const { Level } = await import("level");
  const level = new Level<string, Uint8Array>(location, {
    keyEncoding: "utf8",
    valueEncoding: "view",
  });
  await level.open();
  return {
    async get(name) {
      const value: Uint8Array | undefined = await level.get(name);
      return value === undefined ? undefined : new Uint8Array(value);
    },
    async write(changes) {
      await level.batch(
        changes.map(({ name, value }) =>
          value === undefined
            ? ({ type: "del", key: name } as const)
            : ({ type: "put", key: name, value } as const),
        ),
        // LevelDB writes through to the disk; IndexedDB does not know the option.
        { sync: true } as object,
      );
    },
    async *entries(prefix) {
      // Names are ASCII, so U+FFFF comes after every one that begins with the prefix.
      for await (const [name, value] of level.iterator({ gte: prefix, lt: `${prefix}\uffff` })) {
        yield [name, new Uint8Array(value)] as const;
      }
    },
    close: () => level.close(),
  };
}
