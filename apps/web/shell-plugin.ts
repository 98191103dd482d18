import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const NAME = "service-worker.js";

/**
 * Makes the service worker a file of its own at the root, whose scope is then the whole page, and
 * tells it which files the build has: what lies in `public/` too, whose names never change.
 */
export function shellPlugin(root: string): Plugin {
  const folder = join(root, "public");
  return {
    name: "shell",
    apply: "build",
    buildStart() {
      const id = join(root, "src/worker/service-worker.ts");
      this.emitFile({ type: "chunk", id, fileName: NAME });
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const digest = createHash("sha256");
        const names: string[] = [];
        for (const name of Object.keys(bundle).sort()) {
          const file = bundle[name];
          if (file === undefined || name === NAME || name.endsWith(".map")) continue;
          names.push(`/${name}`);
          digest.update(name).update(file.type === "chunk" ? file.code : file.source);
        }
        for (const name of readdirSync(folder).sort()) {
          names.push(`/${name}`);
          digest.update(name).update(readFileSync(join(folder, name)));
        }
        const worker = bundle[NAME];
        if (worker?.type !== "chunk" || !names.includes("/index.html"))
          throw new Error("the page and its service worker are built together");
        digest.update(worker.code);
        const version = digest.digest("base64url").slice(0, 16);
        const known = `const SHELL_FILES=${JSON.stringify(names)},SHELL_VERSION="${version}";`;
        worker.code = known + worker.code;
      },
    },
  };
}
