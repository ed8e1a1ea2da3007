import { createHash } from "node:crypto";
import { z } from "zod";
import type { ToolSpec } from "../../engine/model.ts";
import { cut, json, plain, quoted } from "../result.ts";

/** A tool as the model sees it, and as the server calls it. */
export interface ListedTool {
  readonly spec: ToolSpec;
  readonly remoteName: string;
  /** What it says of what it does; nothing where it does not say. */
  readonly hints?: ToolHints;
  readonly annotations?: ToolAnnotations;
}

/** All that it says of itself beside what models are told, in the protocol's words; some of it decides what is asked of people. */
export interface ToolAnnotations {
  readonly title?: string | undefined;
  readonly readOnlyHint?: boolean | undefined;
  readonly destructiveHint?: boolean | undefined;
  readonly idempotentHint?: boolean | undefined;
  readonly openWorldHint?: boolean | undefined;
}

export interface ToolHints {
  /** It reaches nobody else, and hears from nobody else. */
  readonly staysInside?: boolean;
  /** It changes nothing. */
  readonly readsOnly?: boolean;
}

export interface ToolList {
  readonly tools: readonly ListedTool[];
  /** Why something of the list was left out, for the operator. */
  readonly leftOut: readonly string[];
  /** More tools are there than are kept. */
  readonly isCutShort: boolean;
}

/** As the server has it. */
export type Cursor = string | number;

interface Page {
  readonly tools: readonly unknown[];
  readonly nextCursor?: Cursor | null | undefined;
}

const TOOLS_MAX = 2_000; // Of which a request holds some; the others are found by a search.
const PAGES_MAX = 100; // A server whose list never ends.
const NAME_CHARS_MAX = 64; // What every provider accepts.
const DESCRIPTION_CHARS_MAX = 1_024; // As OpenAI's limit for a function; sent with every call.
const SCHEMA_CHARS_MAX = 1_000_000; // To be made shorter for a model; more is no schema.
const REASONS_MAX = 10;

/** Reads a server's list to its end. What no model could use is left out, what is too long is cut; one bad tool does not spoil the others. `named`: kept before any limit, by the tool's name on the server. */
export async function listTools(
  server: string,
  pageAfter: (cursor: Cursor | undefined) => Promise<Page>,
  named: ReadonlySet<string> = new Set(),
): Promise<ToolList> {
  const tools = new Map<string, RemoteTool>();
  const leftOut: string[] = [];
  let isCutShort = false;
  let cursor: Cursor | undefined;
  for (let pages = 1; ; pages++) {
    const page = await pageAfter(cursor);
    for (const entry of page.tools) {
      const tool = readTool(entry);
      if (typeof tool === "string") leftOut.push(tool);
      else if (tools.has(tool.name)) leftOut.push(`a second tool "${quoted(tool.name, 100)}"`);
      else if (tools.size < TOOLS_MAX || named.has(tool.name)) tools.set(tool.name, tool);
      else isCutShort = leftOut.push(`"${quoted(tool.name, 100)}": there are more than ${TOOLS_MAX} tools`) > 0;
    }
    // Some servers name no page, or the same one again, where none comes.
    cursor = page.nextCursor && page.nextCursor !== cursor ? page.nextCursor : undefined;
    const isComplete = tools.size >= TOOLS_MAX && [...named].every((name) => tools.has(name));
    isCutShort ||= cursor !== undefined && isComplete;
    if (cursor === undefined || isComplete) break;
    if (pages === PAGES_MAX) {
      leftOut.push(`everything after page ${PAGES_MAX} of the list`);
      break;
    }
  }
  const names = localNames(server, [...tools.keys()]);
  return { tools: [...tools.values()].map((tool) => listed(server, tool, names)), leftOut: shortened(leftOut), isCutShort };
}

/**
 * `<server>__<tool>` in the letters that providers take, cut to their length, no two alike. A name that had to be changed and would meet
 * another one gets a mark made from the tool's own name, so that it stays the same whatever comes and goes beside it.
 */
export function localNames(server: string, remoteNames: readonly string[]): ReadonlyMap<string, string> {
  const whole = new Map(remoteNames.map((remote) => [remote, `${server}__${remote}`]));
  const simple = new Map([...whole].map(([remote, name]) => [remote, name.replace(/[^a-zA-Z0-9_-]/g, "_").slice(0, NAME_CHARS_MAX)]));
  const counts = Map.groupBy(simple.values(), (name) => name);
  return new Map(
    [...simple].map(([remote, name]) => {
      const isAlone = counts.get(name)?.length === 1;
      return [remote, isAlone || whole.get(remote) === name ? name : marked(name, remote)];
    }),
  );
}

function marked(name: string, remote: string): string {
  const mark = `_${createHash("sha256").update(remote).digest("hex").slice(0, 8)}`;
  return `${name.slice(0, NAME_CHARS_MAX - mark.length)}${mark}`;
}

