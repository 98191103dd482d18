import type { Browser, Page } from "playwright-core";

/** Compares pictures: how many pixels changed by a contrast of at least 3 to 1. */
export interface Comparer {
  changed(before: Buffer, after: Buffer): Promise<number>;
  close(): Promise<void>;
}

/** A page without a policy, in which pictures can be taken apart. */
export async function comparer(browser: Browser): Promise<Comparer> {
  const page: Page = await browser.newPage();
  return {
    async changed(before, after) {
      return await page.evaluate(
        async (pictures) => {
          const pixels = async (base64: string) => {
            const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0));
            const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
            const canvas = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
            if (canvas === null) throw new Error("no canvas");
            canvas.drawImage(picture, 0, 0);
            return canvas.getImageData(0, 0, picture.width, picture.height).data;
          };
          const light = (data: Uint8ClampedArray, at: number) => {
            const [r = 0, g = 0, b = 0] = [0, 1, 2].map((i) => {
              const part = (data[at + i] ?? 0) / 255;
              return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
            });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [a, b] = await Promise.all(pictures.map(pixels));
          if (a === undefined || b === undefined || a.length !== b.length) return 0;
          let count = 0;
          for (let at = 0; at < a.length; at += 4) {
            const [x, y] = [light(a, at), light(b, at)];
            if ((Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05) >= 3) count += 1;
          }
          return count;
        },
        [before.toString("base64"), after.toString("base64")],
      );
    },
    async close() {
      await page.close();
    },
  };
}
