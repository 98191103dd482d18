import assert from "node:assert/strict";
import { join } from "node:path";
import { setupI18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { createElement, type FunctionComponent } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { createServer, type ViteDevServer } from "vite";
import type { Language } from "./words.ts";

/** Draws parts of the page by themselves, without a browser: what stands there before anybody has done anything. */
export interface Drawing {
  /**
   * @param file below `src`
   * @param name of the part in it
   * @returns what it says, without mark-up
   */
  draw<P extends object>(file: string, name: string, language: Language, props: P): Promise<string>;
  /** What a function of such a file says. */
  say(file: string, name: string, ...given: readonly unknown[]): Promise<string>;
  stop(): Promise<void>;
}

/** Reads the page's sources as its build does, macros and words included. */
export async function startDrawing(): Promise<Drawing> {
  const vite = await createServer({
    root: join(import.meta.dirname, ".."),
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  const named = async (file: string, name: string) => {
    const found: unknown = (await vite.ssrLoadModule(`/src/${file}`))[name];
    assert.ok(typeof found === "function", `${name} of ${file}`);
    return found;
  };
  return {
    async draw(file, name, language, props) {
      const part = await named(file, name);
      const i18n = await speaking(vite, language);
      const drawn = createElement(part as FunctionComponent<object>, props);
      const markup = renderToStaticMarkup(createElement(I18nProvider, { i18n }, drawn));
      return markup.replace(/<[^>]*>/g, "").replaceAll("&#x27;", "'");
    },
    async say(file, name, ...given) {
      return String(Reflect.apply(await named(file, name), undefined, given));
    },
    stop: () => vite.close(),
  };
}

async function speaking(vite: ViteDevServer, language: Language) {
  const { messages } = await vite.ssrLoadModule(`/src/locales/${language}.po`);
  return setupI18n({ locale: language, messages: { [language]: messages } });
}
