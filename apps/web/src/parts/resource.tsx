import { msg } from "@lingui/core/macro";
import { Trans, useLingui } from "@lingui/react/macro";
import { codeInWords, FIRST } from "../codes.ts";
import { entryOf } from "../entry-of.ts";
import { UNSAID, valueInWords, type Words } from "../shown/fhir-words.ts";
import type { Members } from "../shown/members.ts";
import { type Remark, remarksOf } from "../shown/remarks.ts";
import { elementInWords } from "../words.ts";
import { Notice } from "./notice.tsx";

type Line = { readonly name: string; readonly label: string; readonly text: string };

/** Whom it is about is part of what matters, whatever the kind. */
const ABOUT = ["subject", "patient"];

const TIMES = { d: msg`day(s)`, wk: msg`week(s)`, mo: msg`month(s)`, a: msg`year(s)` };

/** A FHIR resource in plain words: what matters first, and the rest behind a line that opens. */
export function Resource({ resource }: { readonly resource: Members }) {
  const words = useWords();
  const type = typeof resource.resourceType === "string" ? resource.resourceType : "";
  const first = entryOf(FIRST, type);
  const lines = linesOf(resource, words);
  const main =
    first === undefined
      ? lines
      : [...first, ...ABOUT].flatMap((name) =>
          lines.filter(
            (line) => line.name === name && !(ABOUT.includes(name) && line.text === words.unnamed),
          ),
        );
  const rest = lines.filter((line) => !main.includes(line));
  return (
    <>
      <Remarks resource={resource} />
      <Lines lines={main} />
      {rest.length === 0 ? null : (
        <details>
          <summary>
            <Trans>Everything else it says</Trans>
          </summary>
          <Lines lines={rest} />
        </details>
      )}
    </>
  );
}

/** What turns what a resource seems to say, before it is read. */
export function Remarks({ resource }: { readonly resource: Members }) {
  const words = useWords();
  const remarks = remarksOf(resource);
  if (remarks.length === 0) return null;
  return (
    <Notice tone="care">
      {remarks.map((remark) => (
        <p key={remark.kind === "status" ? `${remark.element} ${remark.code}` : remark.kind}>
          <RemarkInWords remark={remark} words={words} />
        </p>
      ))}
    </Notice>
  );
}

function RemarkInWords({ remark, words }: { readonly remark: Remark; readonly words: Words }) {
  switch (remark.kind) {
    case "unread":
      return (
        <Trans>
          This entry carries a remark that this page cannot read and that may change its meaning.
          Ask the professional who wrote it.
        </Trans>
      );
    case "mistake":
      return <Trans>This entry says of itself that it was entered by mistake.</Trans>;
    case "not-done":
      return <Trans>This entry says that it was not done or not taken.</Trans>;
    case "not-to-do":
      return <Trans>This entry asks not to do it, or not to take it.</Trans>;
    case "ruled-out":
      return <Trans>This entry says that it was ruled out.</Trans>;
    case "status": {
      const status = words.code(remark.element, remark.code);
      return <Trans>Mind the status that it gives: {status}.</Trans>;
    }
    default:
      return remark satisfies never;
  }
}

function useWords(): Words {
  const { t, i18n } = useLingui();
  return {
    language: i18n.locale,
    yes: t`yes`,
    no: t`no`,
    noValue: t`no value given`,
    unnamed: t`not named here`,
    curve: t`a measured curve, which this page does not show`,
    file: t`a file, which this page does not show`,
    coded: (unit) => t`(for machines: ${unit})`,
    label: (element) => {
      const known = elementInWords(element);
      return typeof known === "string" ? known : i18n._(known);
    },
    code: (element, code) => {
      const known = codeInWords(element, code);
      return known === undefined ? code : i18n._(known);
    },
    time: (unit) => {
      const known = entryOf(TIMES, unit);
      return known === undefined ? unit : i18n._(known);
    },
  };
}

function linesOf(resource: Members, words: Words): Line[] {
  const given: Members = { ...resource, ...ownText(resource) };
  return Object.entries(given)
    .filter(([name]) => name === "contained" || !UNSAID.has(name))
    .flatMap(([name, value]): Line[] => {
      const text = valueInWords(name, value, words, resource);
      return text === "" ? [] : [{ name, label: words.label(name), text }];
    });
}

/** Its text where that says more than its elements do (FHIR R4, Narrative.status); its mark-up is left out. */
function ownText({ text }: Members): { narrative?: string } {
  const { status, div } = Object(text);
  if (status !== "additional" || typeof div !== "string") return {};
  return {
    narrative: div
      .replace(/<sup\b[^>]*>/g, "^")
      .replace(/<[^>]*>/g, " ")
      .trim(),
  };
}

function Lines({ lines }: { readonly lines: readonly Line[] }) {
  return (
    <table className="resource">
      <tbody>
        {lines.map(({ name, label, text }) => (
          <tr key={name} data-value={name.startsWith("value") ? "" : undefined}>
            <th scope="row">{label}</th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
