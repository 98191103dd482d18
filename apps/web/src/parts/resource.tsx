import { useLingui } from "@lingui/react/macro";
import { dateInWords, elementInWords, momentInWords } from "../words.ts";

type Line = { readonly label: string; readonly text: string };

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
  const { i18n } = useLingui();
  const lines = Object.entries(resource)
    .filter(([name]) => !UNSAID.has(name))
    .flatMap(([name, value]): Line[] => {
      const text = valueInWords(value, i18n.locale);
      const known = elementInWords(name);
      const label = typeof known === "string" ? known : i18n._(known);
      return text === "" ? [] : [{ label, text }];
    });
  return (
    <table className="resource">
      <tbody>
        {lines.map(({ label, text }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A value of FHIR R4 as text: the words for people where there are any, never an inner address. */
function valueInWords(value: unknown, language: string): string {
  if (Array.isArray(value)) {
    return value
      .map((each) => valueInWords(each, language))
      .filter((text) => text !== "")
      .join("\n");
  }
  if (typeof value === "string") return textInWords(value, language);
  if (typeof value === "number") return new Intl.NumberFormat(language).format(value);
  if (typeof value === "boolean") return value ? "✓" : "✗";
  if (!isRecord(value)) return "";
  return objectInWords(value, language);
}

function objectInWords(value: Readonly<Record<string, unknown>>, language: string): string {
  const said = value.text ?? value.display;
  if (typeof said === "string") return said;
  if (Array.isArray(value.coding)) return valueInWords(value.coding, language);
  if (typeof value.value === "number") return quantity(value, value.value, language);
  if (typeof value.start === "string" || typeof value.end === "string") {
    return [value.start, value.end]
      .filter((each) => typeof each === "string")
      .map((each) => textInWords(each, language))
      .join(" – ");
  }
  if (typeof value.family === "string") {
    return [valueInWords(value.given, language).replaceAll("\n", " "), value.family]
      .join(" ")
      .trim();
  }
  if (typeof value.reference === "string") return "";
  return Object.entries(value)
    .filter(([name]) => !UNSAID.has(name) && name !== "system" && name !== "url")
    .map(([, each]) => valueInWords(each, language))
    .filter((text) => text !== "")
    .join(", ");
}

function quantity(
  value: Readonly<Record<string, unknown>>,
  figure: number,
  language: string,
): string {
  const unit = value.unit ?? value.currency ?? value.code;
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 }).format(figure);
  return typeof unit === "string" ? `${number} ${unit}` : number;
}

function textInWords(text: string, language: string): string {
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
