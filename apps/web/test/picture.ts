import { join } from "node:path";
import process from "node:process";
import type { Visitor } from "./visitor.ts";

/** CSS pixels: the narrowest that WCAG 1.4.10 asks for, and a desk. */
const WIDTHS = [320, 1440] as const;

/** Takes a page at both widths, for people to look at, where a folder is given. */
export async function picture({ page }: Visitor, name: string): Promise<void> {
  const folder = process.env.ECRIN_PICTURES;
  if (folder === undefined) return;
  const before = page.viewportSize();
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: join(folder, `${name}.${width}.png`), fullPage: true });
  }
  if (before !== null) await page.setViewportSize(before);
}
