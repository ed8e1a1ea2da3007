import * as limits from "../../../src/slack/words/limits.ts";
import type { ApiCall } from "../../../local-slack/index.ts";

/** What of a call's payload is over one of the limits in src/slack/words/limits.ts; nothing when it could have been sent to Slack. */
export function overLimits({ method, args }: ApiCall): readonly string[] {
  const found: string[] = [];
  const most = (what: string, value: number, max: number) => {
    if (value > max) found.push(`${method}: ${what} is ${value}, at most ${max}`);
  };
  const text = typeof args["text"] === "string" ? args["text"].length : 0;
  most("text", text, method === "chat.update" ? limits.UPDATE_TEXT_CHARS_MAX : limits.POST_TEXT_CHARS_MAX);
  if (/^chat\.(?:postMessage|update|postEphemeral)$/.test(method) && text === 0) found.push(`${method}: has no text for notifications`);
  if (typeof args["username"] === "string") most("username", args["username"].length, limits.USERNAME_CHARS_MAX);
  if (args["metadata"]) most("metadata", Buffer.byteLength(JSON.stringify(args["metadata"])), limits.METADATA_BYTES_MAX);
  if (typeof args["title"] === "string") most("title", args["title"].length, limits.SESSION_TITLE_CHARS_MAX);
  if (Array.isArray(args["loading_messages"])) most("loading_messages", args["loading_messages"].length, limits.LOADING_MESSAGES_MAX);
  if (Array.isArray(args["prompts"])) most("prompts", args["prompts"].length, limits.SUGGESTED_PROMPTS_MAX);
  const view = args["view"] as Json | undefined;
  if (view) {
    const isModal = view["type"] === "modal";
    for (const field of isModal ? ["title", "submit", "close"] : []) most(field, textOf(view[field]), limits.VIEW_TITLE_CHARS_MAX);
    most("private_metadata", lengthOf(view["private_metadata"]), limits.PRIVATE_METADATA_CHARS_MAX);
    most("blocks", listOf(view["blocks"]).length, limits.VIEW_BLOCKS_MAX);
    checkBlocks(listOf(view["blocks"]), most);
  }
  const blocks = listOf(args["blocks"]);
  most("blocks", blocks.length, limits.MESSAGE_BLOCKS_MAX);
  checkBlocks(blocks, most);
  return found;
}

type Json = { readonly [name: string]: unknown };
type Most = (what: string, value: number, max: number) => void;

function checkBlocks(blocks: readonly Json[], most: Most): void {
  const ofType = (type: string) => blocks.filter((block) => block["type"] === type);
  const markdown = ofType("markdown").reduce((sum, block) => sum + lengthOf(block["text"]), 0);
  most("markdown in all", markdown, limits.MARKDOWN_TOTAL_CHARS_MAX);
  most("tables", ofType("table").length, 1);
  for (const block of blocks) {
    switch (block["type"]) {
      case "section":
        most("a section's text", textOf(block["text"]), limits.SECTION_CHARS_MAX);
        break;
      case "context":
        most("elements of a context", listOf(block["elements"]).length, limits.CONTEXT_ELEMENTS_MAX);
        for (const element of listOf(block["elements"])) most("a context's text", textOf(element), limits.CONTEXT_CHARS_MAX);
        break;
      case "actions":
        most("elements of actions", listOf(block["elements"]).length, limits.ACTIONS_MAX);
        for (const element of listOf(block["elements"])) checkElement(element, most);
        break;
      case "input":
        checkElement(block["element"] as Json, most);
        break;
      case "container":
        most("a container's title", textOf(block["title"]), limits.CONTAINER_TITLE_CHARS_MAX);
        most("a container's blocks", listOf(block["child_blocks"]).length, limits.CONTAINER_BLOCKS_MAX);
        checkBlocks(listOf(block["child_blocks"]), most);
        break;
      case "table":
        most("a table's rows", listOf(block["rows"]).length, limits.TABLE_ROWS_MAX);
        most("a table's cells", cellChars(block["rows"]), limits.TABLE_CHARS_MAX);
        break;
    }
  }
}

function checkElement(element: Json, most: Most): void {
  most("an action_id", lengthOf(element["action_id"]), limits.ACTION_ID_CHARS_MAX);
  most("a button's text", textOf(element["text"]), limits.BUTTON_CHARS_MAX);
  if (element["type"] === "button") most("a button's value", lengthOf(element["value"]), limits.BUTTON_VALUE_CHARS_MAX);
  most("options", listOf(element["options"]).length, limits.OPTIONS_MAX);
  for (const option of listOf(element["options"])) {
    most("an option's label", textOf(option["text"]), limits.OPTION_CHARS_MAX);
    most("an option's value", lengthOf(option["value"]), limits.OPTION_VALUE_CHARS_MAX);
  }
}

/** The letters in a table's cells. */
function cellChars(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + cellChars(inner), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [name, inner]) => sum + (name === "text" && typeof inner === "string" ? inner.length : cellChars(inner)),
    0,
  );
}

const listOf = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const textOf = (value: unknown): number =>
  typeof value === "object" && value !== null && "text" in value && typeof value.text === "string" ? value.text.length : 0;
const lengthOf = (value: unknown): number => (typeof value === "string" ? value.length : 0);
