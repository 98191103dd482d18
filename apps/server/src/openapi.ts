import { PROBLEMS, pathParameters, problemField, type Route, routes, SUITE } from "@ecrin/protocol";
import * as z from "zod/mini";

type Document = Readonly<Record<string, unknown>>;

/** The OpenAPI 3.1 document of the table of routes. */
export function openApi(): Document {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [name, route] of Object.entries<Route>(routes)) {
    const path = route.path.replace(/:([a-z]+)/g, "{$1}");
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(name, route) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Écrin", version: "1", description: `Suite ${SUITE}. Bytes are base64url.` },
    paths,
    components: {
      schemas: { Problem: schemaOf(problemField, "output") },
      securitySchemes: {
        session: { type: "http", scheme: "DPoP", description: "RFC 9449, with a nonce." },
      },
      responses: {
        Problem: {
          description: `RFC 9457. Codes: ${Object.keys(PROBLEMS).join(", ")}.`,
          content: {
            "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
          },
        },
      },
    },
  };
}

function operation(name: string, route: Route): Document {
  return {
    operationId: name,
    ...(route.session ? { security: [{ session: [] }] } : {}),
    parameters: [...pathParametersOf(route), ...queryParametersOf(route)],
    ...(route.body === undefined
      ? {}
      : { requestBody: { required: true, content: json(schemaOf(route.body, "input")) } }),
    responses: {
      "200": {
        description: "The answer.",
        content:
          route.answer === undefined
            ? {
                [route.path.endsWith("/events") ? "text/event-stream" : "application/octet-stream"]:
                  {},
              }
            : json(schemaOf(route.answer, "output")),
      },
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

function json(schema: Document): Document {
  return { "application/json": { schema } };
}

function pathParametersOf(route: Route): Document[] {
  return Object.entries(pathParameters)
    .filter(([name]) => route.path.split("/").includes(`:${name}`))
    .map(([name, field]) => ({
      name,
      in: "path",
      required: true,
      schema: schemaOf(field, "input"),
    }));
}

function queryParametersOf(route: Route): Document[] {
  if (route.query === undefined) return [];
  const { properties, required } = objectField.parse(schemaOf(route.query, "input"));
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: "query",
    required: required?.includes(name) ?? false,
    schema,
  }));
}

const objectField = z.object({
  properties: z.record(z.string(), z.unknown()),
  required: z.optional(z.array(z.string())),
});

/** The JSON Schema of one place, with nothing shared, so that no reference points outside of it. */
function schemaOf(field: z.ZodMiniType, io: "input" | "output"): Document {
  const { $schema: _, ...schema } = z.toJSONSchema(field, { io, reused: "inline" });
  return schema;
}
