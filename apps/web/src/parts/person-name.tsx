import { Trans, useLingui } from "@lingui/react/macro";
import type { Person } from "../wire.ts";

/** How somebody is called here, and nothing that was not checked. */
export function usePersonName(): (person: Person) => string {
  const { t } = useLingui();
  return ({ name, known, account }) => {
    if (known === "me") return t`You`;
    const start = account.slice(0, 6);
    return name === "" ? t`Someone unknown (${start}…)` : name;
  };
}

/** How a contact came to be known. */
export function Known({ known }: { readonly known: Person["known"] }) {
  switch (known) {
    case "me":
      return null;
    case "face-to-face":
      return (
        <span className="tag">
          <Trans>Code checked face to face</Trans>
        </span>
      );
    case "invitation":
      return (
        <span className="tag" data-tone="care">
          <Trans>By invitation, code not checked</Trans>
        </span>
      );
    case "unknown":
      return (
        <span className="tag" data-tone="care">
          <Trans>Not verified</Trans>
        </span>
      );
    default:
      return known satisfies never;
  }
}
