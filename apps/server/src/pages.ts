import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { policyOf } from "./headers.ts";

/** Answers a path of the built page, or undefined where there is none. */
export type Pages = (path: string) => Promise<Response | undefined>;

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".map": "application/json",
  ".pdf": "application/pdf",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".woff2": "font/woff2",
};

/**
 * Serves the files that lie in `folder` now, and no other path: the list is made
 * once, so nothing a request names can lead elsewhere. A path without a file and
 * without an extension is a place inside the page and gets `index.html`.
 * @returns undefined when the page has not been built
 */
export async function openPages(folder: string): Promise<Pages | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [
        `/${file
          .slice(folder.length + 1)
          .split(sep)
          .join("/")}`,
        file,
      ]),
  );
  if (!files.has("/index.html")) return undefined;
  return async (path) => {
    if (path.startsWith("/v1/")) return undefined;
    const name = files.has(path) || extname(path) !== "" ? path : "/index.html";
    const file = files.get(name);
    if (file === undefined) return undefined;
    return new Response(await readFile(file), {
      headers: {
        "content-type": TYPES[extname(name)] ?? "application/octet-stream",
        "content-security-policy": policyOf(name),
        // The build names what lies in assets/ after its content.
        "cache-control": name.startsWith("/assets/")
          ? "public, max-age=31536000, immutable"
          : "no-cache",
      },
    });
  };
}
