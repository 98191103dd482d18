// Inputs that once did what they should not: kept for good, and tried first at every run.
//
// One file for each, corpus/NAME.json:
//   {"target":"DPoP proof","found":"accepted","why":"…","text":"…"}   or "bytes" in base64url.

import { readdirSync, readFileSync } from "node:fs";
import type { Input } from "./mutate.ts";
import { type Finding, judge, type Target } from "./target.ts";

export interface Kept {
  readonly file: string;
  readonly target: string;
  readonly input: Input;
}

/** Every kept input. @throws TypeError for a file that is not in its form */
export function readCorpus(folder = new URL("./corpus/", import.meta.url)): Kept[] {
  const files = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .sort();
  return files.map((file) => {
    const value: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"));
    const { target, text, bytes } = Object(value) as Record<string, unknown>;
    if (typeof target !== "string") throw new TypeError(`${file} names no target`);
    if (typeof text === "string") return { file, target, input: text };
    if (typeof bytes !== "string") throw new TypeError(`${file} holds no input`);
    return { file, target, input: new Uint8Array(Buffer.from(bytes, "base64url")) };
  });
}

/** A finding as it would be kept. */
export function asKept({ target, verdict, input, detail }: Finding): string {
  const held =
    typeof input === "string"
      ? { text: input }
      : { bytes: Buffer.from(input).toString("base64url") };
  return JSON.stringify({ target, found: verdict, why: detail, ...held });
}

/** Tries what was kept, or what vectors want refused; answers what is wrong again, or still. */
export async function replay(
  targets: readonly Target[],
  corpus: readonly Kept[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { file, target: name, input } of corpus) {
    const target = targets.find((each) => each.name === name);
    if (target === undefined) throw new TypeError(`${file} names a target that is not there`);
    const { verdict, detail } = await judge(target, input);
    if (verdict === "refused" || verdict === "equivalent") continue;
    findings.push({ target: name, verdict, input, detail: `${file}: ${detail}` });
  }
  return findings;
}
