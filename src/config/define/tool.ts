import { z } from "zod";
import { nearest } from "../../engine/reading/nearest.ts";
import type { FileRef, Person } from "../../engine/events/events.ts";
import type { Tool as EngineTool } from "../../engine/tool.ts";
import { guarded, type ApprovalMode } from "../../tools/approval.ts";
import { functionTool, WithFiles } from "../../tools/function-tool.ts";
import type { Parts } from "../build/parts.ts";
import type { Found, ToolDefinition } from "../registry/definition.ts";
import { description } from "../schema/names.ts";
import { approval } from "../schema/tools.ts";
import { wordsOf } from "./conversation.ts";
import { BUILT, checkedName, nothing } from "./checked.ts";

/** A tool in code, in `tools: { KEY: { kind: NAME } }`; one without settings agents can name as it is. */
export interface ToolKind<Input extends z.ZodObject, Schema extends z.ZodObject> {
  readonly name: string;
  /** For the models that may call it: what it does, and when to use it. */
  readonly description: string;
  /** What it is called with; checked before it runs. Describe its keys: models read them. */
  readonly input: Input;
  /** Its settings in the team file; none when absent. */
  readonly schema?: Schema;
  /** Whether a person is asked first, where the team file does not say: `never`, `always`, or `first-time` in a thread. `never` when absent. */
  readonly approval?: ApprovalMode;
  readonly onlyInFile?: boolean;
  /**
   * Gives text, anything that JSON can hold, or {@link ToolOutput} with files. What it throws is a failure that the agent reads. It may be called
   * again after a crash: what acts on the world keeps to `context.key`.
   */
  readonly run: (args: z.output<Input>, context: ToolContext<z.output<Schema>>) => unknown;
}

export interface ToolContext<Settings> {
  readonly settings: Settings;
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
  /** The same for the same call, also when it comes again after a crash, and no other's in any thread. */
  readonly key: string;
  /** The agent that calls. */
  readonly agent: string;
  /** The person whose words led to it. */
  readonly askedBy: Person;
}

/** What a tool gives: words for the agent, and files (images among them) for people. */
export interface ToolOutput {
  readonly text: string;
  readonly files: readonly ToolFile[];
}

export interface ToolFile {
  readonly name: string;
  /** Such as `image/png`. */
  readonly mediaType: string;
  readonly content: Uint8Array;
}

/** One that is made of the engine's own parts, as those that come with Parley are. */
interface BuiltTool<Schema extends z.ZodObject> {
  readonly name: string;
  readonly schema: Schema;
  readonly onlyInFile?: boolean;
  readonly build: (settings: z.output<Schema>, parts: Parts & { readonly name: string }) => EngineTool;
  readonly check?: (settings: z.output<Schema>, found: Omit<Found, "team">) => void;
}

export function defineTool<Input extends z.ZodObject, Schema extends z.ZodObject = typeof nothing>(
  tool: ToolKind<Input, Schema>,
): ToolDefinition<Schema>;
export function defineTool<Schema extends z.ZodObject>(tool: BuiltTool<Schema>): ToolDefinition<Schema>;
export function defineTool(tool: ToolKind<z.ZodObject, z.ZodObject> | BuiltTool<z.ZodObject>): ToolDefinition {
  const name = checkedName("tool", tool, "build" in tool ? BUILT : { description: "text", input: "settings", run: "function" });
  if ("build" in tool) return { defines: "tool", ...tool, name };
  assertSayable(name, tool.input);
  assertAsking(name, tool.approval);
  const { description: says, approval: asks = "never", schema = nothing, onlyInFile } = tool;
  const settings = schema.extend({
    approval: approval.default(asks).describe("Whether a person is asked before it runs."),
    description: description.default(says).describe("For the agents that may call it, in place of its own."),
  });
  return {
    defines: "tool",
    name,
    schema: settings.describe(says),
    needsNoEntry: settings.safeParse({}).success,
    ...(onlyInFile === undefined ? {} : { onlyInFile }),
    build: (given, parts) => running(tool, given as z.output<typeof settings>, parts),
  };
}

/** A model is told of the arguments by JSON Schema: a Date, say, has none. */
function assertSayable(name: string, input: z.ZodObject): void {
  try {
    z.toJSONSchema(input, { io: "input" });
  } catch (error) {
    throw new TypeError(
      `\`input\` of the tool "${name}" cannot be put as JSON, by which a model is told of it (${wordsOf(error)}); write it of text, numbers, lists and objects`,
      { cause: error },
    );
  }
}

/** A rule that is none would let every call run, and nobody be asked. */
function assertAsking(name: string, asks: unknown): void {
  if (asks === undefined || approval.safeParse(asks).success) return;
  const rules = approval.options.map((one) => `"${one}"`).join(", ");
  const meant = typeof asks === "string" ? nearest(asks, approval.options) : undefined;
  throw new TypeError(`\`approval\` of the tool "${name}" is none of ${rules}${meant === undefined ? "" : `; did you mean "${meant}"?`}`);
}

function running(
  { input, run }: ToolKind<z.ZodObject, z.ZodObject>,
  settings: { readonly approval: ApprovalMode; readonly description: string },
  { name, keepFile }: Parts & { readonly name: string },
): EngineTool {
  const tool = functionTool({
    name,
    description: settings.description,
    input,
    async run(args, { signal }, origin) {
      const { key = "", agent = "", askedBy = NOBODY } = origin ?? {};
      const output = await run(args, { settings, signal, key, agent, askedBy });
      if (!hasFiles(output)) return output;
      return new WithFiles(output.text, await kept(output.files, keepFile));
    },
  });
  return guarded(tool, settings.approval);
}

const NOBODY: Person = { id: "", name: "" };

const Output = z.strictObject({
  text: z.string(),
  files: z
    .array(z.object({ name: z.string().min(1).max(255), mediaType: z.string().min(1).max(100), content: z.instanceof(Uint8Array) }))
    .max(20),
});

/** Whether files go with the text. Throws where bytes are given that are no file yet: told as JSON they would say nothing to anybody. */
function hasFiles(value: unknown): value is ToolOutput {
  const read = Output.safeParse(value);
  if (read.success) return true;
  const files: unknown = typeof value === "object" && value !== null && "files" in value ? value.files : undefined;
  if (!Array.isArray(files) || !files.some((file: { readonly content?: unknown } | null) => file?.content instanceof Uint8Array))
    return false;
  const [issue] = read.error.issues;
  throw new TypeError(
    `\`run\` gave files, but ${issue?.path.join(".") || "what it gave"}: ${issue?.message ?? "cannot be read"}; write { text, files: [{ name, mediaType, content }] }`,
  );
}

const FILE_BYTES_MAX = 20_000_000;

const kept = (files: readonly ToolFile[], keepFile: Parts["keepFile"]): Promise<readonly FileRef[]> =>
  Promise.all(
    files.map(async ({ name, mediaType, content }) => {
      if (content.byteLength > FILE_BYTES_MAX) throw new RangeError(`the file ${name} is over ${FILE_BYTES_MAX} bytes`);
      return { hash: await keepFile(content), name: name.replaceAll(/[/\\\0]/g, "_"), mediaType, bytes: content.byteLength };
    }),
  );
