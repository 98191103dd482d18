import type { Page } from "playwright-core";

/** Words that say nothing about where a link leads. */
const VAGUE = [
  "here",
  "click here",
  "more",
  "read more",
  "link",
  "ici",
  "cliquez ici",
  "plus",
  "lire la suite",
  "en savoir plus",
  "suite",
  "lien",
];

/**
 * What is wrong with how a page is put together, as far as a program can tell: headings (WCAG 2.2,
 * 1.3.1, 2.4.6, 2.4.10), link purpose by its words alone (2.4.9), where one is (2.4.8), help (3.2.6,
 * 3.3.5), what a field is for (1.3.5, 3.3.2), new windows (3.2.5), width of lines (1.4.8).
 */
export async function faults(page: Page): Promise<string[]> {
  return await page.evaluate((vague) => {
    const found: string[] = [];
    const seen = (selector: string) =>
      [...document.querySelectorAll(selector)].filter(
        (each) => each.checkVisibility() && each.closest("[aria-hidden=true], [inert]") === null,
      );
    const nameOf = (element: Element) =>
      (element.getAttribute("aria-label") ?? element.textContent ?? "").replace(/\s+/g, " ").trim();
    const isAsking = document.querySelector("[role=alertdialog]") !== null;

    const levels = seen("h1, h2, h3, h4, h5, h6").map((each) => Number(each.tagName.slice(1)));
    if (!isAsking && levels.filter((level) => level === 1).length !== 1) found.push("not one h1");
    for (const [i, level] of levels.entries()) {
      if (!isAsking && i > 0 && level > (levels[i - 1] ?? 0) + 1) found.push(`h${level} skips one`);
    }
    if (!/\S · Écrin$/.test(document.title)) found.push(`title: ${document.title}`);

    const leads = new Map<string, string>();
    for (const link of seen("a[href]")) {
      const name = nameOf(link);
      const to = link.getAttribute("href") ?? "";
      const other = leads.get(name);
      if (name === "" || vague.includes(name.toLowerCase()))
        found.push(`link “${name}” says nothing`);
      if (other !== undefined && other !== to) found.push(`two links “${name}” lead elsewhere`);
      leads.set(name, to);
      const isNew = link.getAttribute("target") === "_blank";
      if (isNew && !/\b(?:tab|onglet)\b/.test(name)) found.push(`“${name}” opens a window unsaid`);
    }

    if (!isAsking) {
      const hasHelp = seen("footer a").some((link) => link.getAttribute("href") === "/help");
      if (!hasHelp) found.push("no link to help at the foot");
      const isInside = document.querySelector(".frame[data-open]") !== null;
      const isPublic = ["/help", "/promises", "/display", "/accessibility", "/components"].includes(
        location.pathname,
      );
      const says = seen("[aria-current=page], .trail").length > 0;
      const isHidden = document.querySelector(".sections [aria-current=page]") !== null;
      if (isInside && !isPublic && !says && !isHidden) found.push("nothing says where one is");
    }

    for (const field of seen("form input, form textarea")) {
      if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) continue;
      if (field.type === "radio" || field.type === "checkbox" || field.type === "hidden") continue;
      const label = field.labels?.[0]?.textContent ?? field.getAttribute("aria-label") ?? "?";
      if (label === "?") found.push("a field without a label");
      const help = (field.getAttribute("aria-describedby") ?? "").split(" ");
      if (!help.some((id) => id !== "" && document.getElementById(id) !== null)) {
        found.push(`“${label}” has no help`);
      }
      const purpose = field.getAttribute("autocomplete") ?? "";
      const wanted = { email: /email|off/, password: /(?:current|new)-password|off/ };
      const kind = field.type === "email" || field.type === "password" ? field.type : undefined;
      if (kind !== undefined && !wanted[kind].test(purpose)) found.push(`“${label}”: ${purpose}`);
    }

    for (const text of seen("main p, main .bullets > li, main .notice ol > li")) {
      const { fontSize, paddingInlineStart } = getComputedStyle(text);
      const width = text.clientWidth - Number.parseFloat(paddingInlineStart);
      // A character of this font is half as wide as its size, or a little more.
      const characters = width / (Number.parseFloat(fontSize) * 0.5);
      const isLong = (text.textContent ?? "").length > 80;
      if (isLong && characters > 80) found.push(`${Math.round(characters)} characters a line`);
    }
    return found;
  }, VAGUE);
}
