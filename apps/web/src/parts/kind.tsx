import { useLingui } from "@lingui/react/macro";
import { kindInWords } from "../words.ts";

/** What kind of thing something is, in a word. */
export function Kind({ type, mediaType }: { readonly type: string; readonly mediaType: string }) {
  const { i18n } = useLingui();
  const kind = kindInWords(type, mediaType);
  return <span>{typeof kind === "string" ? kind : i18n._(kind)}</span>;
}
