import { Files } from "./files.ts";
import { ask } from "./vault.ts";

/** The files that somebody adds to their record. */
export const files = new Files(async ({ file, title }, progress) => {
  const { items, people } = await ask("add", { file, title }, (done, of) =>
    progress(of === 0 ? 1 : done / of),
  );
  return { documents: items.length, people };
});
