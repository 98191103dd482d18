import { readdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** Texts and WebAssembly; images, fonts and PDF are compressed already. */
const COMPRESSIBLE = new Set([
  ".css",
  ".html",
  ".js",
  ".json",
  ".map",
  ".svg",
  ".txt",
  ".wasm",
  ".webmanifest",
]);
/** Below it the headers cost more than is gained. */
const LEAST = 1024;

/** Of 11: what is above takes ten times as long, at somebody's first start, for a few in a hundred. */
const QUALITY = 9;

const brotli = (bytes: Buffer) =>
  promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } });

/** The forms a file of the page is kept in beside its own, by what HTTP calls them, best first. */
export const FORMS = {
  br: { ending: ".br", compress: brotli },
  gzip: { ending: ".gz", compress: (bytes: Buffer) => promisify(gzip)(bytes, { level: 9 }) },
} as const;

/** Puts the compressed forms beside the files of a built page; those that are there already stay. */
export async function compressPage(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !COMPRESSIBLE.has(extname(entry.name))) continue;
    const file = join(entry.parentPath, entry.name);
    const bytes = await readFile(file);
    if (bytes.length < LEAST) continue;
    for (const { ending, compress } of Object.values(FORMS)) {
      if (await isThere(file + ending)) continue;
      // Whole under its name, or not there.
      await writeFile(`${file}${ending}.part`, await compress(bytes));
      await rename(`${file}${ending}.part`, file + ending);
    }
  }
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
