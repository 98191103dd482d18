import { Plural, Trans } from "@lingui/react/macro";
import type { Job } from "../jobs.ts";
import { Button } from "./button.tsx";
import { Notice } from "./notice.tsx";

/** That files are kept, and what was in them where they were more than one thing, or about more than one person. */
export function KeptFiles({
  jobs,
  hide,
}: {
  readonly jobs: readonly Pick<Job, "key" | "documents" | "people">[];
  readonly hide: () => void;
}) {
  const done = jobs.length;
  const entries = jobs.reduce((sum, { documents = 1 }) => sum + documents, 0);
  const people = Math.max(0, ...jobs.map((job) => job.people ?? 0));
  return (
    <Notice tone="done">
      <p>
        <Plural
          value={done}
          one="One file is sealed and kept."
          other="# files are sealed and kept."
        />
        {entries === done ? null : (
          <>
            {" "}
            <Plural
              value={entries}
              one="One entry has come of it."
              other="# entries have come of it."
            />
          </>
        )}
      </p>
      {people < 2 ? null : (
        <p>
          <Trans>
            One of the files is about {people} people. Look whether all of it belongs here.
          </Trans>
        </p>
      )}
      <Button tone="quiet" onPress={hide}>
        <Trans>Hide this</Trans>
      </Button>
    </Notice>
  );
}
