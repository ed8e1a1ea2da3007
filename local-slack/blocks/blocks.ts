import { refuse, type Refusal } from "../refusal.ts";
import {
  accessory,
  actionsElement,
  anyText,
  button,
  contextActionsElement,
  imageElement,
  imageFields,
  imageSource,
  inputElement,
  markupText,
  plainText,
} from "./block-elements.ts";
import { isJson } from "./block-ids.ts";
import { elementsOf } from "./elements.ts";
import { MARKDOWN_CHARS_MAX, MESSAGE_BLOCKS_MAX, TABLE_CHARS_MAX } from "../state/limits.ts";
import { richTextBlock } from "./rich-text.ts";
import { anything, byType, flag, list, oneOf, problem, shape, text, whole, type Check, type Findings, type Surface } from "./shapes.ts";
import type { Json } from "../state/state.ts";

/** Whether Slack would take these blocks in a message: as many, as long and of such kinds as it allows. */
export function checkMessageBlocks(blocks: readonly unknown[]): Refusal | undefined {
  if (blocks.length > MESSAGE_BLOCKS_MAX) return refuse("msg_blocks_too_many");
  const problems = blockProblems(blocks, "message", "/blocks");
  const tables = allBlocks(blocks).filter((block) => block["type"] === "table");
  if (tables.length > 1) problems.push("only_one_table_allowed [json-pointer:/blocks]");
  if (cellChars(tables) > TABLE_CHARS_MAX) {
    problems.push(`table cells must be less than ${TABLE_CHARS_MAX + 1} characters in all [json-pointer:/blocks]`);
  }
  if (problems.length > 0)
    return refuse("invalid_blocks", { errors: problems, response_metadata: { messages: problems.map((found) => `[ERROR] ${found}`) } });
  const markdownChars = allBlocks(blocks)
    .filter((block) => block["type"] === "markdown")
    .reduce((sum, block) => sum + String(block["text"]).length, 0);
  return markdownChars > MARKDOWN_CHARS_MAX ? refuse("msg_blocks_too_long") : undefined;
}

/** What is wrong with blocks, in Slack's words, with pointers that begin at `at`. */
export function blockProblems(blocks: readonly unknown[], surface: Surface, at: string): string[] {
  const found: Findings = { surface, problems: [] };
  blocks.forEach((block, index) => anyBlock(block, `${at}/${index}`, found));
  const ids = allBlocks(blocks).flatMap((block) => (typeof block["block_id"] === "string" ? [block["block_id"]] : []));
  for (const id of repeated(ids)) problem(found, at, `block_id "${id}" already exists`);
  for (const block of allBlocks(blocks)) {
    const own = { ...block, child_blocks: undefined };
    const actionIds = elementsOf([own]).flatMap(({ element }) => (typeof element["action_id"] === "string" ? [element["action_id"]] : []));
    for (const id of repeated(actionIds)) problem(found, at, `action_id "${id}" already exists`);
  }
  return found.problems;
}

/** Numbers and places from Slack's Block Kit reference (blocks). */
const BLOCK_ID_CHARS_MAX = 255;
/** Where the reference gives no length, the longest that it gives anywhere. */
const UNDOCUMENTED_CHARS_MAX = 3_000;
const blockId = { block_id: text(BLOCK_ID_CHARS_MAX) };
const everywhere: readonly Surface[] = ["message", "modal", "home"];
const messages: readonly Surface[] = ["message"];

interface Block {
  readonly on: readonly Surface[];
  readonly check: Check;
}

const cell: Check = byType(() => ({
  raw_text: shape({ text: text(TABLE_CHARS_MAX) }),
  raw_number: shape({ value: anything, text: text(TABLE_CHARS_MAX) }),
  rich_text: richTextBlock,
}));

const card: Check = shape(
  {},
  {
    ...blockId,
    hero_image: imageElement,
    icon: imageElement,
    title: markupText(150),
    subtitle: markupText(150),
    body: markupText(200),
    actions: list(3, button),
  },
  (value, at, found) => {
    if (["hero_image", "title", "body", "actions"].every((field) => value[field] === undefined))
      problem(found, at, "must have a title, body, hero_image or actions");
  },
);

const taskCard: Check = shape(
  {
    task_id: text(BLOCK_ID_CHARS_MAX),
    title: text(UNDOCUMENTED_CHARS_MAX),
    status: oneOf("pending", "in_progress", "complete", "error"),
  },
  { ...blockId, details: richTextBlock, output: richTextBlock, sources: anything },
);

