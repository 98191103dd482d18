// Catalogs are compiled by the build (see vite.config.ts).
declare module "*.po" {
  import type { Messages } from "@lingui/core";

  export const messages: Messages;
}
