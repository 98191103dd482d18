import { useLingui } from "@lingui/react/macro";
import { codeInWords } from "../codes.ts";

/** What `metadataOf` puts behind a title where the resource is a mistake, or was not done (packages/client/src/fhir.ts). */
const STANDING =
  /^(.*) \((entered-in-error|not-done|not-taken|cancelled|refuted|do-not-perform)\)$/su;

/** How a document is called, in the reader's language what its standing is. */
export function useTitleInWords(): (title: string) => string {
  const { i18n } = useLingui();
  return (title) => {
    const [, name, code = ""] = STANDING.exec(title) ?? [];
    const standing = codeInWords("status", code);
    return standing === undefined ? title : `${name} (${i18n._(standing)})`;
  };
}

/** The title of a document in a list. */
export function Title({ of }: { readonly of: string }) {
  return useTitleInWords()(of);
}