const BLOCKS: { readonly [type: string]: Block } = {
  divider: { on: everywhere, check: shape({}, blockId) },
  section: {
    on: everywhere,
    check: shape(
      {},
      { ...blockId, text: anyText(3_000), fields: list(10, anyText(2_000)), accessory, expand: flag },
      (value, at, found) => {
        if (value["text"] === undefined && value["fields"] === undefined) problem(found, at, "must have text or fields");
      },
    ),
  },
  header: { on: everywhere, check: shape({ text: plainText(150) }, blockId) },
  context: {
    on: everywhere,
    check: shape(
      {
        elements: list(10, (value, at, found) =>
          (isJson(value) && value["type"] === "image" ? imageElement : anyText(2_000))(value, at, found),
        ),
      },
      blockId,
    ),
  },
  actions: { on: everywhere, check: shape({ elements: list(25, actionsElement) }, blockId) },
  image: {
    on: everywhere,
    check: shape(imageFields, { ...blockId, ...imageSource, title: plainText(2_000) }, (value, at, found) => {
      if ((value["image_url"] === undefined) === (value["slack_file"] === undefined))
        problem(found, at, "must have either image_url or slack_file");
    }),
  },
  input: {
    on: everywhere,
    check: shape(
      { label: plainText(2_000), element: inputElement },
      { ...blockId, hint: plainText(2_000), optional: flag, dispatch_action: flag },
    ),
  },
  rich_text: { on: everywhere, check: richTextBlock },
  video: {
    on: everywhere,
    check: shape(
      { video_url: text(3_000), thumbnail_url: text(3_000), alt_text: text(2_000), title: plainText(200) },
      {
        ...blockId,
        title_url: anything,
        author_name: anything,
        provider_name: anything,
        provider_icon_url: anything,
        description: anything,
      },
    ),
  },
  card: { on: everywhere, check: card },
  alert: {
    on: ["modal"],
    check: shape({ text: anyText(200) }, { ...blockId, level: oneOf("default", "info", "warning", "error", "success") }),
  },
  carousel: {
    on: ["message", "home"],
    check: shape(
      {
        elements: list(
          10,
          byType(() => ({ card })),
        ),
      },
      blockId,
    ),
  },
  markdown: { on: messages, check: shape({ text: text(100_000) }, blockId) },
  table: { on: messages, check: shape({ rows: list(100, list(20, cell)) }, { ...blockId, column_settings: list(20, anything, 0) }) },
  data_table: {
    on: messages,
    check: shape(
      { rows: list(201, list(20, cell)), caption: text(2_000) },
      { ...blockId, page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
    ),
  },
  context_actions: { on: messages, check: shape({ elements: list(5, contextActionsElement) }, blockId) },
  task_card: { on: messages, check: taskCard },
  plan: {
    on: messages,
    check: shape(
      { title: text(UNDOCUMENTED_CHARS_MAX) },
      {
        ...blockId,
        tasks: list(
          50,
          byType(() => ({ task_card: taskCard })),
          0,
        ),
      },
    ),
  },
  container: {
    on: messages,
    check: shape(
      { child_blocks: list(10, childBlock) },
      {
        ...blockId,
        title: plainText(150),
        rich_text_title: richTextBlock,
        subtitle: anyText(150),
        width: oneOf("narrow", "standard", "wide", "full"),
        icon: imageElement,
        is_collapsible: flag,
        default_collapsed: flag,
        has_header_divider: flag,
      },
    ),
  },
};

const CHILDREN: readonly string[] = [
  "actions",
  "context",
  "divider",
  "file",
  "header",
  "image",
  "input",
  "rich_text",
  "section",
  "table",
  "video",
];

function childBlock(value: unknown, at: string, found: Findings): void {
  const type = isJson(value) ? value["type"] : undefined;
  if (typeof type === "string" && CHILDREN.includes(type)) anyBlock(value, at, found);
  else problem(found, at, `unsupported type in a container: ${String(type)}`);
}

function anyBlock(value: unknown, at: string, found: Findings): void {
  const type = isJson(value) ? value["type"] : undefined;
  const block = typeof type === "string" && Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined;
  if (!block) return problem(found, `${at}/type`, `unsupported type: ${String(type)}`);
  if (!block.on.includes(found.surface)) return problem(found, at, `block of type ${String(type)} is not allowed in a ${found.surface}`);
  block.check(value, at, found);
}

/** Blocks and those inside containers. */
function allBlocks(blocks: readonly unknown[]): Json[] {
  return blocks
    .filter(isJson)
    .flatMap((block) => [block, ...(Array.isArray(block["child_blocks"]) ? allBlocks(block["child_blocks"]) : [])]);
}

function repeated(ids: readonly string[]): Set<string> {
  return new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
}

function cellChars(tables: readonly Json[]): number {
  return tables.flatMap(cellTexts).reduce((sum, cellText) => sum + cellText.length, 0);
}

/** The `text` strings anywhere in a table's rows. */
function cellTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(cellTexts);
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === "text" && typeof inner === "string" ? [inner] : cellTexts(inner)));
}
