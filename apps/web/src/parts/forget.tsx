import { Trans, useLingui } from "@lingui/react/macro";
import { useSession } from "../session.tsx";
import { ask } from "../vault.ts";
import { AskFirst } from "./ask-first.tsx";

/** Removes the record from this device, after asking. */
export function Forget() {
  const { t } = useLingui();
  const { enter } = useSession();
  return (
    <AskFirst
      label={t`Remove the record from this device`}
      title={t`Remove the record from this device?`}
      confirm={t`Remove it here`}
      act={async () => enter(await ask("leave"))}
    >
      <p>
        <Trans>
          This device forgets its keys. The record itself stays with the service, sealed; to come
          back you need your kit and your password.
        </Trans>
      </p>
    </AskFirst>
  );
}
