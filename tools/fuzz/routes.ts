// The route table: every body as the server reads it, every answer as the client does, every query.

import {
  PROBLEMS,
  ProtocolError,
  parseAs,
  parseJson,
  problemField,
  type Route,
  routes,
} from "@ecrin/protocol";
import * as z from "zod/mini";
import { readInput } from "../../apps/server/src/input.ts";
import { ServerError } from "../../apps/server/src/problem.ts";
import type { Tree } from "./mutate-json.ts";
import { optionalMembers, sampler } from "./sample.ts";
import { fits, isStrict } from "./shape.ts";
import { type Target, text } from "./target.ts";
import { idOf, type World } from "./world.ts";

const refusals = [ProtocolError, ServerError];

/** Whether what was read is what stood there: nothing dropped, nothing turned into something else. */
function isAsWritten(written: Tree, read: unknown, defaults: ReadonlySet<string>): boolean {
  if (Array.isArray(written)) {
    return (
      Array.isArray(read) &&
      read.length === written.length &&
      written.every((each, i) => isAsWritten(each, read[i], defaults))
    );
  }
  if (typeof written !== "object" || written === null) return Object.is(written, read);
  if (typeof read !== "object" || read === null) return false;
  const members = new Map(Object.entries(read));
  const added = [...members.keys()].filter((name) => !Object.hasOwn(written, name));
  return (
    added.every((name) => defaults.has(name)) &&
    Object.entries(written).every(([name, each]) => isAsWritten(each, members.get(name), defaults))
  );
}

function bodyTarget(name: string, route: Route, schema: z.ZodMiniType, sample: Tree): Target {
  const optional = optionalMembers(schema);
  return {
    name: `body ${name}`,
    share: 0.5,
    terms: "json",
    originals: [JSON.stringify(sample)],
    refusals,
    open: async (input) => {
      const request = new Request("http://localhost/v1/x", {
        method: "POST",
        body: text(input),
        headers: { "content-type": "application/json" },
      });
      return (await readInput(route, request, {})).body;
    },
    // No body at all counts as an empty one, and a byte order mark has no place in JSON.
    equivalent: (input, read) =>
      holds(text(input) === "" ? "{}" : text(input).toWellFormed(), read, sample, optional),
  };
}

function answerTarget(name: string, schema: z.ZodMiniType, sample: Tree): Target {
  const optional = optionalMembers(schema);
  return {
    name: `answer ${name}`,
    share: 0.5,
    terms: "json",
    originals: [JSON.stringify(sample)],
    refusals: [ProtocolError],
    open: (input) => parseAs(schema, parseJson(text(input), name), name),
    equivalent: (input, read) => holds(text(input), read, sample, optional),
  };
}

function holds(json: string, read: unknown, sample: Tree, optional: ReadonlySet<string>): boolean {
  const written: Tree = JSON.parse(json);
  return isAsWritten(written, read, optional) && fits(written, [sample], optional);
}

function queryTarget(name: string, route: Route, originals: readonly string[]): Target {
  return {
    name: `query ${name}`,
    share: 0.5,
    terms: "text",
    originals,
    refusals,
    open: async (input) =>
      (
        await readInput(
          { method: "GET", path: "/", session: false, ...queryOf(route) },
          new Request(`http://localhost/v1/x?${text(input)}`),
          {},
        )
      ).query,
    equivalent: (input, read) => {
      const search = new URL(`http://localhost/v1/x?${text(input)}`).searchParams;
      const numbers = new Map<string, unknown>(Object.entries(Object(read)));
      return [...search].every(
        ([key, value]) => numbers.get(key) === Number(value) && String(Number(value)) === value,
      );
    },
  };
}

function queryOf({ query }: Route) {
  return query === undefined ? {} : { query };
}

