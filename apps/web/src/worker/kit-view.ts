import type { Kit } from "@ecrin/client";
import type { Kit as KitView } from "../wire.ts";

/** A kit as the page prints it, in the words of its language. */
export function kitView(kit: Kit, language: "fr" | "en"): KitView {
  return { account: kit.account, words: kit.words(language), text: kit.text() };
}
