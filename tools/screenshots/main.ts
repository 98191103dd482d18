// `npm run screenshots`: every page of the web app, in both languages, every look and three widths,
// for people to look at. Nothing is compared: what a picture shows is for somebody to judge.
//
//   npm run screenshots                    into screenshots/
//   npm run screenshots -- --out FOLDER    elsewhere
//   npm run screenshots -- --language fr   one of the two
//   npm run screenshots -- --only away     one story: record, room, away, apart, door or loss

import { join, relative, resolve } from "node:path";
import process from "node:process";
import { startGround } from "../../apps/web/test/ground.ts";
import { optionsOf } from "../options.ts";
import { openCamera } from "./camera.ts";
import { STORIES } from "./stories.ts";

const values = optionsOf(import.meta.url, {
  out: { type: "string", default: "screenshots" },
  language: { type: "string" },
  only: { type: "string" },
});
const chosen = (["fr", "en"] as const).filter(
  (each) => values.language === undefined || each === values.language,
);
if (chosen.length === 0) {
  process.stderr.write("--language is fr or en\n");
  process.exit(1);
}
const stories = Object.entries(STORIES).filter(
  ([name]) => values.only === undefined || values.only === name,
);
if (stories.length === 0) {
  process.stderr.write(`--only is one of: ${Object.keys(STORIES).join(", ")}\n`);
  process.exit(1);
}

const folder = resolve(values.out);
process.stderr.write("Building the page …\n");
const ground = await startGround();
try {
  for (const language of chosen) {
    const camera = await openCamera(join(folder, language));
    for (const [, story] of stories) await story(ground, language, camera);
    process.stdout.write(
      `${camera.taken} pictures in ${relative(process.cwd(), join(folder, language))}\n`,
    );
  }
} finally {
  await ground.stop();
}
