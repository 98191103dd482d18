import { Trans, useLingui } from "@lingui/react/macro";
import { useEffect, useId, useRef, useState } from "react";
import { entryOf } from "../entry-of.ts";
import type { Dicom, DicomPicture } from "../shown/dicom.ts";
import { paint } from "../shown/pixels.ts";
import { hl7DateInWords } from "../words.ts";
import { Button } from "./button.tsx";
import { CurvesDrawn } from "./curves-drawn.tsx";
import { Facts } from "./facts.tsx";
import { Notice } from "./notice.tsx";

/** A DICOM file: its frames and curves, as they were given. */
export function MedicalImage({
  dicom,
  file,
  title,
}: {
  readonly dicom: Dicom;
  readonly file: Blob;
  readonly title: string;
}) {
  const { t, i18n } = useLingui();
  const { facts, picture, curves, undrawn, besides } = dicom;
  const sides: Readonly<Record<string, string>> = { R: t`right`, L: t`left`, B: t`both` };
  const day = (text: string) => hl7DateInWords(text, i18n.locale);
  return (
    <div className="part">
      {picture === undefined ? null : <Frames picture={picture} file={file} title={title} />}
      {undrawn === undefined ? null : (
        <Notice tone="care">
          <p>
            <Trans>
              The picture is stored in a form that this page cannot draw. Save a copy and open it
              with its program.
            </Trans>
          </p>
        </Notice>
      )}
      {picture !== undefined && besides.overlay ? (
        <Notice tone="care">
          <p>
            <Trans>
              Drawings or writing that lie over the picture are in the file, and are not shown here.
            </Trans>
          </p>
        </Notice>
      ) : null}
      {picture !== undefined && besides.greys ? (
        <Notice tone="care">
          <p>
            <Trans>
              The file says how its greys are to be drawn, in a way that this page does not read. It
              may look lighter or darker than it should.
            </Trans>
          </p>
        </Notice>
      ) : null}
      {besides.burnedIn ? (
        <p>
          <Trans>The file says that writing stands in the picture itself, such as a name.</Trans>
        </p>
      ) : null}
      {curves.map((each) => (
        <CurvesDrawn key={each.label} curves={each} />
      ))}
      <div className="sheet">
        <Facts
          facts={[
            [t`About`, facts.patient],
            [t`Born`, day(facts.born)],
            [t`Side`, entryOf(sides, facts.side) ?? facts.side],
            [t`The right edge / the lower edge points to`, facts.orientation],
            [t`Taken`, day(facts.date)],
            [t`What it is`, facts.description],
            [t`Kind`, facts.modality],
            [t`Kept by`, facts.institution],
          ]}
        />
      </div>
      <p className="hint">
        <Trans>
          Drawn as it was given, to look at. A screen like this one is not made for a diagnosis, and
          Écrin does not judge what it shows.
        </Trans>
      </p>
    </div>
  );
}

function Frames({
  picture,
  file,
  title,
}: {
  readonly picture: DicomPicture;
  readonly file: Blob;
  readonly title: string;
}) {
  const { t } = useLingui();
  const [frame, setFrame] = useState(0);
  const id = useId();
  const count = picture.frames.length;
  const [shown, total] = [frame + 1, count];
  return (
    <figure className="sheet frames">
      <Frame {...{ picture, file, frame }} label={title} />
      {count === 1 ? null : (
        <figcaption className="part">
          <label htmlFor={id} aria-live="polite">
            <Trans>
              Picture {shown} of {total}
            </Trans>
          </label>
          <input
            id={id}
            type="range"
            min={1}
            max={count}
            value={shown}
            onChange={(event) => setFrame(event.currentTarget.valueAsNumber - 1)}
          />
          <div className="row">
            <Button onPress={() => setFrame(Math.max(0, frame - 1))}>{t`Previous picture`}</Button>
            <Button
              onPress={() => setFrame(Math.min(count - 1, frame + 1))}
            >{t`Next picture`}</Button>
          </div>
        </figcaption>
      )}
    </figure>
  );
}

function Frame({
  picture,
  file,
  frame,
  label,
}: {
  readonly picture: DicomPicture;
  readonly file: Blob;
  readonly frame: number;
  readonly label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [isBroken, setIsBroken] = useState(false);
  useEffect(() => {
    let gone = false;
    const draw = async () => {
      const drawn = await drawing(picture, file, frame).catch(() => undefined);
      if (gone) return;
      setIsBroken(drawn === undefined);
      const context = canvas.current?.getContext("2d");
      if (drawn !== undefined) context?.drawImage(drawn, 0, 0);
      drawn?.close();
    };
    void draw();
    return () => {
      gone = true;
    };
  }, [picture, file, frame]);
  return (
    <>
      <canvas
        ref={canvas}
        width={picture.columns}
        height={picture.rows}
        style={
          picture.shape === 1
            ? undefined
            : { aspectRatio: `${picture.columns} / ${picture.rows * picture.shape}` }
        }
        role="img"
        aria-label={label}
        hidden={isBroken}
      />
      {isBroken ? (
        <p className="wrong">
          <Trans>This picture of the series is damaged or stored in an unknown form.</Trans>
        </p>
      ) : null}
    </>
  );
}

async function drawing(
  picture: DicomPicture,
  file: Blob,
  frame: number,
): Promise<ImageBitmap | undefined> {
  const { columns, rows, coding } = picture;
  const pieces = (picture.frames[frame] ?? []).map(({ from, to }) => file.slice(from, to));
  if (coding === "jpeg") return await createImageBitmap(new Blob(pieces, { type: "image/jpeg" }));
  const painted = paint(picture, new Uint8Array(await new Blob(pieces).arrayBuffer()));
  if (painted === undefined) return undefined;
  return await createImageBitmap(new ImageData(painted, columns, rows));
}
