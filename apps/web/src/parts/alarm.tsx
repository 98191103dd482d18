import { Trans } from "@lingui/react/macro";
import type { ReactNode } from "react";

// Alarms, for somebody who is frightened: what this device saw, what it does not mean, what to do.

/** What an alarm says, and what to do about it. */
export function AlarmWords({ code }: { readonly code: string }) {
  return (
    <>
      <p>
        <strong>
          <Trans>Warning: something is not as it should be.</Trans>
        </strong>{" "}
        <Seen code={code} />
      </p>
      <NothingWrong />
      <ol>
        <li>
          <Trans>Share nothing and sign nothing new for the moment.</Trans>
        </li>
        <li>
          <Trans>
            Keep this device as it is. Write down the time, and the word at the end of this message.
          </Trans>
        </li>
        <li>
          <Trans>
            Tell whoever runs the service. If another device of yours shows no warning, say that
            too.
          </Trans>
        </li>
      </ol>
      <p className="small">
        <Trans>
          The word: <span className="code">{code}</span>
        </Trans>
      </p>
    </>
  );
}

/** What an alarm does not mean. */
export function NothingWrong() {
  return (
    <p>
      <Trans>
        You did nothing wrong. Your documents are still sealed: this does not mean that somebody has
        read them. This device stopped, and changed nothing.
      </Trans>
    </p>
  );
}

function Seen({ code }: { readonly code: string }): ReactNode {
  switch (code) {
    case "rollback":
      return (
        <Trans>
          The service shows something older than what this device has already seen, as if the last
          lines had never been. It may be an old copy put back by mistake, or something hidden.
        </Trans>
      );
    case "entry-missing":
      return (
        <Trans>
          The service confirmed something to this device, and the journal no longer shows it.
        </Trans>
      );
    case "not-witnessed":
      return (
        <Trans>
          The independent witnesses you chose have not seen this journal for more than a day. Others
          may be shown another one.
        </Trans>
      );
    case "log-succeeded":
      return (
        <Trans>
          Lines of the journal of this service are lost. Go back and open the page Journal: it says
          what is lost, and how to go on.
        </Trans>
      );
    case "log-key-changed":
      return (
        <Trans>
          The service signs its journal with another key than before, and nothing says why.
        </Trans>
      );
    default:
      return (
        <Trans>
          The service shows something different from what this device has already seen: what was
          written has been changed.
        </Trans>
      );
  }
}
