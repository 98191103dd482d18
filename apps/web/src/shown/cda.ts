// A CDA R2 document (HL7, Clinical Document Architecture, release 2) as something to read: who, when,
// and the text of its sections, which the standard makes the part that its author answers for. What
// only machines read of it stays in the file. Nothing of its mark-up reaches the page: text and
// structure only, taken apart here.

import { DOMParser, type Element, type Node } from "@xmldom/xmldom";

export interface Cda {
  readonly title: string;
  /** As HL7 writes instants, without what is not there: `20261103`, `202611031015`. */
  readonly date: string;
  /** One, as a rule; the standard lets a document speak of several. */
  readonly patients: readonly { readonly name: string; readonly born: string }[];
  /** Whether it says that it comes in the place of an earlier one. */
  readonly replaces: boolean;
  /** People or, where none is named, organisations. */
  readonly authors: readonly string[];
  readonly custodian: string;
  readonly sections: readonly CdaSection[];
  /** The whole content where it is a file inside the document (nonXMLBody). */
  readonly file?: { readonly mediaType: string; readonly bytes: Uint8Array<ArrayBuffer> };
  /** The whole content lies elsewhere, or in a form that is not read here. */
  readonly unread: boolean;
}

export interface CdaSection {
  readonly title: string;
  readonly blocks: readonly CdaBlock[];
  readonly sections: readonly CdaSection[];
}

export type CdaBlock =
  | { readonly kind: "paragraph"; readonly text: string }
  | {
      readonly kind: "list";
      readonly ordered: boolean;
      readonly items: readonly (readonly CdaBlock[])[];
    }
  | {
      readonly kind: "table";
      readonly caption: string;
      readonly head: readonly (readonly CdaCell[])[];
      readonly rows: readonly (readonly CdaCell[])[];
    }
  /** What its author has crossed out (revised="delete"), after the text in which it stood. */
  | { readonly kind: "removed"; readonly text: string }
  /** Something drawn, which this page does not show and must not leave out in silence. */
  | { readonly kind: "media" };

export interface CdaCell {
  readonly text: string;
  /** What its author has crossed out of it. */
  readonly removed?: string;
  readonly isHead: boolean;
  readonly columns: number;
  readonly rows: number;
}

const HL7 = "urn:hl7-org:v3";
const ELEMENT = 1;
const TEXT = 3;
const CDATA = 4;
/** Deeper than any document that a person wrote. */
const DEEPEST = 40;
const SPAN = 100;

/** Elements of the narrative that stand inside a line (CDA R2, NarrativeBlock.xsd). */
const IN_LINE: ReadonlySet<string> = new Set([
  "content",
  "sub",
  "sup",
  "linkHtml",
  "footnote",
  "footnoteRef",
  "caption",
]);

/**
 * Takes a document apart.
 * @returns undefined where the text is no CDA document, or is not whole
 */
