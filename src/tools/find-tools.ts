import { z } from "zod";
import type { Tool } from "../engine/tool.ts";
import { functionTool } from "./function-tool.ts";
import { quoted } from "./result.ts";

/** How many tools one request may have, and how many characters they may have together, as JSON. */
export interface ToolRoom {
  readonly countMax: number;
  readonly charsMax: number;
}

export interface Choice {
  /** What the model is offered. */
  readonly offered: readonly Tool[];
  /** All that it may call, the search among them. */
  readonly callable: readonly Tool[];
  /** The names of those that it has to find first. */
  readonly toBeFound: readonly string[];
}

/** Of a search. */
const FOUND_MAX = 10;
/** Those that were found last stay within reach. */
const FOUND_KEPT_MAX = 24;
const ROOM_FOR_FOUND = FOUND_KEPT_MAX + 1;

/**
 * What of these tools is offered at once, in their order, and how the others are found: by a tool that searches them and puts what it finds within
 * reach. `lastFound`: what searches of this agent gave in this run, the newest first. `namedCount`: of the first of them, which people have named one by
 * one; for those there is less room for what is found. `taken`: names of the agent's other tools. What is offered is never more than the room.
 */
export function chooseTools(
  tools: readonly Tool[],
  { countMax, charsMax }: ToolRoom,
  lastFound: readonly string[],
  { namedCount = 0, taken = [] }: { readonly namedCount?: number; readonly taken?: readonly string[] } = {},
): Choice {
  const chars = tools.reduce((sum, tool) => sum + sizeOf(tool), 0);
  if (tools.length <= countMax && chars <= charsMax) return { offered: tools, callable: tools, toBeFound: [] };
  const countAtOnce = Math.max(0, countMax - ROOM_FOR_FOUND, Math.min(namedCount, countMax - FOUND_MAX - 1));
  let used = 0;
  const behind = tools.findIndex((tool, index) => {
    used += sizeOf(tool);
    return index >= countAtOnce || used > charsMax - (index < namedCount ? charsMax / 8 : charsMax / 4);
  });
  // In their order: what is behind the first that does not fit is found.
  const [atOnce, others] = [tools.slice(0, behind), tools.slice(behind)];
  const search = searchOver(others, searchName([...tools.map(({ name }) => name), ...taken]));
  const found = [search, ...lastFound.slice(0, FOUND_KEPT_MAX).flatMap((name) => others.find((tool) => tool.name === name) ?? [])];
  return {
    offered: withinRoom([...atOnce, ...found], { countMax, charsMax }),
    callable: [...tools, search],
    toBeFound: others.map(({ name }) => name),
  };
}

/** Without those that do not fit any more. */
function withinRoom(tools: readonly Tool[], { countMax, charsMax }: ToolRoom): readonly Tool[] {
  const kept: Tool[] = [];
  let left = charsMax;
  for (const tool of tools) {
    if (kept.length >= countMax || sizeOf(tool) > left) continue;
    kept.push(tool);
    left -= sizeOf(tool);
  }
  return kept;
}

const sizes = new WeakMap<Tool["parameters"], number>();

/** Characters of a tool in a request. */
export function sizeOf({ name, description, parameters }: Pick<Tool, "name" | "description" | "parameters">): number {
  const known = sizes.get(parameters) ?? Math.min(JSON.stringify(parameters).length, SCHEMA_CHARS_COUNTED_MAX);
  sizes.set(parameters, known);
  return name.length + description.length + known;
}

/** A longer one is made shorter before it is sent. */
const SCHEMA_CHARS_COUNTED_MAX = 16_000;

/** Unless something is called so already. */
export function searchName(taken: readonly string[]): string {
  const names = new Set(taken);
  const wanted = ["find_tools", "find_more_tools", "search_all_tools"].find((name) => !names.has(name));
  for (let count = 2; ; count++) {
    const name = wanted ?? `find_tools_${count}`;
    if (!names.has(name)) return name;
  }
}

function searchOver(tools: readonly Tool[], name: string): Tool {
  return functionTool({
    name,
    description: `Finds tools by what they do, and lets you call those that it finds. ${tools.length} more tools are there than you see here: ${sample(tools)}.`,
    input: z.object({ query: z.string().max(500).describe("What the tool should do, in a few words.") }),
    run({ query }) {
      const found = search(tools, query);
      if (found.length === 0) return `Nothing fits "${quoted(query, 100)}". There are: ${sample(tools)}.`;
      return `You can call these now:\n${found.map((tool) => `- ${tool.name}: ${quoted(tool.description, 200)}`).join("\n")}`;
    },
  });
}

/** The names that an answer of the search puts within reach. */
export const namesFound = (output: string): readonly string[] => [...output.matchAll(/^- ([\w-]{1,64}): /gm)].map(([, name = ""]) => name);

const SAMPLE_MAX = 12;

function sample(tools: readonly Tool[]): string {
  const names = tools.slice(0, SAMPLE_MAX).map(({ name }) => name);
  return tools.length > SAMPLE_MAX ? `${names.join(", ")} …` : names.join(", ");
}

/** Those with most of the words, in the name before the description; the team file's order decides between equals. */
function search(tools: readonly Tool[], query: string): readonly Tool[] {
  const words = [...new Set(wordsOf(query))];
  const scored = tools.map((tool) => {
    const [name, description] = [wordsOf(tool.name), wordsOf(tool.description)];
    const score = words.reduce((sum, word) => sum + (hasWord(name, word) ? 3 : 0) + (hasWord(description, word) ? 1 : 0), 0);
    return { tool, score };
  });
  return scored
    .filter(({ score }) => score > 0)
    .toSorted((one, other) => other.score - one.score)
    .slice(0, FOUND_MAX)
    .map(({ tool }) => tool);
}

const wordsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** `issue` finds `issues`, and `create` finds `created`. */
const hasWord = (words: readonly string[], word: string): boolean =>
  words.some((one) => one === word || (word.length > 3 && one.startsWith(word)) || (one.length > 3 && word.startsWith(one)));
