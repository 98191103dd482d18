// Links between our own pages: the file is there, and so is the heading.

import { posix } from "node:path";
import { type Finding, lineAt, type Tree } from "./tree.ts";

/** The anchor that GitHub and its kin give a heading. */
function anchor(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

function anchors(text: string): Set<string> {
  return new Set([...text.matchAll(/^#{1,6}\s+(.+)$/gm)].map((match) => anchor(match[1] ?? "")));
}

/** Relative links of every Markdown page that lead nowhere. */
export function linkFindings(tree: Tree): Finding[] {
  const folders = new Set(tree.paths.flatMap((path) => ancestors(path)));
  return tree.paths
    .filter((path) => path.endsWith(".md"))
    .flatMap((path) => {
      const text = tree.text(path);
      const found: Finding[] = [];
      for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        const link = match[1] ?? "";
        if (/^[a-z][a-z0-9+.-]*:/i.test(link)) continue;
        const [file = "", heading] = link.split("#", 2);
        const target =
          file === "" ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)));
        const line = lineAt(text, match.index);
        const isFile = tree.paths.includes(target);
        if (!isFile && !folders.has(target.replace(/\/$/, ""))) {
          found.push({ path, line, message: `${link} leads nowhere` });
        } else if (isFile && heading !== undefined && target.endsWith(".md")) {
          if (!anchors(tree.text(target)).has(heading)) {
            found.push({ path, line, message: `${link}: no such heading` });
          }
        }
      }
      return found;
    });
}

function ancestors(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