export function parseCda(text: string): Cda | undefined {
  // Entities of its own could grow without end, and no CDA document has a document type.
  if (/<!DOCTYPE/i.test(text)) return undefined;
  if (!hasOnlyCharacters(text)) return undefined;
  try {
    return readCda(text);
  } catch (error) {
    // Nested so deep that no program could show it: whoever sent it keeps nobody from saving it.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What is no character of XML 1.0 (section 2.2): a control would stand unseen in a name or a figure. */
const NO_CHARACTER = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;
const REFERENCE = /&#(?:x([0-9a-f]+)|([0-9]+));/gi;
const LAST_CHARACTER = 0x10ffff;

/** Whether all characters, written or referred to, may stand in XML: the parser takes any (section 4.1, Legal Character). */
function hasOnlyCharacters(text: string): boolean {
  if (NO_CHARACTER.test(text)) return false;
  for (const [, hex, decimal = ""] of readText(text).matchAll(REFERENCE)) {
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    if (code > LAST_CHARACTER || NO_CHARACTER.test(String.fromCodePoint(code))) return false;
  }
  return true;
}

/** Without comments and CDATA sections, in which references stand as they are (sections 2.5 and 2.7). */
function readText(text: string): string {
  const begins = /<!--|<!\[CDATA\[/g;
  let read = "";
  let from = 0;
  for (let begin = begins.exec(text); begin !== null; begin = begins.exec(text)) {
    read += text.slice(from, begin.index);
    const end = text.indexOf(begin[0] === "<!--" ? "-->" : "]]>", begins.lastIndex);
    if (end < 0) return read;
    begins.lastIndex = from = end + 3;
  }
  return read + text.slice(from);
}

function readCda(text: string): Cda | undefined {
  const root = rootOf(text);
  if (root === undefined) return undefined;
  const body = child(root, "component");
  const envelope = child(body, "nonXMLBody");
  const file = fileOf(envelope);
  return {
    title: lineOf(child(root, "title")),
    date: attribute(child(root, "effectiveTime"), "value"),
    patients: children(root, "recordTarget").map(patientOf),
    replaces: children(root, "relatedDocument").some(
      (each) => each.getAttribute("typeCode") === "RPLC",
    ),
    authors: children(root, "author").map(authorOf).filter(isSaid),
    custodian: lineOf(
      child(
        child(
          child(child(root, "custodian"), "assignedCustodian"),
          "representedCustodianOrganization",
        ),
        "name",
      ),
    ),
    sections: sectionsOf(child(body, "structuredBody"), 0),
    ...(file === undefined ? {} : { file }),
    unread: envelope !== undefined && file === undefined,
  };
}

function patientOf(target: Element): Cda["patients"][number] {
  const patient = child(child(target, "patientRole"), "patient");
  return {
    name: nameOf(child(patient, "name")),
    born: attribute(child(patient, "birthTime"), "value"),
  };
}

function rootOf(text: string): Element | undefined {
  try {
    const parser = new DOMParser({
      onError: (level, message) => {
        if (level !== "warning") throw new SyntaxError(message);
      },
    });
    const root = parser.parseFromString(text, "text/xml").documentElement;
    const isCda = root?.localName === "ClinicalDocument" && root.namespaceURI === HL7;
    return isCda ? (root ?? undefined) : undefined;
  } catch {
    return undefined;
  }
}

function sectionsOf(parent: Element | undefined, depth: number): CdaSection[] {
  if (depth > DEEPEST) throw new RangeError("sections in each other");
  return children(parent, "component").flatMap((component) => {
    const section = child(component, "section");
    if (section === undefined) return [];
    return [
      {
        title: lineOf(child(section, "title")),
        blocks: blocksOf(child(section, "text"), depth),
        sections: sectionsOf(section, depth + 1),
      },
    ];
  });
}

/** What stands in an element of the narrative, in its order. */
function blocksOf(parent: Element | undefined, depth: number): CdaBlock[] {
  const blocks: CdaBlock[] = [];
  let line: Written = NOTHING;
  const endLine = () => {
    const [text, removed] = [tidy(line.text), tidy(line.removed)];
    if (text !== "") blocks.push({ kind: "paragraph", text });
    if (removed !== "") blocks.push({ kind: "removed", text: removed });
    line = NOTHING;
  };
  if (depth > DEEPEST) throw new RangeError("text in each other");
  for (const node of nodesOf(parent)) {
    if (!isElement(node) || IN_LINE.has(node.localName ?? "") || node.localName === "br") {
      line = after(line, written(node));
      continue;
    }
    endLine();
    blocks.push(...blockOf(node, depth + 1));
  }
  endLine();
  return blocks;
}

function blockOf(element: Element, depth: number): CdaBlock[] {
  switch (element.localName) {
    case "list":
      return [
        ...children(element, "caption").flatMap((caption) => blocksOf(caption, depth)),
        {
          kind: "list",
          ordered: element.getAttribute("listType") === "ordered",
          items: children(element, "item").map((item) => blocksOf(item, depth)),
        },
      ];
    case "table":
      return [tableOf(element), ...mediaIn(element)];
    case "renderMultiMedia":
      return [{ kind: "media" }];
    default:
      // A paragraph, or something the schema does not know: its text is not left out.
      return blocksOf(element, depth);
  }
}

function tableOf(table: Element): CdaBlock {
  const rowsOf = (part: Element) => children(part, "tr").map(cellsOf);
  const bodies = [...children(table, "tbody"), ...children(table, "tfoot")];
  return {
    kind: "table",
    caption: lineOf(child(table, "caption")),
    head: children(table, "thead").flatMap(rowsOf),
    rows: [...bodies.flatMap(rowsOf), ...rowsOf(table)],
  };
}

function cellsOf(row: Element): CdaCell[] {
  return elementsOf(row)
    .filter(({ localName }) => localName === "th" || localName === "td")
    .map((cell) => {
      const [text, removed] = [tidy(written(cell).text), tidy(written(cell).removed)];
      return {
        text,
        ...(removed === "" ? {} : { removed }),
        isHead: cell.localName === "th",
        columns: spanOf(cell, "colspan"),
        rows: spanOf(cell, "rowspan"),
      };
    });
}

/** A cell holds text only: a picture in one is told below its table. */
function mediaIn(table: Element): CdaBlock[] {
  const holds = (element: Element): boolean =>
    element.localName === "renderMultiMedia" || elementsOf(element).some(holds);
  return holds(table) ? [{ kind: "media" }] : [];
}

function spanOf(cell: Element, name: string): number {
  const span = Number.parseInt(cell.getAttribute(name) ?? "1", 10);
  return span >= 1 && span <= SPAN ? span : 1;
}

/** Text as it stands in a line, and apart from it what its author has crossed out. */
interface Written {
  readonly text: string;
  readonly removed: string;
}

const NOTHING: Written = { text: "", removed: "" };

/** What begins and ends a line of its own, also inside a cell. */
const LINES: ReadonlySet<string> = new Set(["paragraph", "item", "list", "tr", "table", "caption"]);

/** All text of a node, so that what stands raised, apart or crossed out does not run into the rest. */
function written(node: Node): Written {
  if (!isElement(node)) return { ...NOTHING, text: (node.nodeValue ?? "").replace(/\s+/g, " ") };
  const name = node.localName ?? "";
  if (name === "br") return { ...NOTHING, text: "\n" };
  // The footnote itself stands where its author put it.
  if (name === "footnoteRef") return { ...NOTHING, text: " *" };
  const { text, removed } = nodesOf(node).map(written).reduce(after, NOTHING);
  if (name === "content" && node.getAttribute("revised") === "delete")
    return { text: "", removed: `${removed}${text}\n` };
  if (LINES.has(name)) return { text: `\n${text}\n`, removed };
  // 10 to the power of 9 is not 109.
  if (name === "sup") return { text: raised(text), removed };
  if (name === "sub") return { text: replaced(text, LOWERED), removed };
  return { text: name === "footnote" ? ` (* ${text.trim()})` : text, removed };
}

function after(before: Written, next: Written): Written {
  return { text: before.text + next.text, removed: before.removed + next.removed };
}

const RAISED = new Map(
  [..."0123456789+-\u2212=()"].map((from, i) => [from, [..."⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾"][i]]),
);
const LOWERED = new Map(
  [..."0123456789+-\u2212=()"].map((from, i) => [from, [..."₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎"][i]]),
);

/** Figures with letters of their own for it; a fraction has none. */
function raised(text: string): string {
  return /\d[.,]\d/.test(text) ? `^(${text.trim()})` : replaced(text, RAISED);
}

function replaced(text: string, letters: ReadonlyMap<string, string | undefined>): string {
  return [...text].map((letter) => letters.get(letter) ?? letter).join("");
}

/** The file inside an envelope; one that is compressed would open in no program as it is. */
function fileOf(body: Element | undefined): Cda["file"] {
  const text = child(body, "text");
  const content = text?.textContent ?? "";
  if (text === undefined || content.trim() === "" || text.hasAttribute("compression"))
    return undefined;
  if (text.getAttribute("representation") !== "B64") {
    // ED of HL7's data types: plain text, where nothing else is said.
    const mediaType = text.getAttribute("mediaType") ?? "text/plain";
    return { mediaType, bytes: new TextEncoder().encode(content) };
  }
  try {
    const binary = atob(content.replace(/\s+/g, ""));
    const bytes = Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
    return { mediaType: text.getAttribute("mediaType") ?? "application/octet-stream", bytes };
  } catch {
    return undefined;
  }
}

function authorOf(author: Element): string {
  const assigned = child(author, "assignedAuthor");
  const person = nameOf(child(child(assigned, "assignedPerson"), "name"));
  if (person !== "") return person;
  const organisation = lineOf(child(child(assigned, "representedOrganization"), "name"));
  const device = child(assigned, "assignedAuthoringDevice");
  return organisation === "" ? lineOf(child(device, "softwareName")) : organisation;
}

/** A name in its parts, in the order in which they stand. */
function nameOf(name: Element | undefined): string {
  const parts = elementsOf(name).filter(({ localName }) =>
    ["prefix", "given", "family", "suffix"].includes(localName ?? ""),
  );
  return parts.length === 0 ? lineOf(name) : parts.map(lineOf).filter(isSaid).join(" ");
}

function lineOf(element: Element | undefined): string {
  return element === undefined ? "" : tidy(written(element).text).replace(/\n/g, " ");
}

function tidy(text: string): string {
  return text
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter(isSaid)
    .join("\n");
}

function isSaid(text: string): boolean {
  return text !== "";
}

function attribute(element: Element | undefined, name: string): string {
  return element?.getAttribute(name) ?? "";
}

function child(parent: Element | undefined, name: string): Element | undefined {
  return children(parent, name)[0];
}

function children(parent: Element | undefined, name: string): Element[] {
  return elementsOf(parent).filter((each) => each.localName === name && each.namespaceURI === HL7);
}

function elementsOf(parent: Element | undefined): Element[] {
  return nodesOf(parent).filter(isElement);
}

function nodesOf(parent: Element | undefined): Node[] {
  const nodes: Node[] = [];
  for (let node = parent?.firstChild ?? null; node !== null; node = node.nextSibling) {
    if ([ELEMENT, TEXT, CDATA].includes(node.nodeType)) nodes.push(node);
  }
  return nodes;
}

function isElement(node: Node): node is Element {
  return node.nodeType === ELEMENT;
}
