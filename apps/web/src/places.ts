/** Where a link without parameters can lead. */
export type Place =
  | "/"
  | "/sign-up"
  | "/enter"
  | "/unlock"
  | "/promises"
  | "/documents"
  | "/share"
  | "/received"
  | "/access"
  | "/journal"
  | "/contacts"
  | "/settings";
