import { z } from "zod";
import type { Route } from "./route.ts";
import { Problem } from "./shapes.ts";

/** OpenAPI 3.1 of these routes; its schemas are those that the answers are held to. */
export function openApiOf(routes: readonly Route[]): object {
  const paths: { [path: string]: { [method: string]: object } } = {};
  for (const one of routes) (paths[one.path] ??= {})[one.method] = operationOf(one);
  return {
    openapi: "3.1.0",
    info: {
      title: "Parley studio",
      version: "1",
      description: "What the studio reads. Within version 1 fields are added, and none is taken away or means something else.",
    },
    servers: [{ url: "/api/v1" }],
    security: [{ session: [] }],
    paths,
    components: { securitySchemes: { session: { type: "apiKey", in: "cookie", name: "parley_studio" } } },
  };
}

function operationOf({ summary, params, query, body, gives, method }: Route): object {
  const problem = (description: string) => ({ description, content: { "application/json": { schema: jsonSchema(Problem) } } });
  return {
    summary,
    parameters: [
      ...parametersOf(params, "path"),
      ...parametersOf(query, "query"),
      ...(method === "get" ? [] : [{ name: "X-Parley-Csrf", in: "header", required: true, schema: { type: "string" } }]),
    ],
    ...(body ? { requestBody: { required: true, content: { "application/json": { schema: inputSchema(body) } } } } : {}),
    responses: {
      200: { description: "The answer.", content: contentOf(gives) },
      401: problem("No session."),
      404: problem("Not there, or not to be seen."),
      ...(method === "get" ? {} : { 403: problem("Not allowed."), 409: problem("Somebody else was faster.") }),
    },
  };
}

function contentOf(gives: Route["gives"]): object {
  switch (gives.kind) {
    case "json":
      return { "application/json": { schema: jsonSchema(gives.shape) } };
    case "stream":
      return {
        "text/event-stream": { schema: { type: "string", contentMediaType: "application/json", contentSchema: jsonSchema(gives.shape) } },
      };
    case "bytes":
      return { "application/octet-stream": {} };
  }
}

function parametersOf(shape: z.ZodType | undefined, where: "path" | "query"): object[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(shape, { io: "input" }) as {
    properties?: { [name: string]: object };
    required?: string[];
  };
  return Object.entries(properties).map(([name, { ...schema }]) => {
    const { description, ...rest } = schema as { readonly description?: string };
    return {
      name,
      in: where,
      required: where === "path" || required.includes(name),
      ...(description ? { description } : {}),
      schema: rest,
    };
  });
}

function inputSchema(shape: z.ZodType): object {
  const { $schema: _draft, ...schema } = z.toJSONSchema(shape, { io: "input", unrepresentable: "any" });
  return schema;
}

function jsonSchema(shape: z.ZodType): object {
  const { $schema: _draft, ...schema } = z.toJSONSchema(shape, { io: "output", unrepresentable: "any" });
  return schema;
}
