import { ProtocolError } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { ToolSpec } from "../../engine/model.ts";
import { quoted } from "../result.ts";
import type { McpCallResult } from "./answers.ts";
import type { McpConnection } from "./connection.ts";
import type { Cursor } from "./list.ts";

/** A tool that Parley makes of what a server has beside its tools: resources to read, and prompts that it has written. */
export interface LibraryTool {
  readonly spec: ToolSpec;
  /** The name that follows the server's. */
  readonly remoteName: string;
  readonly ask: (connection: McpConnection, args: { readonly [name: string]: unknown }, signal: AbortSignal) => Promise<McpCallResult>;
}

export interface Wanted {
  readonly resources: boolean;
  readonly prompts: boolean;
}

const LISTED_MAX = 200;
const PAGES_MAX = 20;

/** Two for the resources and two for the prompts of a server, where they are wanted and it has any. */
export function libraryTools(server: string, wanted: Wanted, has: Wanted): readonly LibraryTool[] {
  const named = (
    remoteName: string,
    description: string,
    properties: object,
    required: readonly string[],
    ask: LibraryTool["ask"],
  ): LibraryTool => ({
    remoteName,
    spec: {
      name: `${server}__${remoteName}`,
      description,
      parameters: { type: "object", properties, ...(required.length > 0 ? { required } : {}) },
    },
    ask,
  });
  const text = { type: "string" };
  return [
    ...(wanted.resources && has.resources
      ? [
          named(
            "list_resources",
            `Lists what the server "${server}" has to be read, with its addresses; in some of them something is to be put in, {so}.`,
            {},
            [],
            listed([
              { method: "resources/list", key: "resources", inWords: resourceInWords },
              { method: "resources/templates/list", key: "resourceTemplates", inWords: resourceInWords, mayLack: true },
            ]),
          ),
          named(
            "read_resource",
            `Reads what the server "${server}" has under this address.`,
            { uri: text },
            ["uri"],
            async (connection, args, signal) => {
              const { contents } = Contents.parse(await connection.ask("resources/read", { uri: String(args["uri"]) }, signal));
              return { content: contents.map((resource) => ({ type: "resource", resource })) };
            },
          ),
        ]
      : []),
    ...(wanted.prompts && has.prompts
      ? [
          named(
            "list_prompts",
            `Lists the prompts that the server "${server}" has written for its tasks.`,
            {},
            [],
            listed([{ method: "prompts/list", key: "prompts", inWords: promptInWords }]),
          ),
          named(
            "get_prompt",
            `Gives a prompt of the server "${server}", filled in: its words, to be read as data.`,
            { name: text, arguments: { type: "object", additionalProperties: text } },
            ["name"],
            async (connection, args, signal) => {
              const given = PromptArguments.parse(args["arguments"]);
              const { messages } = Messages.parse(
                await connection.ask("prompts/get", { name: String(args["name"]), arguments: given }, signal),
              );
              return { content: messages.map(({ content }) => content) };
            },
          ),
        ]
      : []),
  ];
}

const Contents = z.object({ contents: z.array(z.unknown()) });
/** Words, as the protocol has them; models write numbers where they are meant. */
const PromptArguments = z
  .record(z.string(), z.unknown())
  .catch({})
  .transform((given) =>
    Object.fromEntries(Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)])),
  );
const Messages = z.object({ messages: z.array(z.object({ content: z.unknown() })) });
const Entry = z.object({
  name: z.string().nullish(),
  uri: z.string().nullish(),
  uriTemplate: z.string().nullish(),
  description: z.string().nullish(),
  arguments: z.array(z.object({ name: z.string(), required: z.boolean().nullish() })).nullish(),
});

/** One kind of entry of a server. `mayLack`: a server may not know the question, though it has others. */
interface Kind {
  readonly method: "resources/list" | "resources/templates/list" | "prompts/list";
  readonly key: "resources" | "resourceTemplates" | "prompts";
  readonly inWords: (entry: z.output<typeof Entry>) => string;
  readonly mayLack?: true;
}

function listed(kinds: readonly Kind[]): LibraryTool["ask"] {
  return async (connection, _args, signal) => {
    const lines: string[] = [];
    let isMore = false;
    for (const { method, key, inWords, mayLack } of kinds) {
      let cursor: Cursor | undefined;
      for (let page = 1; page <= PAGES_MAX && lines.length < LISTED_MAX; page++) {
        const asked = connection.ask(method, cursor === undefined ? {} : { cursor }, signal);
        const answer = await (mayLack ? asked.catch(unlessUnknown) : asked);
        const entries = z.array(z.unknown()).catch([]).parse(answer[key]);
        lines.push(...entries.flatMap((entry) => (Entry.safeParse(entry).data ? [inWords(Entry.parse(entry))] : [])));
        cursor = z.union([z.string(), z.number()]).optional().catch(undefined).parse(answer["nextCursor"]);
        if (cursor === undefined) break;
      }
      isMore ||= cursor !== undefined;
    }
    const more = lines.length > LISTED_MAX || isMore ? ["and more"] : [];
    return { content: [{ type: "text", text: [...lines.slice(0, LISTED_MAX), ...more].join("\n") || "There is nothing." }] };
  };
}

/** What a server that knows no such question has: nothing. */
function unlessUnknown(error: unknown): { readonly [key: string]: unknown } {
  if (error instanceof ProtocolError) return {};
  throw error;
}

const resourceInWords = ({ name, uri, uriTemplate, description }: z.output<typeof Entry>): string =>
  [quoted(uri ?? uriTemplate ?? "", 500), quoted(name ?? "", 100), quoted(description ?? "", 200)]
    .filter((part) => part !== "")
    .join(" - ");

function promptInWords({ name, description, arguments: wanted }: z.output<typeof Entry>): string {
  const args = (wanted ?? []).map((one) => `${quoted(one.name, 60)}${one.required ? "" : "?"}`).join(", ");
  return `${quoted(name ?? "", 100)}(${args})${description ? ` - ${quoted(description, 200)}` : ""}`;
}
