// Catalogs are compiled by the build (see vite.config.ts).
declare module "*.po" {
  import type { Messages } from "@lingui/core";

  export const messages: Messages;
}

// Of a catalog only what the door says (see door-plugin.ts).
declare module "virtual:door-words-*" {
  import type { Messages } from "@lingui/core";

  export const messages: Messages;
}
