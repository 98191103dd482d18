/** Where a link without parameters can lead. */
export type Place =
  | "/"
  | "/prepare"
  | "/sign-up"
  | "/enter"
  | "/unlock"
  | "/promises"
  | "/display"
  | "/help"
  | "/verify"
  | "/accessibility"
  | "/documents"
  | "/share"
  | "/received"
  | "/access"
  | "/journal"
  | "/contacts"
  | "/settings";