const RemoteTool = z.object({
  name: z.string().min(1).max(1_000),
  description: z.string().nullish().catch(undefined),
  inputSchema: z.looseObject({}).nullish(),
  title: z.string().nullish().catch(undefined),
  annotations: z
    .object({
      title: z.string().nullish().catch(undefined),
      readOnlyHint: z.boolean().nullish().catch(undefined),
      destructiveHint: z.boolean().nullish().catch(undefined),
      idempotentHint: z.boolean().nullish().catch(undefined),
      openWorldHint: z.boolean().nullish().catch(undefined),
    })
    .nullish()
    .catch(undefined),
  execution: z.object({ taskSupport: z.string().nullish() }).nullish().catch(undefined),
  _meta: z
    .object({ ui: z.object({ visibility: z.array(z.string()).nullish() }).nullish() })
    .nullish()
    .catch(undefined),
});
type RemoteTool = z.output<typeof RemoteTool>;

/** The tool, or why there is none. */
function readTool(entry: unknown): RemoteTool | string {
  const { data, error } = RemoteTool.safeParse(entry);
  const name = z.object({ name: z.string() }).safeParse(entry).data?.name ?? "";
  if (!data) return `"${quoted(name, 100)}": ${quoted(error.issues[0]?.path.join(".") ?? "", 50) || "it"} is not as MCP wants it`;
  if (data.execution?.taskSupport === "required")
    return `"${quoted(name, 100)}": it runs only as a task of the protocol, which is not done here`;
  const { visibility } = data._meta?.ui ?? {};
  if (visibility && !visibility.includes("model")) return `"${quoted(name, 100)}": it is for the server's own pages, not for models`;
  const schema = json(data.inputSchema ?? {});
  if (schema === undefined) return `"${quoted(name, 100)}": the schema of its arguments is nested too deeply`;
  if (schema.length > SCHEMA_CHARS_MAX)
    return `"${quoted(name, 100)}": the schema of its arguments has ${schema.length} characters, more than ${SCHEMA_CHARS_MAX}`;
  return data;
}

function listed(server: string, tool: RemoteTool, names: ReadonlyMap<string, string>): ListedTool {
  const { $schema: _, ...schema } = tool.inputSchema ?? {};
  const description = cut(plain(tool.description ?? "").trim(), DESCRIPTION_CHARS_MAX);
  return {
    remoteName: tool.name,
    annotations: annotationsOf(tool),
    hints: { staysInside: tool.annotations?.openWorldHint === false, readsOnly: tool.annotations?.readOnlyHint === true },
    spec: {
      name: names.get(tool.name) ?? "",
      description: description || `"${quoted(tool.name, 100)}" of the MCP server "${server}".`,
      parameters: schema, // As the server has it; each provider is given it in a form that it takes.
    },
  };
}

const TITLE_CHARS_MAX = 200;

function annotationsOf({ title, annotations }: RemoteTool): ToolAnnotations {
  const words = title ?? annotations?.title;
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = annotations ?? {};
  return {
    title: words ? quoted(words, TITLE_CHARS_MAX) : undefined,
    readOnlyHint: readOnlyHint ?? undefined,
    destructiveHint: destructiveHint ?? undefined,
    idempotentHint: idempotentHint ?? undefined,
    openWorldHint: openWorldHint ?? undefined,
  };
}

/** What a server says of the use of all its tools. Made once for all of them: it may be as long as a message. */
export interface Instructions {
  /** On one line, and cut. */
  readonly words: string;
  /** Of all of it. */
  readonly mark: string;
}

export const instructionsOf = (said: string): Instructions => ({
  words: quoted(said, INSTRUCTIONS_CHARS_MAX),
  mark: digest(said).slice(0, 16),
});

/** What it says beside what models are told of it, for people: `readOnlyHint: true`, and what its server says of all its tools. */
export function annotationsInWords(annotations: ToolAnnotations, { words }: Instructions): string {
  const given = Object.entries(annotations).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${JSON.stringify(value)}`]));
  return [...given, ...(words === "" ? [] : [`its server says of the use of its tools: ${JSON.stringify(words)}`])].join(", ");
}

const INSTRUCTIONS_CHARS_MAX = 2_000; // As much as models are told of them.

/**
 * A mark of all that a tool says of itself, in three parts: of what a model is told of it, of its annotations, and of what its server says of the use of its
 * tools; in whatever order a server lists the names in it. Marks of older versions lack the last part, or the last two.
 */
export const specMark = ({ description, parameters }: ToolSpec, annotations: ToolAnnotations, { mark }: Instructions): string =>
  [digest([description, parameters]), digest(annotations).slice(0, 16), mark].join(".");

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value, byName)).digest("hex");

const byName = (_key: string, value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1)))
    : value;

const shortened = (reasons: readonly string[]): readonly string[] =>
  reasons.length <= REASONS_MAX ? reasons : [...reasons.slice(0, REASONS_MAX), `and ${reasons.length - REASONS_MAX} more`];
