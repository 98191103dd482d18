// Writes vectors/protocol/*.json and vectors/record, the same at every run:
//
//   node tools/vectors/main.ts
//
// Everything is made by packages/protocol/test/reference.ts and its like in packages/crypto, which
// share no code with src.

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { print } from "./book.ts";
import { BOOKS } from "./books.ts";
import { printWholeRecord, WHOLE } from "./whole-record.ts";

const folder = fileURLToPath(new URL("../../vectors/protocol/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const [name, make] of BOOKS) writeFileSync(`${folder}${name}.json`, print(make()));
mkdirSync(dirname(WHOLE), { recursive: true });
writeFileSync(WHOLE, printWholeRecord());
