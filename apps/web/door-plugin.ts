import { existsSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { createCompiledCatalog, getCatalogs } from "@lingui/cli/api";
import type { Plugin } from "vite";

type Catalogs = Parameters<typeof getCatalogs>[0];

const NAME = "virtual:door-words-";
/** What is imported whenever the file is: no types, and nothing that is fetched later. */
const STATIC = /^(?:import|export)\s+(?!type\b)(?:[^;]*?\sfrom\s+)?"(\.[^"]+\.tsx?)";/gm;

/**
 * The page's own files that are fetched before its door stands, by their names from `root` on: what
 * `main.tsx` imports, and what that imports, as long as nothing puts it off.
 */
export function doorFiles(root: string): ReadonlySet<string> {
  const files = new Set<string>();
  const take = (file: string) => {
    const name = relative(root, file);
    if (files.has(name)) return;
    if (!existsSync(file)) throw new Error(`${name} is imported and not there`);
    files.add(name);
    for (const [, imported = ""] of readFileSync(file, "utf8").matchAll(STATIC))
      take(join(dirname(file), imported));
  };
  take(join(root, "src/main.tsx"));
  return files;
}

/** The words of these files in one language, as the page takes them in. */
async function doorWords(root: string, catalogs: Catalogs, language: string): Promise<string> {
  const files = doorFiles(root);
  const said: Record<string, string> = {};
  for (const catalog of await getCatalogs(catalogs)) {
    for (const [id, message] of Object.entries((await catalog.read(language)) ?? {})) {
      const isSaid = message.origin?.some(([file]) => files.has(file)) ?? false;
      // The whole catalogue refuses the build where a translation is missing.
      if (isSaid) said[id] = message.translation ?? "";
    }
  }
  if (Object.keys(said).length === 0) throw new Error(`the door says nothing in ${language}`);
  const { source, errors } = createCompiledCatalog(language, said, { namespace: "es" });
  if (errors.length > 0) throw new AggregateError(errors, "a text cannot be compiled");
  return source;
}

/** `virtual:door-words-fr`: of a language only what the door says; all the rest comes later. */
export function doorPlugin(root: string, catalogs: Catalogs): Plugin {
  return {
    name: "door-words",
    resolveId: (source) => (source.startsWith(NAME) ? `\0${source}.js` : undefined),
    async load(id) {
      if (!id.startsWith(`\0${NAME}`)) return;
      return await doorWords(root, catalogs, id.slice(NAME.length + 1, -".js".length));
    },
  };
}
