// `npm run screenshots`: every page of the web app, in both languages, every look and three widths,
// for people to look at. Nothing is compared: what a picture shows is for somebody to judge.
//
//   npm run screenshots                    into screenshots/
//   npm run screenshots -- --out FOLDER    elsewhere
//   npm run screenshots -- --language fr   one of the two

import { join, relative, resolve } from "node:path";
import process from "node:process";
import { startGround } from "../../apps/web/test/ground.ts";
import { optionsOf } from "../options.ts";
import { openCamera } from "./camera.ts";
import { walk } from "./walk.ts";

const values = optionsOf(import.meta.url, {
  out: { type: "string", default: "screenshots" },
  language: { type: "string" },
});
const chosen = (["fr", "en"] as const).filter(
  (each) => values.language === undefined || each === values.language,
);
if (chosen.length === 0) {
  process.stderr.write("--language is fr or en\n");
  process.exit(1);
}

const folder = resolve(values.out);
process.stderr.write("Building the page …\n");
const ground = await startGround();
try {
  for (const language of chosen) {
    const camera = await openCamera(join(folder, language));
    await walk(ground, language, camera);
    process.stdout.write(
      `${camera.taken} pictures in ${relative(process.cwd(), join(folder, language))}\n`,
    );
  }
} finally {
  await ground.stop();
}
