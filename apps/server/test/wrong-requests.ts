// Every way in which a request of the table can be wrong, made from one that is right: nobody says
// a second time what a route takes.

import {
  isFieldPath,
  newId,
  type ProblemCode,
  ProtocolError,
  parseAs,
  pathParameters,
  type Route,
} from "@ecrin/protocol";
import type { Asked } from "./scene.ts";

/** What can be wrong, in the words of spec/http.md. */
export const WRONGS = [
  "unknown",
  "missing",
  "wrong type",
  "oversized",
  "role",
  "expired",
  "replayed",
  "out of order",
] as const;
export type WrongKind = (typeof WRONGS)[number];

/** A request that must be refused. */
export interface Wrong {
  readonly kind: WrongKind;
  readonly what: string;
  readonly asked: Asked;
  /** One of these, and nothing else. */
  readonly codes: readonly ProblemCode[];
  /** Where the problem must say that it lies: there, above, or below. */
  readonly field?: string;
  /** A length that is announced, of which nothing is sent. */
  readonly announces?: number;
  /** Whether its form is right, so that only the route itself can refuse it. */
  readonly isJudged?: boolean;
  /** What comes first. */
  readonly before?: () => Promise<void>;
}

type Path = readonly (string | number)[];

/** Longer than any text that a member of the table may have, but for ciphertexts. */
const LONG = "A".repeat(300_000);
/** What is told beside a text that is as long as a body may be. */
const BESIDE = 20_000;
const LONGEST = "A".repeat(1_500_000);
export const UNKNOWN = "nobodyKnows";

/** What is wrong with path, query and body of any route, whoever asks. */
export function wrongInputs(route: Route, asked: Asked): Wrong[] {
  return [
    ...wrongPaths(route, asked),
    ...wrongQueries(route, asked),
    ...(route.body === undefined ? [] : wrongBodies(route.body, route.most ?? 1 << 20, asked)),
  ];
}

function wrongPaths({ path }: Route, asked: Asked): Wrong[] {
  const [place = "", query] = asked.target.split("?");
  const search = query === undefined ? "" : `?${query}`;
  const elsewhere = { ...asked, target: `${place}/no/where${search}` };
  const parts = place.split("/");
  const parameters = path.split("/").flatMap((part, i): Wrong[] => {
    const name = part.slice(1);
    if (!part.startsWith(":") || !isParameter(name)) return [];
    const at = (value: string) => ({
      ...asked,
      target: parts.with(i, value).join("/") + search,
    });
    return [
      {
        kind: "wrong type",
        what: `path ${name}`,
        asked: at("no-id"),
        codes: ["malformed"],
        field: `path.${name}`,
      },
      {
        kind: "unknown",
        what: `path ${name}`,
        asked: at(newId()),
        // A statement in the body says for itself which space it belongs to.
        codes: ["not-found", "statement-refused"],
      },
    ];
  });
  return [
    { kind: "unknown", what: "path", asked: elsewhere, codes: ["not-found"] },
    { kind: "unknown", what: "method", asked: without(asked, "DELETE"), codes: ["not-found"] },
    ...parameters,
  ];
}

function without({ body: _, ...asked }: Asked, method: string): Asked {
  return { ...asked, method };
}

function isParameter(name: string): name is keyof typeof pathParameters {
  return Object.hasOwn(pathParameters, name);
}

function wrongQueries({ query }: Route, asked: Asked): Wrong[] {
  const [place = "", text = ""] = asked.target.split("?");
  const said = new URLSearchParams(text);
  const asking = (search: URLSearchParams) => ({ ...asked, target: `${place}?${search}` });
  const more = new URLSearchParams([...said, [UNKNOWN, "1"]]);
  const wrong: Wrong[] = [
    {
      kind: "unknown",
      what: "query",
      asked: asking(more),
      codes: ["malformed"],
      field: "query",
    },
  ];
  if (query === undefined) return wrong;
  for (const name of namesOf(query)) {
    const field = `query.${name}`;
    const twice = new URLSearchParams([...said, [name, "1"], [name, "1"]]);
    const at = (kind: WrongKind, value: string): Wrong[] => {
      const search = new URLSearchParams(said);
      search.set(name, value);
      return isTaken(query, Object.fromEntries(search))
        ? []
        : [{ kind, what: field, asked: asking(search), codes: ["malformed"], field }];
    };
    const rest = new URLSearchParams([...said].filter(([each]) => each !== name));
    wrong.push(
      { kind: "unknown", what: `${field} twice`, asked: asking(twice), codes: ["malformed"] },
      ...at("wrong type", "none"),
      ...at("wrong type", "-1"),
      ...at("wrong type", "1.5"),
      ...at("oversized", "99999999999999999999"),
      ...at("oversized", LONG.slice(0, 4000)),
    );
    if (!isTaken(query, Object.fromEntries(rest)))
      wrong.push({
        kind: "missing",
        what: field,
        asked: asking(rest),
        codes: ["malformed"],
        field,
      });
  }
  return wrong;
}

