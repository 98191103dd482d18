import { fileURLToPath } from "node:url";
import { getConfig, makeConfig } from "@lingui/conf";
import { lingui } from "@lingui/vite-plugin";
import babel from "@rolldown/plugin-babel";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { doorPlugin } from "./door-plugin.ts";
import catalogs from "./lingui.config.ts";
import { shellPlugin } from "./shell-plugin.ts";

const cwd = import.meta.dirname;

/** Lingui's macros, found by path: this file is also run from other folders than its own. */
const macros = {
  preset: {
    plugins: [
      [
        fileURLToPath(import.meta.resolve("@lingui/babel-plugin-lingui-macro")),
        { linguiConfig: makeConfig(catalogs) },
      ],
    ],
  },
  rolldown: { filter: { code: /from ["']@lingui\/(?:core|react)\/macro["']/ } },
};

/** React Aria speaks thirty languages; this page speaks two. */
function onlyOurLanguages(): Plugin {
  return {
    name: "only-our-languages",
    enforce: "pre",
    load(id) {
      const [, language] = /[\\/]intl[\\/].*?([a-z]{2})-[A-Z]{2}\.m?js$/.exec(id) ?? [];
      return language === undefined || language === "en" || language === "fr"
        ? null
        : "export default {};";
    },
  };
}

// Everything is a file of our own host: no inlined font, image or script, because the policy the
// server sends allows none. The worker's file keeps `worker-` in its name: the server gives it, and
// it alone, the right to run WebAssembly.
export default defineConfig({
  root: cwd,
  plugins: [
    onlyOurLanguages(),
    babel({ presets: [macros] }),
    react(),
    lingui({ cwd, failOnMissing: true }),
    doorPlugin(cwd, getConfig({ cwd })),
    shellPlugin(cwd),
  ],
  build: {
    target: ["chrome137", "edge137", "firefox130", "safari18.4"],
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        // Few files: each costs a phone a round trip, and a place among those that are kept (service-worker.ts).
        codeSplitting: {
          groups: [
            // What stands before the door. The service worker is a program of its own.
            { name: "door", tags: ["$initial"], test: /^(?!.*service-worker)/, priority: 2 },
            // What pages share. Left to itself every combination of pages would be a file.
            { name: "shared", minShareCount: 2, priority: 1 },
          ],
        },
      },
    },
  },
  worker: {
    format: "es",
    rolldownOptions: {
      output: {
        entryFileNames: "assets/worker-[hash].js",
        chunkFileNames: "assets/sealed-[name]-[hash].js",
      },
    },
  },
});
