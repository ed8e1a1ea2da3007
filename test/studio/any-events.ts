import { z } from "zod";
import { EVENT_SHAPES } from "../../src/cli/logs/event-shape.ts";
import type { EventBody } from "../../src/engine/events/events.ts";
import { randomOf } from "../support/chance.ts";
import { HOSTILE } from "./stories.ts";

const WORDS = [
  HOSTILE,
  `<img src=x onerror="document.title='pwned'">`,
  "</script><script>alert(1)</script>",
  "<svg/onload=alert(1)>",
  "<style>*{display:none}</style>",
  '" onmouseover="alert(1)',
  "javascript:alert(1)",
  "![x](http://evil.example/p.png) <u>u</u> <i>i</i>",
  "```html\n<iframe src=https://evil.example></iframe>\n```",
  "\u001B[31mred \u202Egnp.exe\u0000",
];
const OPTIONAL_SHARE = 0.8;

interface JsonSchema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly properties?: { readonly [name: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
}

/** A run in which events of every type stand, by the shapes that a log from outside is read with; wherever words can be, hostile ones are. */
export function anyEvents(seed: number): readonly EventBody[] {
  const random = randomOf(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;

  function any(schema: JsonSchema): unknown {
    if (schema.const !== undefined) return schema.const;
    if (schema.enum) return one(schema.enum);
    const variants = schema.anyOf ?? schema.oneOf;
    if (variants) return any(one(variants));
    switch (schema.type) {
      case "object":
        return Object.fromEntries(
          Object.entries(schema.properties ?? {})
            .filter(([name]) => schema.required?.includes(name) || random() < OPTIONAL_SHARE)
            .map(([name, field]) => [name, any(field)]),
        );
      case "array":
        return Array.from({ length: 2 }, () => any(schema.items ?? {}));
      case "boolean":
        return random() < 0.5;
      case "integer":
      case "number":
        return (schema.minimum ?? 0) + Math.floor(random() * 4);
      default:
        if (schema.pattern?.includes("{64}")) return "0".repeat(64);
        if (schema.format === "uri") return `https://evil.example/?${encodeURIComponent(one(WORDS))}`;
        return one(WORDS);
    }
  }

  const bodies = [...EVENT_SHAPES].flatMap(([type, shape]) => {
    const schema = z.toJSONSchema(shape, { unrepresentable: "any" }) as JsonSchema;
    // A message is a person's, or an agent's.
    return (schema.anyOf ?? [schema]).map((variant) => {
      const {
        seq: _seq,
        at: _at,
        forgotten: _forgotten,
        quiet: _quiet,
        held: _held,
        ...body
      } = any(variant) as { [field: string]: unknown };
      return { ...body, type } as EventBody & { readonly within?: string };
    });
  });
  const own = (type: EventBody["type"]) => bodies.find((body) => body.type === type) ?? bodies[0]!;
  const { within: _begun, ...started } = own("run.started");
  const { within: _ended, ...stopped } = own("run.stopped");
  // Another beginning, or an end, would be of another run.
  const between = bodies.filter(({ type }) => type !== "run.started" && type !== "run.stopped");
  return [started, ...between, stopped] as readonly EventBody[];
}
