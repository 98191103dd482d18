// Rules about the package files: the law of dependencies, exact versions, the list of what we use,
// and a lock file that binds nobody to one registry.

import { type Finding, lineAt, type Tree } from "./tree.ts";

/** Who may depend on whom: protocol ← crypto ← client ← {web, cli}, and protocol ← timestamp ← {client, server}. */
const LAW: Readonly<Record<string, readonly string[]>> = {
  "@ecrin/protocol": [],
  "@ecrin/timestamp": ["@ecrin/protocol"],
  "@ecrin/crypto": ["@ecrin/protocol"],
  "@ecrin/client": ["@ecrin/protocol", "@ecrin/timestamp", "@ecrin/crypto"],
  "@ecrin/server": ["@ecrin/protocol", "@ecrin/timestamp"],
  "@ecrin/cli": ["@ecrin/protocol", "@ecrin/crypto", "@ecrin/client", "@ecrin/server"],
  "@ecrin/web": ["@ecrin/protocol", "@ecrin/crypto", "@ecrin/client"],
};

const FIELDS = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
const EXACT = /^\d+\.\d+\.\d+(?:-[\w.]+)?$/;
const IMPORT = /\b(?:from|import)\s*\(?\s*"(@ecrin\/[a-z]+)[^"]*"/g;

interface Package {
  path: string;
  folder: string;
  name: string;
  text: string;
  /** Name and version of every package asked for, in whatever field. */
  asked: readonly (readonly [string, string])[];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readPackage(tree: Tree, path: string): Package {
  const text = tree.text(path);
  const parsed: unknown = JSON.parse(text);
  const fields = isRecord(parsed) ? parsed : {};
  const asked = FIELDS.flatMap((field) => {
    const list = fields[field];
    return isRecord(list) ? Object.entries(list).map(([n, v]) => [n, String(v)] as const) : [];
  });
  const folder = path.replace(/package\.json$/, "");
  return { path, folder, name: String(fields.name ?? ""), text, asked };
}

function packages(tree: Tree): Package[] {
  return tree.paths
    .filter((path) => /^(?:(?:packages|apps)\/[^/]+\/)?package\.json$/.test(path))
    .map((path) => readPackage(tree, path));
}

/** Our own packages asked for or imported against the law. */
export function lawFindings(tree: Tree): Finding[] {
  return packages(tree).flatMap((pkg) => {
    const allowed = LAW[pkg.name];
    if (allowed === undefined) return [];
    const refused = (name: string) =>
      name.startsWith("@ecrin/") && name !== pkg.name && !allowed.includes(name);
    const message = (name: string) => `${pkg.name} may not depend on ${name}`;
    const asked = pkg.asked
      .filter(([name]) => refused(name))
      .map(([name]) => ({
        path: pkg.path,
        line: lineAt(pkg.text, pkg.text.indexOf(`"${name}"`)),
        message: message(name),
      }));
    const imported = tree.paths
      .filter((path) => path.startsWith(`${pkg.folder}src/`) && /\.tsx?$/.test(path))
      .flatMap((path) => {
        const text = tree.text(path);
        return [...text.matchAll(IMPORT)]
          .filter((match) => refused(match[1] ?? ""))
          .map((match) => ({
            path,
            line: lineAt(text, match.index),
            message: message(match[1] ?? ""),
          }));
      });
    return [...asked, ...imported];
  });
}

/** Versions that are a range, and packages that DEPENDENCIES.md does not name or names in vain. */
export function dependencyFindings(tree: Tree): Finding[] {
  const listPath = "DEPENDENCIES.md";
  const list = tree.paths.includes(listPath) ? tree.text(listPath) : "";
  const listed = new Map<string, number>();
  for (const match of list.matchAll(/^\|\s*((?:`[^`]+`(?:,\s*)?)+)/gm)) {
    const line = lineAt(list, match.index);
    for (const [, name] of (match[1] ?? "").matchAll(/`([^`]+)`/g)) listed.set(name ?? "", line);
  }
  const all = packages(tree);
  const asked = new Set(all.flatMap((pkg) => pkg.asked.map(([name]) => name)));
  const vain = [...listed]
    .filter(([name]) => !asked.has(name))
    .map(([name, line]) => ({ path: listPath, line, message: `nothing asks for ${name}` }));
  const wrong = all.flatMap((pkg) =>
    pkg.asked.flatMap(([name, version]) => {
      const line = lineAt(pkg.text, pkg.text.indexOf(`"${name}"`));
      const found: Finding[] = [];
      if (!EXACT.test(version)) {
        found.push({ path: pkg.path, line, message: `${name}: "${version}" is not one version` });
      }
      if (!name.startsWith("@ecrin/") && !listed.has(name)) {
        found.push({ path: pkg.path, line, message: `${name} is not in ${listPath}` });
      }
      return found;
    }),
  );
  return [...wrong, ...vain];
}

/** Hosts in the lock file: with one, `npm ci` works only where that host is reached. */
export function lockFindings(tree: Tree): Finding[] {
  const path = "package-lock.json";
  if (!tree.paths.includes(path)) return [];
  const text = tree.text(path);
  return [...text.matchAll(/"resolved":\s*"[a-z+]+:\/\//g)].map((match) => ({
    path,
    line: lineAt(text, match.index),
    message: "a registry's address in the lock file",
  }));
}