function namesOf(schema: NonNullable<Route["query"]>): string[] {
  const { def } = schema._zod as { def: { shape?: object } };
  return Object.keys(def.shape ?? {});
}

function wrongBodies(schema: NonNullable<Route["body"]>, most: number, asked: Asked): Wrong[] {
  const json: unknown = JSON.parse(textOf(asked));
  const saying = (body: string): Asked => ({ ...asked, body });
  const malformed = (kind: WrongKind, what: string, body: string, field: string): Wrong => ({
    kind,
    what,
    asked: saying(body),
    ...(body.length > most
      ? { codes: ["too-large"], field: "body" }
      : { codes: ["malformed"], field }),
  });
  const wrong: Wrong[] = [
    malformed("wrong type", "a list", "[]", "body"),
    malformed("wrong type", "no JSON", "{", "body"),
    malformed("wrong type", "not UTF-8", '{"\u{d800}":1}', "body"),
    {
      kind: "wrong type",
      what: "content type",
      asked: {
        ...saying(JSON.stringify(json)),
        headers: { ...asked.headers, "content-type": "text/plain" },
      },
      codes: ["unsupported-type"],
    },
    malformed("oversized", "many values", `{"x":[${"0,".repeat(100_001)}0]}`, "body"),
    {
      kind: "oversized",
      what: "body",
      asked: saying(""),
      announces: most + 1,
      codes: ["too-large"],
      field: "body",
    },
  ];
  if (!isTaken(schema, {})) wrong.push(malformed("missing", "body", "", "body"));
  for (const [path, value] of membersOf(json)) {
    const field = ["body", ...path].join(".");
    /** The body with another value there, where the table refuses it. */
    const instead = (kind: WrongKind, what: string, other: unknown): Wrong[] => {
      const changed = changedAt(json, path, other);
      if (isTaken(schema, changed)) return [];
      return [malformed(kind, `${field} ${what}`, JSON.stringify(changed), field)];
    };
    wrong.push(
      ...(path.length === 0 ? [] : instead("missing", "missing", undefined)),
      ...[null, typeof value === "string" ? -1.5 : "", [{ [UNKNOWN]: 1 }]].flatMap((other) =>
        instead("wrong type", JSON.stringify(other), other),
      ),
    );
    if (isObject(value)) {
      wrong.push(...instead("unknown", UNKNOWN, { ...value, [UNKNOWN]: 1 }));
    }
    if (typeof value === "string") {
      const long = instead("oversized", "long", LONG.slice(0, most - BESIDE));
      wrong.push(
        ...(long.length > 0 || most < LONGEST.length
          ? long
          : instead("oversized", "longest", LONGEST)),
      );
    }
    if (Array.isArray(value)) {
      wrong.push(...instead("oversized", "many", new Array(20_000).fill(0)));
    }
  }
  return wrong;
}

function textOf({ body }: Asked): string {
  return typeof body === "string" && body !== "" ? body : "{}";
}

/** The object itself, every member and, of a list, what its first place holds. */
export function* membersOf(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  if (isObject(value) || path.length > 0) yield [path, value];
  if (Array.isArray(value)) {
    if (value.length > 0) yield* membersOf(value[0], [...path, 0]);
  } else if (isObject(value)) {
    for (const [name, member] of Object.entries(value)) yield* membersOf(member, [...path, name]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A copy that holds `other` at `path`; nothing there for `undefined`. */
export function changedAt(json: unknown, [first, ...rest]: Path, other: unknown): unknown {
  if (first === undefined) return other;
  const copy = Array.isArray(json) ? [...json] : { ...(json as object) };
  const held = copy as Record<string | number, unknown>;
  const inner = changedAt(held[first], rest, other);
  if (inner !== undefined) held[first] = inner;
  else if (Array.isArray(copy)) copy.splice(Number(first), 1);
  else delete held[first];
  return copy;
}

/** Whether the table takes this: what it takes is not wrong in its form. */
function isTaken(schema: NonNullable<Route["body"]>, value: unknown): boolean {
  try {
    parseAs(schema, value, "body");
    return true;
  } catch (error) {
    if (error instanceof ProtocolError && isFieldPath(error.field)) return false;
    throw error;
  }
}