/** A request's other parts: where it goes, what it says it is and how long. */
function requestTarget(): Target {
  const space = idOf("record");
  const originals: Tree[] = [
    { params: { space }, query: "from=2", type: "application/json", body: "{}" },
    { params: {}, query: "", type: "application/json; charset=utf-8", body: "" },
    { params: { space }, query: "", body: "{}", announced: 2, type: "application/json" },
  ];
  return {
    name: "request",
    terms: "json",
    originals: originals.map((each) => JSON.stringify(each)),
    refusals: [...refusals, NoRequest],
    open: async (input) => {
      const { request, params, isRead } = requestOf(text(input));
      const { query, body, most } = { ...routes.chainOfSpace, body: routes.signOut.body, most: 64 };
      const route: Route = {
        method: "POST",
        path: "/",
        session: false,
        most,
        ...(isRead ? { query } : { query, body }),
      };
      return await readInput(route, request, params);
    },
    // Only ids, whole numbers and an empty object are in the forms of this route.
    equivalent: (input, read) => {
      const { params } = JSON.parse(text(input));
      const ids = Object.values(params ?? {});
      return (
        ids.every((id) => typeof id === "string" && id.length === 22 && isStrict(id)) &&
        Object.keys(Object((read as { body?: unknown }).body)).length === 0
      );
    },
  };
}

/** What no HTTP library would hand on. */
class NoRequest extends Error {}

function requestOf(json: string) {
  try {
    const { params, ...parts } = JSON.parse(json);
    const { query, type, body, announced } = parts;
    // No part of a request is anything but text, and making text of lists is not what is tried.
    if (Object.values(parts).some((part) => typeof part === "object")) throw new TypeError("lists");
    const length = announced === undefined ? {} : { "content-length": String(announced) };
    const headers = new Headers({
      ...(type === undefined ? {} : { "content-type": String(type) }),
      ...length,
    });
    const request = new Request(`http://localhost/v1/x?${query}`, {
      method: "POST",
      headers,
      body: String(body),
    });
    return {
      request,
      params: Object(params) as Record<string, string>,
      isRead: body === undefined,
    };
  } catch (cause) {
    throw new NoRequest("none", { cause });
  }
}

function problemTarget(): Target {
  const problem = {
    type: "/problems/closed",
    title: "This is closed.",
    status: PROBLEMS.closed,
    code: "closed",
    field: "body.space",
  };
  return {
    name: "problem",
    terms: "json",
    originals: [JSON.stringify(problem)],
    refusals: [ProtocolError],
    open: (input) => parseAs(problemField, parseJson(text(input), "problem"), "problem"),
    // RFC 9457 section 3.2: members that are not known are left alone.
    equivalent: (_, read) =>
      typeof (read as { code: unknown }).code === "string" &&
      typeof (read as { status: unknown }).status === "number",
  };
}

/** Queries of every parameter, with other numbers each, and of any one alone where that will do. */
function queriesOf({ query }: Route): string[] {
  if (query === undefined) return [];
  const names = Object.keys((query.def as { shape?: object }).shape ?? {});
  const whole = ["1", "41"].map((number) => names.map((name) => `${name}=${number}`).join("&"));
  const alone = names.flatMap((name) => [`${name}=1`, `${name}=12`]);
  return [...whole, ...alone].filter((each) => {
    const { success } = z.safeParse(query, Object.fromEntries(new URLSearchParams(each)));
    return success && each !== "";
  });
}

export function routeTargets(world: World): Target[] {
  const sample = sampler(world.revisions[0] ?? "");
  const table: readonly (readonly [string, Route])[] = Object.entries(routes);
  return [
    ...table.flatMap(([name, route]) => {
      const targets: Target[] = [];
      if (route.body !== undefined)
        targets.push(bodyTarget(name, route, route.body, sample(route.body)));
      if (route.answer !== undefined)
        targets.push(answerTarget(name, route.answer, sample(route.answer)));
      const originals = queriesOf(route);
      if (originals.length > 0) targets.push(queryTarget(name, route, originals));
      return targets;
    }),
    problemTarget(),
    requestTarget(),
  ];
}
