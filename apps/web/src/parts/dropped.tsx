import { Plural, Trans } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { Dropped } from "../wire-ways.ts";

/** What a renewal has removed and the person sets up anew, as entries of a list; nothing where there was nothing. */
export function DroppedWords({ dropped: { totp, passkeys } }: { readonly dropped: Dropped }) {
  return (
    <>
      {totp ? (
        <li>
          <Trans>
            The codes of your app were removed. Set them up again under{" "}
            <Link to="/ways">Ways back</Link>, and delete the old entry in the app.
          </Trans>
        </li>
      ) : null}
      {passkeys === 0 ? null : (
        <li>
          <Plural value={passkeys} one="# passkey was removed." other="# passkeys were removed." />{" "}
          <Trans>
            Add yours again under <Link to="/ways">Ways back</Link>.
          </Trans>
        </li>
      )}
    </>
  );
}
