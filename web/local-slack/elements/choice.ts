import { jsonOf, listOf, plainOf, wordsOf, type Json } from "../state/json.ts";
import type { Store } from "../state/store.ts";

export interface OptionGroup {
  readonly label?: string;
  readonly options: readonly Json[];
}

/** What an element lets people choose from, and how what they chose is told in Slack's form. */
export type Choice = {
  readonly groups: readonly OptionGroup[];
  /** The values that are chosen at first. */
  readonly chosen: readonly string[];
} & (
  | { readonly kind: "select" | "radio"; readonly state: (option: Json | undefined) => Json }
  | { readonly kind: "checkbox"; readonly state: (options: readonly Json[]) => Json }
);

/** Selects, radio buttons, checkboxes. `undefined` for any other type. */
export function choiceOf(element: Json, store: Store): Choice | undefined {
  const options = [{ options: listOf(element["options"]) }];
  const one = (kind: "select" | "radio", groups: readonly OptionGroup[], initial: unknown, field: string): Choice => ({
    kind,
    groups,
    chosen: typeof initial === "string" ? [initial] : [],
    state: (option) => ({ [field]: option === undefined ? null : field === "selected_option" ? option : option["value"] }),
  });
  const many = (groups: readonly OptionGroup[], initial: readonly unknown[], field: string): Choice => ({
    kind: "checkbox",
    groups,
    chosen: initial.filter((value) => typeof value === "string"),
    state: (chosen) => ({ [field]: field === "selected_options" ? chosen : chosen.map((option) => option["value"]) }),
  });
  const people = () => [{ options: peopleOf(store) }];
  const channels = (all: boolean) => [{ options: channelsOf(store, all) }];
  const initialOption = jsonOf(element["initial_option"])["value"];
  const initialOptions = listOf(element["initial_options"]).map((option) => option["value"]);
  switch (element["type"]) {
    case "static_select":
      return one("select", groupsOf(element), initialOption, "selected_option");
    case "users_select":
      return one("select", people(), element["initial_user"], "selected_user");
    case "channels_select":
      return one("select", channels(false), element["initial_channel"], "selected_channel");
    case "conversations_select": {
      const here = element["default_to_current_conversation"] === true ? store.view.channel : undefined;
      return one("select", channels(true), element["initial_conversation"] ?? here, "selected_conversation");
    }
    case "radio_buttons":
      return one("radio", options, initialOption, "selected_option");
    case "checkboxes":
      return many(options, initialOptions, "selected_options");
    case "multi_static_select":
      return many(groupsOf(element), initialOptions, "selected_options");
    case "multi_users_select":
      return many(people(), arrayOf(element["initial_users"]), "selected_users");
    case "multi_channels_select":
      return many(channels(false), arrayOf(element["initial_channels"]), "selected_channels");
    case "multi_conversations_select":
      return many(channels(true), arrayOf(element["initial_conversations"]), "selected_conversations");
    default:
      return undefined;
  }
}

const arrayOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function groupsOf(element: Json): readonly OptionGroup[] {
  if (!Array.isArray(element["option_groups"])) return [{ options: listOf(element["options"]) }];
  return listOf(element["option_groups"]).map((group) => ({ label: plainOf(group["label"]), options: listOf(group["options"]) }));
}

const asOption = (value: string, text: string): Json => ({ text: { type: "plain_text", text }, value });

const peopleOf = (store: Store): readonly Json[] =>
  [...store.users.values()].filter((user) => !user.isBot).map((user) => asOption(user.id, user.name));

const channelsOf = (store: Store, all: boolean): readonly Json[] =>
  store.channels
    .filter((channel) => all || channel.kind !== "im")
    .map((channel) => asOption(channel.id, channel.kind === "im" ? channel.name : `#${channel.name}`));

/** The one with this value, as an app wrote it. */
export const optionOf = (choice: Choice, value: string): Json | undefined =>
  choice.groups.flatMap(({ options }) => options).find((option) => wordsOf(option["value"]) === value);
