import { Trans, useLingui } from "@lingui/react/macro";
import { dateInWords, elementInWords, momentInWords } from "../words.ts";
import { Notice } from "./notice.tsx";

/** What values are said with. */
type Words = { readonly language: string; readonly yes: string; readonly no: string };

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

/** A FHIR resource as a plain table: what it says, in the order in which it says it. */
export function Resource({ resource }: { readonly resource: Readonly<Record<string, unknown>> }) {
  const { t, i18n } = useLingui();
  const words: Words = {
    language: i18n.locale,
    yes: t`yes`,
    no: t`no`,
  };
  const lines = Object.entries(resource)
    .filter(([name]) => !UNSAID.has(name))
    .flatMap(([name, value]): Line[] => {
      const text = valueInWords(value, words);
      const known = elementInWords(name);
      const label = typeof known === "string" ? known : i18n._(known);
      return text === "" ? [] : [{ name, label, text }];
    });
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
      <table className="resource">
        <tbody>
          {lines.map(({ name, label, text }) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td>{text}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

/** A value of FHIR R4 as text: the words for people where there are any, never an inner address. */
function valueInWords(value: unknown, words: Words): string {
  if (Array.isArray(value)) {
    return value
      .map((each) => valueInWords(each, words))
      .filter((text) => text !== "")
      .join("\n");
  }
  if (typeof value === "string") return textInWords(value, words);
  if (typeof value === "number") return figureInWords(value, words.language);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (!isRecord(value)) return "";
  return objectInWords(value, words);
}

function objectInWords(value: Readonly<Record<string, unknown>>, words: Words): string {
  const said = value.text ?? value.display;
  if (typeof said === "string") return said;
  if (Array.isArray(value.coding)) return valueInWords(value.coding, words);
  if (typeof value.value === "number") return quantity(value, value.value, words);
  if (typeof value.start === "string" || typeof value.end === "string") {
    return [value.start, value.end]
      .filter((each) => typeof each === "string")
      .map((each) => textInWords(each, words))
      .join(" – ");
  }
  if (typeof value.family === "string") {
    return [valueInWords(value.given, words).replaceAll("\n", " "), value.family].join(" ").trim();
  }
  if (typeof value.reference === "string") return "";
  return Object.entries(value)
    .filter(([name]) => !UNSAID.has(name) && name !== "system" && name !== "url")
    .map(([, each]) => valueInWords(each, words))
    .filter((text) => text !== "")
    .join(", ");
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

/** Every digit that was given: a page does not round a result. */
function figureInWords(figure: number, language: string): string {
  return new Intl.NumberFormat(language, { maximumFractionDigits: 20 }).format(figure);
}

function textInWords(text: string, { language }: Words): string {
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) {
    const at = Date.parse(text);
    return Number.isNaN(at) ? text : momentInWords(at, language);
  }
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dateInWords(text, language);
  return /^(?:urn:|https?:)/.test(text) ? "" : text;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
