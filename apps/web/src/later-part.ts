import { lazyRouteComponent } from "@tanstack/react-router";
import { later } from "./language.ts";

/** A page, or a part of one, that is fetched with every word when it is first shown, or before (`preload`). */
export function laterPart<T extends object, K extends keyof T>(part: () => Promise<T>, name: K) {
  return lazyRouteComponent(() => later(part), name);
}
