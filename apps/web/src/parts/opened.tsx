import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useMemo, useState } from "react";
import { savedAs } from "../saved-as.ts";
import type { Cda } from "../shown/cda.ts";
import type { OpenedDocument } from "../wire.ts";
import { ClinicalDocument } from "./clinical-document.tsx";
import { MedicalImage } from "./medical-image.tsx";
import { Remarks, Resource } from "./resource.tsx";

/** Text beyond this is saved, not shown: a page is no place to read a megabyte. */
const READABLE = 1_000_000;

/** Pictures a browser draws without running anything or fetching anything. */
const PICTURES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "image/bmp",
]);

/** An opened document. Nothing in it runs, and nothing in it can fetch: the page's policy forbids both. */
export function Opened({ opened }: { readonly opened: OpenedDocument }) {
  const { t } = useLingui();
  const { file, resource, mediaType, title } = opened;
  const isDocument = opened.type === "DocumentReference" && file !== undefined;
  return (
    <section className="part" aria-label={t`Content`}>
      {isDocument && resource !== undefined ? <Remarks resource={resource} /> : null}
      {opened.cda === undefined ? null : <Clinical cda={opened.cda} title={title} />}
      {opened.dicom === undefined || file === undefined ? null : (
        <MedicalImage dicom={opened.dicom} file={file} title={title} />
      )}
      {file === undefined ? null : (
        <Attachment
          file={file}
          mediaType={mediaType}
          title={title}
          isShown={opened.cda !== undefined || opened.dicom !== undefined}
        />
      )}
      {resource === undefined || isDocument ? null : (
        <div className="sheet">
          <Resource resource={resource} />
        </div>
      )}
    </section>
  );
}

/** A CDA document, and the file inside it where it is only an envelope for one. */
function Clinical({ cda, title }: { readonly cda: Cda; readonly title: string }) {
  const inner = useMemo(
    () => (cda.file === undefined ? undefined : new Blob([cda.file.bytes])),
    [cda],
  );
  return (
    <>
      <ClinicalDocument cda={cda} />
      {inner === undefined || cda.file === undefined ? null : (
        <Attachment file={inner} mediaType={cda.file.mediaType} title={title} isShown={false} />
      )}
    </>
  );
}

function Attachment({
  file,
  mediaType,
  title,
  isShown,
}: {
  readonly file: Blob;
  readonly mediaType: string;
  readonly title: string;
  /** Whether something that took it apart shows what it holds. */
  readonly isShown: boolean;
}) {
  const isPdf = mediaType === "application/pdf";
  const isPicture = PICTURES.has(mediaType);
  const isText = !isShown && /^text\/|json$|xml$/.test(mediaType) && file.size <= READABLE;
  const address = useAddress(file, isPdf || isPicture ? mediaType : "application/octet-stream");
  if (address === undefined) return null;
  return (
    <>
      {isPicture ? (
        <figure className="sheet">
          <img src={address} alt={title} />
        </figure>
      ) : null}
      {isText ? <TextOf file={file} /> : null}
      {isPicture || isText || isShown ? null : (
        <p className="sheet">
          {isPdf ? (
            <Trans>
              This is a PDF. Your browser shows it in a tab of its own, or keeps a copy.
            </Trans>
          ) : (
            <Trans>
              This kind of file cannot be shown here. Save a copy and open it with its program.
            </Trans>
          )}
        </p>
      )}
      <div className="row">
        {isPdf ? (
          <a className="button" data-tone="first" href={address} target="_blank" rel="noopener">
            <Trans>Read the PDF in a new tab</Trans>
          </a>
        ) : null}
        <a className="button" href={address} download={savedAs(title, mediaType)}>
          <Trans>Save a copy</Trans>
        </a>
      </div>
      <p className="hint">
        <Trans>A saved copy lies on your device unsealed, for whoever uses it.</Trans>
      </p>
    </>
  );
}

/** A text, as it is: no mark-up in it means anything. */
function TextOf({ file }: { readonly file: Blob }) {
  const { t } = useLingui();
  const [text, setText] = useState<string>();
  useEffect(() => {
    let gone = false;
    void file.text().then((read) => {
      if (!gone) setText(read);
    });
    return () => {
      gone = true;
    };
  }, [file]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls is reached by keyboard.
    <section className="sheet" tabIndex={0} aria-label={t`Text of the document`}>
      <pre>{text}</pre>
    </section>
  );
}

/** An address inside this page for bytes, under a type that is chosen here and not by whoever sealed them. */
function useAddress(file: Blob, type: string): string | undefined {
  const [address, setAddress] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file.slice(0, file.size, type));
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [file, type]);
  return address;
}
