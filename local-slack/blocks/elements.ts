import { isInteractive, isJson } from "./block-ids.ts";
import type { Local } from "../state/local.ts";
import type { Json } from "../state/state.ts";

/** An interactive element in its block. */
export interface Placed {
  readonly blockId: string;
  readonly block: Json;
  readonly element: Json;
}

/** Where an element keeps what was chosen, in the payload and in the block that starts it. */
const KEEPS: {
  readonly [type: string]: { readonly state: string; readonly initial: string; readonly kind: "text" | "option" | "options" | "texts" };
} = {
  plain_text_input: { state: "value", initial: "initial_value", kind: "text" },
  number_input: { state: "value", initial: "initial_value", kind: "text" },
  email_text_input: { state: "value", initial: "initial_value", kind: "text" },
  url_text_input: { state: "value", initial: "initial_value", kind: "text" },
  rich_text_input: { state: "rich_text_value", initial: "initial_value", kind: "text" },
  datepicker: { state: "selected_date", initial: "initial_date", kind: "text" },
  timepicker: { state: "selected_time", initial: "initial_time", kind: "text" },
  datetimepicker: { state: "selected_date_time", initial: "initial_date_time", kind: "text" },
  users_select: { state: "selected_user", initial: "initial_user", kind: "text" },
  conversations_select: { state: "selected_conversation", initial: "initial_conversation", kind: "text" },
  channels_select: { state: "selected_channel", initial: "initial_channel", kind: "text" },
  multi_users_select: { state: "selected_users", initial: "initial_users", kind: "texts" },
  multi_conversations_select: { state: "selected_conversations", initial: "initial_conversations", kind: "texts" },
  multi_channels_select: { state: "selected_channels", initial: "initial_channels", kind: "texts" },
  static_select: { state: "selected_option", initial: "initial_option", kind: "option" },
  external_select: { state: "selected_option", initial: "initial_option", kind: "option" },
  radio_buttons: { state: "selected_option", initial: "initial_option", kind: "option" },
  multi_static_select: { state: "selected_options", initial: "initial_options", kind: "options" },
  multi_external_select: { state: "selected_options", initial: "initial_options", kind: "options" },
  checkboxes: { state: "selected_options", initial: "initial_options", kind: "options" },
  file_input: { state: "files", initial: "initial_files", kind: "texts" },
};

/** All elements of these blocks that a person can use, in reading order. */
export function elementsOf(blocks: unknown): Placed[] {
  if (!Array.isArray(blocks)) return [];
  return blocks.filter(isJson).flatMap((block) => {
    const here = [block["accessory"], block["element"], ...asList(block["elements"]), ...asList(block["actions"])].filter(isJson);
    // A carousel's elements are cards with buttons of their own.
    const cards = here
      .filter((element) => element["type"] === "card")
      .flatMap((card) => asList(card["actions"]))
      .filter(isJson);
    const placed = [...here, ...cards].filter(isInteractive).map((element) => ({ blockId: String(block["block_id"]), block, element }));
    return [...placed, ...elementsOf(block["child_blocks"])];
  });
}

/** `state.values`: what each element holds now, block by block. */
export function stateValues(
  local: Local,
  container: string,
  elements: readonly Placed[],
): { [blockId: string]: { [actionId: string]: Json } } {
  const values: { [blockId: string]: { [actionId: string]: Json } } = {};
  for (const { blockId, element } of elements) {
    const held = heldBy(local, container, { blockId, element });
    if (held) (values[blockId] ??= {})[String(element["action_id"])] = held;
  }
  return values;
}

export function keep(local: Local, container: string, placed: Omit<Placed, "block">, state: Json): void {
  local.state.chosen.set(`${container}/${placed.blockId}/${String(placed.element["action_id"])}`, state);
}

function heldBy(local: Local, container: string, placed: Omit<Placed, "block">): Json | undefined {
  const type = String(placed.element["type"]);
  const keeps = KEEPS[type];
  if (!keeps) return undefined;
  const chosen = local.state.chosen.get(`${container}/${placed.blockId}/${String(placed.element["action_id"])}`);
  const nothing = keeps.kind === "options" || keeps.kind === "texts" ? [] : null;
  return chosen ?? { type, [keeps.state]: placed.element[keeps.initial] ?? nothing };
}

/**
 * What a person chose, as the element's state: a text, an option by its value or as an object, or a list of these. `undefined` when the
 * element has no such option, or keeps nothing (a button).
 */
export function chosenState(element: Json, given: unknown): Json | undefined {
  const type = String(element["type"]);
  const keeps = KEEPS[type];
  if (!keeps) return undefined;
  // Already in the form of `state.values`.
  const raw = isJson(given) && keeps.state in given ? given[keeps.state] : given;
  const list = Array.isArray(raw) ? raw : raw === undefined || raw === null || raw === "" ? [] : [raw];
  switch (keeps.kind) {
    case "text":
      return { type, [keeps.state]: isJson(raw) ? raw : list.length === 0 ? null : String(list[0]) };
    case "texts":
      return { type, [keeps.state]: list };
    case "option":
    case "options": {
      const options = list.map((item) => findOption(element, item));
      if (options.includes(undefined)) return undefined;
      return { type, [keeps.state]: keeps.kind === "option" ? (options[0] ?? null) : options };
    }
  }
}

/** Whether an element holds nothing, so that a required input is not filled in. */
export function isEmptyState(state: Json): boolean {
  const { type: _, ...held } = state;
  return Object.values(held).every((value) => value === null || value === "" || (Array.isArray(value) && value.length === 0));
}

/** One of the element's own options; for a menu that the app fills from outside, whatever was picked there. */
export function findOption(element: Json, given: unknown): Json | undefined {
  const value = isJson(given) ? given["value"] : given;
  if (typeof value !== "string") return undefined;
  const groups = asList(element["option_groups"]).filter(isJson);
  const options = [...asList(element["options"]), ...groups.flatMap((group) => asList(group["options"]))].filter(isJson);
  const own = options.find((option) => option["value"] === value);
  if (own || !String(element["type"]).includes("external")) return own;
  return isJson(given) && isJson(given["text"]) ? { text: given["text"], value } : { text: { type: "plain_text", text: value }, value };
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
