import { Trans, useLingui } from "@lingui/react/macro";
import { files } from "../adding.ts";
import type { Job } from "../jobs.ts";
import { Button } from "./button.tsx";
import { Problem } from "./problem.tsx";

/** A file that is not in the record, and why: it stays chosen until somebody tries again, or leaves it out. */
export function NotAdded({ job: { key, file, error } }: { readonly job: Job }) {
  const { t } = useLingui();
  const { name } = file;
  return (
    <div className="part">
      <p className="wrong">
        <Trans>Not added: {name}</Trans>
      </p>
      <Problem error={error} />
      <div className="row">
        <Button onPress={() => files.again(key)}>
          {t`Try again`}
          <span className="unseen"> {name}</span>
        </Button>
        <Button tone="quiet" onPress={() => files.leaveOut(key)}>
          <Trans>Leave out {name}</Trans>
        </Button>
      </div>
    </div>
  );
}
