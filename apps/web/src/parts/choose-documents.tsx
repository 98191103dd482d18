import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useDeferredValue, useState } from "react";
import { CheckboxGroup, Label } from "react-aria-components";
import { useDraft } from "../drafts.ts";
import { folded } from "../folded.ts";
import type { DocumentRow } from "../wire.ts";
import { dateInWords } from "../words.ts";
import { Blank } from "./blank.tsx";
import { Button, ButtonLink } from "./button.tsx";
import { Tick } from "./choice.tsx";
import { Field } from "./field.tsx";
import { Kind } from "./kind.tsx";
import { Title } from "./title.tsx";

const SHOWN = 40;

/** Documents to tick; those that are ticked stay in sight whatever is looked for. */
export function ChooseDocuments({
  draft,
  rows,
  chosen: before,
  choose,
  next,
}: {
  /** What the words looked for are held as (`useDraft`). */
  readonly draft: string;
  readonly rows: readonly DocumentRow[];
  readonly chosen: readonly string[];
  readonly choose: (items: readonly string[]) => void;
  readonly next: () => void;
}) {
  const { t, i18n } = useLingui();
  const [wanted, setWanted] = useDraft(draft, "");
  const [most, setMost] = useState(SHOWN);
  // What was chosen before may be gone by now.
  const chosen = before.filter((item) => rows.some((row) => row.item === item));
  const looked = folded(useDeferredValue(wanted).trim());
  if (rows.length === 0) {
    return (
      <Blank title={<Trans>Nothing to share yet</Trans>}>
        <p>
          <Trans>Your record is empty. Add a document first.</Trans>
        </p>
        <div className="row">
          <ButtonLink to="/documents" tone="first">
            <Trans>Add documents</Trans>
          </ButtonLink>
        </div>
      </Blank>
    );
  }
  const found = rows.filter(
    (row) => chosen.includes(row.item) || folded(row.title).includes(looked),
  );
  const shown = found.filter((row, i) => i < most || chosen.includes(row.item));
  return (
    <div className="part">
      {rows.length > 8 ? (
        <Field label={t`Find by title`} type="search" value={wanted} onChange={setWanted} />
      ) : null}
      <CheckboxGroup className="part" value={[...chosen]} onChange={choose}>
        <Label className="label">
          <Trans>Documents</Trans>
        </Label>
        <div className="choices">
          {shown.map((row) => (
            <Tick key={row.revision} value={row.item}>
              <span>
                <Title of={row.title} />
              </span>
              <small>
                {dateInWords(row.date, i18n.locale)} ·{" "}
                <Kind type={row.type} mediaType={row.mediaType} />
              </small>
            </Tick>
          ))}
        </div>
      </CheckboxGroup>
      {found.length > shown.length ? (
        <div className="row">
          <Button onPress={() => setMost(most + SHOWN)}>
            <Trans>Show more</Trans>
          </Button>
        </div>
      ) : null}
      <div className="row">
        <Button tone="first" onPress={next} isDisabled={chosen.length === 0}>
          <Trans>Continue</Trans>
        </Button>
        <p role="status" className="hint">
          <Plural value={chosen.length} _0="Nothing chosen yet" one="One chosen" other="# chosen" />
        </p>
      </div>
    </div>
  );
}
