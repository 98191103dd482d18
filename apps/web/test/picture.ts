import { join } from "node:path";
import process from "node:process";
import type { Page } from "playwright-core";

/** CSS pixels: the narrowest that WCAG 1.4.10 asks for, and a desk. */
const WIDTHS = [320, 1440] as const;

/**
 * Takes a page at both widths, for people to look at, where `ECRIN_PICTURES` names a folder.
 * @param name what it shows, in words
 */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.ECRIN_PICTURES;
  if (folder === undefined) return;
  const before = page.viewportSize();
  const file = name.replace(/[^A-Za-z0-9]+/g, "-");
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, `${file}.${width}.png`), fullPage: true });
  }
  if (before !== null) await page.setViewportSize(before);
}
