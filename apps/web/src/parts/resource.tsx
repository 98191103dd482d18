import { Trans, useLingui } from "@lingui/react/macro";
import { calendarDate } from "../calendar-date.ts";
import { codeInWords, FIRST } from "../codes.ts";
import { entryOf } from "../entry-of.ts";
import { dateInWords, elementInWords, figureInWords, momentInWords } from "../words.ts";
import { Notice } from "./notice.tsx";

/** What values are said with. */
type Words = {
  readonly language: string;
  readonly yes: string;
  readonly no: string;
  /** A code of FHIR's own in words, where there are some. */
  readonly code: (element: string, code: string) => string;
};

type Line = { readonly name: string; readonly label: string; readonly text: string };

/** Elements that say something to machines only. */
const UNSAID: ReadonlySet<string> = new Set([
  "resourceType",
  "id",
  "meta",
  "text",
  "identifier",
  "extension",
  "modifierExtension",
  "contained",
  "implicitRules",
  "language",
]);

/** A FHIR resource in plain words: what matters first, and the rest behind a line that opens. */
export function Resource({ resource }: { readonly resource: Readonly<Record<string, unknown>> }) {
  const { t, i18n } = useLingui();
  const words: Words = {
    language: i18n.locale,
    yes: t`yes`,
    no: t`no`,
    code: (element, code) => {
      const known = codeInWords(element, code);
      return known === undefined ? code : i18n._(known);
    },
  };
  const type = typeof resource.resourceType === "string" ? resource.resourceType : "";
  const first = entryOf(FIRST, type);
  const lines = Object.entries(resource)
    .filter(([name]) => !UNSAID.has(name))
    .flatMap(([name, value]): Line[] => {
      const text = valueInWords(name, value, words);
      const known = elementInWords(name);
      const label = typeof known === "string" ? known : i18n._(known);
      return text === "" ? [] : [{ name, label, text }];
    });
  const main =
    first === undefined
      ? lines
      : first.flatMap((name) => lines.filter((line) => line.name === name));
  const rest = lines.filter((line) => !main.includes(line));
  return (
    <>
      {"modifierExtension" in resource ? (
        <Notice tone="care">
          <p>
            <Trans>
              This entry carries a remark that this page cannot read and that may change its
              meaning. Ask the professional who wrote it.
            </Trans>
          </p>
        </Notice>
      ) : null}
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

/** A value of FHIR R4 as text: the words for people where there are any, never an inner address. */
function valueInWords(element: string, value: unknown, words: Words): string {
  if (Array.isArray(value)) {
    return value
      .map((each) => valueInWords(element, each, words))
      .filter((text) => text !== "")
      .join("\n");
  }
  if (typeof value === "string") return words.code(element, textInWords(value, words));
  if (typeof value === "number") return figureInWords(value, words.language);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (!isRecord(value)) return "";
  return objectInWords(element, value, words);
}

function objectInWords(
  element: string,
  value: Readonly<Record<string, unknown>>,
  words: Words,
): string {
  if (typeof value.code === "string" && words.code(element, value.code) !== value.code) {
    return words.code(element, value.code);
  }
  const said = value.text ?? value.display;
  if (typeof said === "string" && !hasFigure(value)) return said;
  if (Array.isArray(value.coding)) return valueInWords(element, value.coding, words);
  if (element === "component") return componentInWords(value, words);
  if (element === "referenceRange") return rangeInWords(value, words);
  if (typeof value.value === "number") return quantity(value, value.value, words);
  if (typeof value.start === "string" || typeof value.end === "string") {
    return [value.start, value.end]
      .filter((each) => typeof each === "string")
      .map((each) => textInWords(each, words))
      .join(" – ");
  }
  if (typeof value.family === "string") {
    return [
      valueInWords("", value.prefix, words),
      valueInWords("", value.given, words),
      value.family,
    ]
      .filter((part) => part !== "")
      .join(" ")
      .replaceAll("\n", " ");
  }
  if (typeof value.reference === "string") return "";
  return Object.entries(value)
    .filter(([name]) => !UNSAID.has(name) && name !== "system" && name !== "url")
    .map(([name, each]) => valueInWords(name, each, words))
    .filter((text) => text !== "")
    .join(", ");
}

/** Whether something with words of its own also carries figures, which must not be lost for them. */
function hasFigure(value: Readonly<Record<string, unknown>>): boolean {
  return isRecord(value.low) || isRecord(value.high) || isRecord(value.valueQuantity);
}

/** One part of a result: what was measured, and how much. */
function componentInWords(part: Readonly<Record<string, unknown>>, words: Words): string {
  const { code, ...rest } = part;
  return [valueInWords("", code, words), valueInWords("", rest, words)]
    .filter((text) => text !== "")
    .join(": ");
}

/** The range as the laboratory gave it, with its own words where it wrote some. */
function rangeInWords(range: Readonly<Record<string, unknown>>, words: Words): string {
  const [low, high] = [valueInWords("", range.low, words), valueInWords("", range.high, words)];
  const figures =
    low !== "" && high !== "" ? `${low} – ${high}` : low !== "" ? `≥ ${low}` : high && `≤ ${high}`;
  const text = typeof range.text === "string" ? range.text : "";
  return [figures, text].filter((part) => part !== "").join(" · ");
}

function quantity(
  value: Readonly<Record<string, unknown>>,
  figure: number,
  { language }: Words,
): string {
  const unit = value.unit ?? value.currency ?? value.code;
  // "Less than 5" is another result than "5".
  return [value.comparator, figureInWords(figure, language), unit]
    .filter((each) => typeof each === "string")
    .join(" ");
}

function textInWords(text: string, { language }: Words): string {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) {
    const read = calendarDate(text);
    return read?.precision === "moment" ? momentInWords(read.at, language) : text;
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dateInWords(text, language);
  return /^(?:urn:|https?:)/.test(text) ? "" : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
