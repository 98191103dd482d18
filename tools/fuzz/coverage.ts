// Which branches of the parsers a run has been through, by V8's own block coverage. Started before
// the parsers are loaded: V8 counts blocks of what it compiles afterwards.

import { readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { branchesOf, type Missed, type Script } from "../coverage/branches.ts";

/** Files whose every branch a run should reach. */
const PARSERS =
  /\/(?:packages\/protocol\/src\/(?!index)[a-z0-9-]+|packages\/crypto\/src\/(?:box|content|errors|feed|kit|pad|secret|segments|slot|stream|wrap)|apps\/server\/src\/(?:input|nonce|proof|token))\.ts$/;

/**
 * What stands in a parser's file and is not reading: functions that make and name things, and
 * branches that only a mistake in this project's own code could enter.
 */
const NOT_READING: readonly (readonly [file: string, begins: RegExp, why: string])[] = [
  ["token.ts", /^function grantSession/, "makes"],
  ["box.ts", /^badArgument/, "no call here is without a label"],
  ["errors.ts", /^: \{ cause/, "nothing that opens gives a cause"],
  ["pad.ts", /^(sizeChanged|function sizeChanged|\{ badArgument)/, "pads"],
  [
    "pad.ts",
    /^\?\? cannotOpen/,
    "the stream below ends with exactly the bytes announced, or refuses first",
  ],
  ["feed.ts", /^this\.#refuse/, "as above"],
  ["secret.ts", /^function newSecret/, "makes"],
  ["segments.ts", /^(badArgument|\{ badArgument|function plainOffset)/, "lays out what is sealed"],
  ["slot.ts", /^(function kitLoginSeed|async function sealSlot)/, "makes"],
  ["slot.ts", /^cannotOpen/, "a key of another length, from somebody who holds the factor"],
  [
    "stream.ts",
    /^(\?\.header|\?\.digests|&& !sameBytes|sourceChanged|function sourceChanged|: \(\) => undefined|return await digested|\(\) => undefined|\?\? badArgument)/,
    "seals, or is the browsers' way",
  ],
  ["wrap.ts", /^(async function wrapTo|function isLatticeKey)/, "makes"],
  ["account.ts", /^\?\? refuse\("an account without/, "a state always has one"],
  ["bytes.ts", /^return false/, "what is compared here has one length"],
  ["canonical.ts", /^(default|continue)/, "for values that are not from JSON"],
  ["contact.ts", /^function acceptanceNameContext/, "names"],
  ["context.ts", /^throw/, "numbers in contexts are counted here"],
  ["epoch.ts", /^function (serverKeyHash|wrapContext|keyCommitmentContext|backContext)/, "names"],
  ["ids.ts", /^(function newId|malformed\("hash")/, "makes"],
  ["link.ts", /^function (linkContext|linkBox)/, "names"],
  ["link-set.ts", /^function (linkSetContext|aboutContext)/, "names"],
  [
    "merkle.ts",
    /^(malformed\("frontier", "does not fit|function sameFrontier)/,
    "adds to what was read",
  ],
  [
    "reduce.ts",
    /^(function accountsNamed|refuse\("has too many members")/,
    "names; a thousand members are the unit tests'",
  ],
  [
    "revision.ts",
    /^function (revisionContext|secretContext|revisionCommitContext|epochToWrapUnder)/,
    "names",
  ],
  ["space.ts", /^\?\? refuse\("(a space without|no epoch)/, "a state always has one"],
  [
    "statement.ts",
    /^(\?\? malformed\("kind"|malformed\("signature", "is not 64 bytes"\);$)/,
    "kinds are fixed here",
  ],
  [
    "input.ts",
    /^return (refuse\("internal"\)|undefined)|^function isParameter/,
    "paths and bodies are the table's",
  ],
];

const root = new URL("../../", import.meta.url);

/** For each parser, how often each range of it was entered, in the order in which V8 nests them. */
export type Coverage = readonly Script[];

/** Begins to count; the answer ends it and says what was counted. */
export async function countBranches(): Promise<() => Promise<Coverage>> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  return async () => {
    const { result } = await session.post("Profiler.takePreciseCoverage");
    session.disconnect();
    return result
      .filter(({ url }) => url.startsWith(root.href) && PARSERS.test(url))
      .map(({ url, functions }) => ({
        file: relative(fileURLToPath(root), fileURLToPath(url)),
        functions,
      }));
  };
}

/** Stretches of the parsers that no worker entered. */
export function uncovered(parts: readonly Coverage[]): {
  files: number;
  branches: number;
  missing: Missed[];
} {
  const scripts = parts.flat();
  const files = [...new Set(scripts.map(({ file }) => file))].sort();
  const each = files.map((file) => {
    const own = scripts.filter((script) => script.file === file);
    return branchesOf(file, readFileSync(new URL(file, root), "utf8"), own);
  });
  return {
    files: files.length,
    branches: each.reduce((sum, { branches }) => sum + branches, 0),
    missing: each
      .flatMap(({ missed }) => missed)
      .filter(({ file, source }) => !isNotReading(file, source)),
  };
}

function isNotReading(file: string, text: string): boolean {
  return NOT_READING.some(([name, begins]) => file.endsWith(`/${name}`) && begins.test(text));
}
