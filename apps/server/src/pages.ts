import { hash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { policyOf } from "./headers.ts";
import { FORMS } from "./page-compress.ts";

/** Answers a path of the built page, or undefined where there is none. */
export type Pages = (path: string, asking: Asking) => Promise<Response | undefined>;

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

/** What a browser says of what it takes and has. */
export interface Asking {
  readonly acceptEncoding: string | undefined;
  readonly ifNoneMatch: string | undefined;
}

interface Kept {
  readonly file: string;
  /** Compressed forms, best first, by what HTTP calls them. */
  readonly forms: readonly (readonly [encoding: string, file: string])[];
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the file, shortened; a compressed form has its own, RFC 9110 section 8.8.3. */
  readonly tag: string;
}

/**
 * Serves the files that lie in `folder` now, and no other path: the list is made
 * once, so nothing a request names can lead elsewhere. A path without a file and
 * without an extension is a place inside the page and gets `index.html`.
 * @returns undefined when the page has not been built
 */
export async function openPages(folder: string): Promise<Pages | undefined> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const found = new Set(
    entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)),
  );
  const files = new Map<string, Kept>();
  for (const file of found) {
    const name = `/${file
      .slice(folder.length + 1)
      .split(sep)
      .join("/")}`;
    files.set(name, await keep(name, file, found));
  }
  if (!files.has("/index.html")) return undefined;
  return async (path, asking) => {
    if (path.startsWith("/v1/")) return undefined;
    const kept = files.get(files.has(path) || extname(path) !== "" ? path : "/index.html");
    return kept === undefined ? undefined : await answer(kept, asking);
  };
}

async function keep(name: string, file: string, found: ReadonlySet<string>): Promise<Kept> {
  const forms = Object.entries(FORMS).flatMap(([encoding, { ending }]) =>
    found.has(file + ending) ? [[encoding, file + ending] as const] : [],
  );
  return {
    file,
    forms,
    tag: hash("sha256", await readFile(file), "base64url").slice(0, 22),
    headers: {
      "content-type": TYPES[extname(name)] ?? "application/octet-stream",
      "content-security-policy": policyOf(name),
      // The build names what lies in assets/ after its content.
      "cache-control": name.startsWith("/assets/")
        ? "public, max-age=31536000, immutable"
        : "no-cache",
      ...(forms.length === 0 ? {} : { vary: "accept-encoding" }),
    },
  };
}

async function answer({ file, forms, tag, headers }: Kept, asking: Asking): Promise<Response> {
  const [encoding, form] =
    forms.find(([each]) => accepts(asking.acceptEncoding, each)) ?? ([undefined, file] as const);
  const etag = encoding === undefined ? `"${tag}"` : `"${tag}-${encoding}"`;
  if (names(asking.ifNoneMatch, etag)) {
    return new Response(null, { status: 304, headers: { ...headers, etag } });
  }
  const coded = encoding === undefined ? {} : { "content-encoding": encoding };
  const body = await readFile(form);
  const length = { "content-length": String(body.length) };
  return new Response(body, { headers: { ...headers, ...coded, ...length, etag } });
}

/** Whether an encoding is named and not refused (RFC 9110 section 12.5.3). */
function accepts(header: string | undefined, encoding: string): boolean {
  const named = header?.split(",").map((each) =>
    each
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  const [, weight] = named?.find(([name]) => name === encoding) ?? ["", "q=0"];
  return weight === undefined || !/^q=0(\.0*)?$/.test(weight);
}

/** Whether one of the tags that a browser has is this one; weak or not is the same here (RFC 9110 section 13.1.2). */
function names(header: string | undefined, etag: string): boolean {
  const tags = header?.split(",").map((each) => each.trim().replace(/^W\//, ""));
  return tags?.includes(etag) === true;
}
