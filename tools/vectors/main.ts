// Writes vectors/protocol/*.json, the same at every run:
//
//   node tools/vectors/main.ts
//
// Everything is made by packages/protocol/test/reference.ts, which shares no code with src.

import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { print } from "./book.ts";
import { BOOKS } from "./books.ts";

const folder = fileURLToPath(new URL("../../vectors/protocol/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, make] of BOOKS) writeFileSync(`${folder}${name}.json`, print(make()));
