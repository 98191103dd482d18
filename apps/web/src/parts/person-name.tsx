import { Trans, useLingui } from "@lingui/react/macro";
import { apart } from "../apart.ts";
import type { Person } from "../wire.ts";
import { CareSign, DoneSign } from "./signs.tsx";

/** How somebody is called here, and nothing that was not checked. */
export function usePersonName(): (person: Person) => string {
  const { t } = useLingui();
  return ({ name, known, account }) => {
    if (known === "me") return t`You`;
    const start = account.slice(0, 6);
    return name === "" ? t`Someone unknown (${start}…)` : apart(name);
  };
}

/** How a contact came to be known. */
export function Known({ known }: { readonly known: Person["known"] }) {
  if (known === "me") return null;
  const Sign = known === "face-to-face" ? DoneSign : CareSign;
  return (
    <span className="word">
      <Sign />
      <KnownWords known={known} />
    </span>
  );
}

/** Said where somebody calls themselves like a contact. */
export function NotThem({ name }: { readonly name: string }) {
  return (
    <p className="wrong">
      <Trans>This is not {name}, whom you know.</Trans>
    </p>
  );
}

function KnownWords({ known }: { readonly known: Exclude<Person["known"], "me"> }) {
  switch (known) {
    case "face-to-face":
      return <Trans>Code checked face to face</Trans>;
    case "invitation":
      return <Trans>By invitation, code not checked</Trans>;
    case "unknown":
      return <Trans>Not verified</Trans>;
    default:
      return known satisfies never;
  }
}
