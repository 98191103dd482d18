import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useRef, useSyncExternalStore } from "react";
import { DropZone, FileTrigger, Text } from "react-aria-components";
import { files } from "../adding.ts";
import { isInHand } from "../files.ts";
import type { Job } from "../jobs.ts";
import { dayInWords } from "../words.ts";
import { Bar } from "./bar.tsx";
import { Button } from "./button.tsx";
import { HandedFiles } from "./handed-files.tsx";
import { KeptFiles } from "./kept-files.tsx";
import { NotAdded } from "./not-added.tsx";

/** A phone or a tablet: what has a camera in the hand, and not above a screen. */
const hasTouch = globalThis.matchMedia("(any-pointer: coarse)").matches;

/** Takes files by button, by dragging and by pasting; seals and adds one after the other. */
export function AddFiles({ added }: { readonly added: () => void }) {
  const { t, i18n } = useLingui();
  const jobs = useJobs(added);
  usePaste(take);
  const day = dayInWords(Date.now(), i18n.locale);
  const done = jobs.filter((job) => job.state === "done");
  const working = jobs.filter(isInHand);
  const failed = jobs.filter((job) => job.state === "failed");
  return (
    <section className="part" aria-label={t`Add documents`}>
      <HandedFiles take={take} />
      <DropZone
        className="drop"
        onDrop={async ({ items }) => {
          const dropped = items.filter((item) => item.kind === "file");
          take(await Promise.all(dropped.map((item) => item.getFile())));
        }}
      >
        <div className="row">
          <FileTrigger allowsMultiple={true} onSelect={(list) => take([...(list ?? [])])}>
            <Button tone="first">
              <Trans>Add documents</Trans>
            </Button>
          </FileTrigger>
          {hasTouch ? (
            <FileTrigger
              acceptedFileTypes={["image/*"]}
              defaultCamera="environment"
              onSelect={(list) => take([...(list ?? [])], t`Photo of ${day}`)}
            >
              <Button>
                <Trans>Take a photo</Trans>
              </Button>
            </FileTrigger>
          ) : null}
        </div>
        <Text slot="label" className="hint">
          <Trans>
            Or drag them here, or paste a picture. PDF, photographs, text, and FHIR bundles (.json)
            from another service.
          </Trans>
        </Text>
      </DropZone>
      {working.map((job) => (
        <Bar
          key={job.key}
          label={
            job.state === "waiting" ? t`Waiting: ${job.file.name}` : t`Sealing: ${job.file.name}`
          }
          progress={job.state === "waiting" ? 0 : job.progress}
        />
      ))}
      {failed.map((job) => (
        <NotAdded key={job.key} job={job} />
      ))}
      {done.length > 0 && working.length === 0 ? (
        <KeptFiles jobs={done} hide={() => files.clear()} />
      ) : null}
    </section>
  );
}

/** Files on their way; tells whenever one of them has come to its end. */
function useJobs(ended: () => void): readonly Job[] {
  const jobs = useSyncExternalStore(files.watch, files.jobs);
  const count = jobs.filter((job) => !isInHand(job)).length;
  const before = useRef(count);
  useEffect(() => {
    if (count > before.current) ended();
    before.current = count;
  }, [count, ended]);
  // Whoever leaves the page has seen what is kept.
  useEffect(() => () => files.clear(), []);
  return jobs;
}

/** @param title of all of them; absent: each by the name of its file */
function take(chosen: readonly File[], title?: string): void {
  files.take(chosen.map((file) => ({ file, title: title ?? titleOf(file.name) })));
}

/** Files pasted anywhere on the page, except into a line that is being filled in. */
function usePaste(take: (files: readonly File[]) => void) {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      const { target } = event;
      if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) latest.current(files);
    };
    document.addEventListener("paste", paste);
    return () => document.removeEventListener("paste", paste);
  }, []);
}

/** A file's name without what only machines read of it. */
export function titleOf(name: string): string {
  const title = name
    .replace(/\.[A-Za-z0-9]{1,5}$/, "")
    .replaceAll("_", " ")
    .trim();
  return title === "" ? name : title;
}
