import { en } from "./words.en.ts";
import { fr } from "./words.fr.ts";

export type Language = "fr" | "en";

/** Everything the command line says. English gives the shape, so that no sentence can be missing in French. */
export type Words = typeof en;

const CATALOGUES: Readonly<Record<Language, Words>> = { en, fr };

export function catalogue(language: Language): Words {
  return CATALOGUES[language];
}

/** French where the environment says so (POSIX: LC_ALL before LC_MESSAGES before LANG), English elsewhere. */
export function languageFrom(env: NodeJS.ProcessEnv): Language {
  const said = env.LC_ALL || env.LC_MESSAGES || env.LANG || "";
  return said.toLowerCase().startsWith("fr") ? "fr" : "en";
}

/** The language asked for anywhere on the command line: help and complaints are in it too. */
export function languageOf(args: readonly string[], env: NodeJS.ProcessEnv): Language {
  const at = args.findLastIndex((arg) => arg === "--lang" || arg.startsWith("--lang="));
  const given = args[at]?.includes("=") ? args[at]?.slice("--lang=".length) : args[at + 1];
  return at >= 0 && (given === "fr" || given === "en") ? given : languageFrom(env);
}
