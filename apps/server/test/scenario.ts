import { readFile } from "node:fs/promises";

// The form of apps/server/http/*.http, described in the README beside them.

/** What a step prepares: `# @let NAME = MAKER(ARGUMENT, …)`, or `# @wait N hours`. */
export type Preparation =
  | { readonly kind: "let"; readonly name: string; readonly maker: string; readonly given: string }
  | { readonly kind: "wait"; readonly milliseconds: number };

/** What the same request once more is answered with: equal, another success, or a problem. */
export type Again = "the same" | "another" | { readonly status: number; readonly code: string };

/** One request with what comes before it and what is expected of it. */
export interface Step {
  readonly title: string;
  readonly line: number;
  readonly preparations: readonly Preparation[];
  readonly status: number;
  /** The stable code, and the field it names. */
  readonly problem?: { readonly code: string; readonly field?: string };
  readonly again?: Again;
  /** `PATH = VALUE`, `PATH has N`, `PATH`, `header NAME`, `bytes VALUE`, as written. */
  readonly expected: readonly string[];
  /** `NAME = PATH`: what later steps call a part of the answer; without PATH all of it. */
  readonly kept: readonly { readonly name: string; readonly path: string }[];
  readonly method: string;
  readonly target: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** JSON with placeholders, `< {{name}}` for bytes, or nothing. */
  readonly body: string;
}

const UNITS: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000 };

/** Reads a file of scenarios. @throws SyntaxError that names the line */
export async function readScenario(path: string | URL): Promise<Step[]> {
  return parseScenario(await readFile(path, "utf8"));
}

export function parseScenario(text: string): Step[] {
  const lines = text.split("\n");
  const starts = lines.flatMap((line, i) => (line.startsWith("###") ? [i] : []));
  return starts.map((start, i) => readStep(lines.slice(start, starts[i + 1]), start + 1));
}

function readStep([heading = "", ...lines]: readonly string[], line: number): Step {
  const wrong = (what: string) => new SyntaxError(`line ${line}: ${what}`);
  const request = lines.findIndex((each) => /^[A-Z]+ \//.test(each));
  if (request < 0) throw wrong("there is no request line");
  const comments = lines.slice(0, request).flatMap((each) => {
    const [, said] = /^# ?(.*)$/.exec(each) ?? [];
    if (said === undefined && each.trim() !== "") throw wrong(`what is ${each}`);
    return said === undefined ? [] : [said];
  });
  const after = (mark: string) =>
    comments.flatMap((each) => (each.startsWith(mark) ? [each.slice(mark.length).trim()] : []));
  const [first = "", ...expected] = after("→ ");
  const [, status, code, field] = /^(\d{3})(?: ([a-z-]+)(?: at (\S+))?)?$/.exec(first) ?? [];
  if (status === undefined) throw wrong("the first expectation is a status");
  const [method = "", target = ""] = (lines[request] ?? "").split(" ");
  const rest = lines.slice(request + 1);
  const gap = rest.indexOf("");
  const again = expected.find((each) => each.startsWith("again "));
  return {
    title: heading.replace(/^#+\s*/, ""),
    line,
    preparations: comments.flatMap((each) => readPreparation(each, wrong)),
    status: Number(status),
    ...(code === undefined ? {} : { problem: { code, ...(field === undefined ? {} : { field }) } }),
    ...(again === undefined ? {} : { again: readAgain(again.slice("again ".length), wrong) }),
    expected: expected.filter((each) => each !== again),
    kept: after("@keep ").map((each) => {
      const [name = "", path = ""] = each.split(" =");
      return { name, path: path.trim() };
    }),
    method,
    target,
    headers: rest.slice(0, gap < 0 ? undefined : gap).map((each) => {
      const [, name, value] = /^([A-Za-z-]+): (.*)$/.exec(each) ?? [];
      if (name === undefined || value === undefined) throw wrong(`what is ${each}`);
      return [name, value] as const;
    }),
    body: gap < 0 ? "" : rest.slice(gap).join("\n").trim(),
  };
}

function readPreparation(text: string, wrong: (what: string) => Error): Preparation[] {
  if (!text.startsWith("@") || text.startsWith("@keep ")) return [];
  const [, name, maker, given] = /^@let (\w+) = (\w+)\((.*)\)$/.exec(text) ?? [];
  if (name !== undefined && maker !== undefined && given !== undefined) {
    return [{ kind: "let", name, maker, given }];
  }
  const [, count, unit] = /^@wait (\d+) (second|minute|hour)s?$/.exec(text) ?? [];
  if (unit === undefined) throw wrong(`what is ${text}`);
  return [{ kind: "wait", milliseconds: Number(count) * (UNITS[unit] ?? 0) }];
}

function readAgain(text: string, wrong: (what: string) => Error): Again {
  if (text === "the same" || text === "another") return text;
  const [, status, code] = /^(\d{3}) ([a-z-]+)$/.exec(text) ?? [];
  if (code === undefined) throw wrong(`what is again ${text}`);
  return { status: Number(status), code };
}
