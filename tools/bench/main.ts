// `npm run bench`: how fast, each figure beside its baseline from the same run.
//
//   npm run bench                     the whole table
//   npm run bench -- --json           one object of the same names
//   npm run bench -- --only seal.     names that begin so, or one name
//   npm run bench -- --tiny           everything once at sizes that say nothing but that it runs
//
// What a line measures, and against what, stands in the file of its group. Nothing fails here when a
// bar is missed: it is said.

import process from "node:process";
import { optionsOf } from "../options.ts";
import { groups } from "./groups.ts";
import { type Bar, keeps, type Line, type Measured } from "./measure.ts";

const values = optionsOf(import.meta.url, {
  json: { type: "boolean", default: false },
  only: { type: "string", default: "" },
  tiny: { type: "boolean", default: false },
});
const { json, only, tiny } = values;

function said(bar: Bar | undefined): string {
  if (bar === undefined) return "report";
  return bar.least === undefined ? `<= ${bar.most}` : `>= ${bar.least}`;
}

function row(line: Line, { value, noise, note }: Measured): string {
  const verdict = line.bar === undefined ? " " : keeps(value, line.bar) ? "✔" : "✖";
  const figure = value >= 100 ? value.toFixed(0) : value.toFixed(2);
  const spread = noise === undefined ? "" : `± ${(noise * 100).toFixed(0)} %`;
  return `${verdict} ${line.name.padEnd(28)}${figure.padStart(9)}  ${spread.padEnd(8)}${said(line.bar).padEnd(9)}${note}\n`;
}

/** Progress goes beside the table, so that `--json` prints one object and nothing else. */
function tell(text: string): void {
  process.stderr.write(text);
}

const wanted = groups.flatMap((group) => group.lines.filter((line) => line.name.startsWith(only)));
if (wanted.length === 0) {
  tell(`no such line: ${only}\n`);
  process.exit(1);
}
const names = new Set(wanted.map((line) => line.name));
const figures: Record<string, number> = {};
for (const group of groups) {
  if (!group.lines.some((line) => names.has(line.name))) continue;
  for await (const measured of group.measure(names, tiny ? "tiny" : "whole")) {
    const line = group.lines.find((each) => each.name === measured.name);
    if (line === undefined || !names.has(line.name)) continue;
    figures[line.name] = Number(measured.value.toPrecision(4));
    if (json) tell(row(line, measured));
    else process.stdout.write(row(line, measured));
  }
}
if (json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
process.exit(wanted.every((line) => line.name in figures) ? 0 : 1);
