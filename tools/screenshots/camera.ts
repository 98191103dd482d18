import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";

/** How a page can look; the attributes are those that `theme.ts` of the page sets. */
const LOOKS = [
  { name: "light", theme: "light", contrast: "" },
  { name: "dark", theme: "dark", contrast: "" },
  { name: "light-more", theme: "light", contrast: "more" },
  { name: "dark-more", theme: "dark", contrast: "more" },
] as const;

/** CSS pixels: the narrowest that WCAG 1.4.10 asks for, a phone, a desk. */
const WIDTHS = [320, 390, 1440] as const;

export interface Camera {
  /** Takes a page in every look and at every width, as far as it scrolls. */
  take(page: Page, name: string): Promise<void>;
  /** As it is printed: one sheet of paper wide. */
  print(page: Page, name: string): Promise<void>;
  readonly taken: number;
}

/** Writes into `folder`, one file for each name, width and look. */
export async function openCamera(folder: string): Promise<Camera> {
  await mkdir(folder, { recursive: true });
  let taken = 0;
  return {
    get taken() {
      return taken;
    },
    async take(page, name) {
      const before = page.viewportSize();
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        for (const look of LOOKS) {
          await wear(page, look);
          const path = join(folder, `${name}.${width}.${look.name}.png`);
          await page.screenshot({ path, fullPage: true });
          taken += 1;
        }
      }
      await wear(page, LOOKS[0]);
      if (before !== null) await page.setViewportSize(before);
    },
    async print(page, name) {
      await page.emulateMedia({ media: "print" });
      await page.setViewportSize({ width: 794, height: 1123 });
      await page.screenshot({ path: join(folder, `${name}.paper.png`), fullPage: true });
      await page.emulateMedia({ media: "screen" });
      await page.setViewportSize({ width: 1280, height: 900 });
      taken += 1;
    },
  };
}

async function wear(page: Page, look: (typeof LOOKS)[number]): Promise<void> {
  await page.evaluate(({ theme, contrast }) => {
    const { dataset } = document.documentElement;
    dataset.theme = theme;
    if (contrast === "") delete dataset.contrast;
    else dataset.contrast = contrast;
  }, look);
}
