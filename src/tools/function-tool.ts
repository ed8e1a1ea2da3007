import { z } from "zod";
import type { FileRef, Source } from "../engine/events/events.ts";
import type { JsonSchema } from "../engine/model.ts";
import type { CallOrigin, Tool, ToolEnd, ToolResult } from "../engine/tool.ts";
import type { Turn } from "../engine/turn.ts";
import { untilAborted } from "./deadline.ts";
import { capped, failed, quoted, returned } from "./result.ts";

/** A tool that is a function of this program. */
export interface FunctionTool<Input extends z.ZodObject> {
  /** `[a-zA-Z0-9_-]{1,64}`. */
  readonly name: string;
  readonly description: string;
  readonly input: Input;
  /** Gives text, anything else that JSON can hold, or a failed result. What it throws is a failed result too. */
  readonly run: (args: z.output<Input>, turn: Turn, origin: CallOrigin | undefined) => unknown;
}

/**
 * Makes a function into a tool: its arguments are checked before it runs, its output is text with a limit.
 * @throws TypeError for a name that no provider takes.
 */
export function functionTool<Input extends z.ZodObject>({ name, description, input, run }: FunctionTool<Input>): Tool {
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) throw new TypeError(`"${name}" is no name for a tool; take 1 to 64 letters, digits, _ and -.`);
  return {
    name,
    description,
    parameters: jsonSchemaOf(input),
    run: async (args, turn, origin) => {
      const outcome = await untilAborted(turn.signal, async () => {
        const checked = await input.safeParseAsync(args);
        return checked.success ? asResult(await run(checked.data, turn, origin)) : badArguments(name, checked.error);
      });
      switch (outcome.kind) {
        case "done":
          return outcome.value;
        case "aborted":
          return failed("aborted", `${name} was stopped before it had finished.`);
        case "threw":
          return failed("crashed", `${name} failed: ${messageOf(outcome.error)}`);
      }
    },
  };
}

function jsonSchemaOf(input: z.ZodObject): JsonSchema {
  const schema = z.toJSONSchema(input, { io: "input" });
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$schema" && key !== "~standard"));
}

/** An output with files that are kept already. */
export class WithFiles {
  readonly output: string;
  readonly files: readonly FileRef[];
  constructor(output: string, files: readonly FileRef[]) {
    this.output = output;
    this.files = files;
  }
}

/** An output, and where it was found; `beside`: what else came with it. */
export class WithSources {
  readonly output: string;
  readonly sources: readonly Source[];
  readonly beside: Pick<ToolEnd, "usage" | "touched">;
  constructor(output: string, sources: readonly Source[], beside: Pick<ToolEnd, "usage" | "touched"> = {}) {
    this.output = output;
    this.sources = sources;
    this.beside = beside;
  }
}

function asResult(value: unknown): ToolResult {
  if (isFailed(value)) return failed(value.error.kind, value.error.message);
  if (value instanceof WithFiles) return { kind: "returned", output: capped(value.output), files: value.files };
  if (value instanceof WithSources) return { kind: "returned", output: capped(value.output), sources: value.sources, ...value.beside };
  return returned(typeof value === "string" ? value : (JSON.stringify(value) ?? ""));
}

const Failure = z.object({ kind: z.literal("failed"), error: z.object({ kind: z.string(), message: z.string() }) });
const isFailed = (value: unknown): value is z.output<typeof Failure> => Failure.safeParse(value).success;

const MISTAKES_MAX = 5; // Enough to mend a call; a long list of them helps nobody.

function badArguments(name: string, error: z.ZodError): ToolResult {
  const mistakes = error.issues.slice(0, MISTAKES_MAX).map((issue) => `${pathOf(issue.path)}: ${quoted(issue.message, 300)}`);
  const more = error.issues.length > MISTAKES_MAX ? ` (and ${error.issues.length - MISTAKES_MAX} more)` : "";
  return failed("bad_arguments", `The arguments of ${name} are wrong. ${mistakes.join("; ")}${more}. Correct them and call ${name} again.`);
}

const pathOf = (path: readonly PropertyKey[]): string => (path.length > 0 ? `"${quoted(path.map(String).join("."), 100)}"` : "the whole");

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
