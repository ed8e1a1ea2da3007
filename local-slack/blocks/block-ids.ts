import { randomBytes } from "node:crypto";
import type { Json } from "../state/state.ts";

/** Gives each block a block_id and each element an action_id where the app gave none, as Slack does. */
export function withBlockIds(blocks: readonly Json[]): Json[] {
  return blocks.map((block) => {
    const named: { [key: string]: unknown } = {
      ...block,
      block_id: typeof block["block_id"] === "string" && block["block_id"] !== "" ? block["block_id"] : shortId(),
    };
    if (isJson(block["accessory"])) named["accessory"] = withActionId(block["accessory"]);
    if (isJson(block["element"])) named["element"] = withActionId(block["element"]);
    if (Array.isArray(block["elements"]))
      named["elements"] = block["elements"].map((element: unknown) => (isJson(element) ? withActionId(element) : element));
    if (Array.isArray(block["actions"]))
      named["actions"] = block["actions"].map((element: unknown) => (isJson(element) ? withActionId(element) : element));
    if (Array.isArray(block["child_blocks"])) named["child_blocks"] = withBlockIds(block["child_blocks"].filter(isJson));
    return named;
  });
}

/** Elements that a person can use; the others (text, images) carry no action_id. */
const INTERACTIVE =
  /^(button|icon_button|feedback_buttons|workflow_button|overflow|checkboxes|radio_buttons|file_input|rich_text_input|\w+_select|\w*_?input|(date|time|datetime)picker)$/;

export function isInteractive(element: Json): boolean {
  return typeof element["type"] === "string" && INTERACTIVE.test(element["type"]);
}

export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function withActionId(element: Json): Json {
  if (!isInteractive(element) || (typeof element["action_id"] === "string" && element["action_id"] !== "")) return element;
  return { ...element, action_id: shortId() };
}

function shortId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}
