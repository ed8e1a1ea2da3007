import type { InputBlock, PlainTextOption } from "@slack/types";
import { plainText } from "./blocks.ts";
import { safeLine, wholeCharacters } from "./escape.ts";
import { INPUT_CHARS_MAX, OPTION_CHARS_MAX, OPTION_VALUE_CHARS_MAX, OPTIONS_MAX } from "./limits.ts";

/** What a person fills in, in a modal. `id` is the block's; every element has the same name, so that a submission is read in one way. */
export const ELEMENT = "value";

interface Field {
  readonly id: string;
  readonly label: string;
  readonly hint?: string;
  readonly optional?: boolean;
}

const block = ({ id, label, hint, optional }: Field, element: InputBlock["element"]): InputBlock => ({
  type: "input",
  block_id: id,
  label: plainText(label),
  ...(hint === undefined ? {} : { hint: plainText(hint) }),
  ...(optional ? { optional } : {}),
  element,
});

export const textField = (
  field: Field & { readonly value?: string | undefined; readonly multiline?: boolean; readonly charsMax?: number },
): InputBlock => {
  const charsMax = Math.min(field.charsMax ?? INPUT_CHARS_MAX, INPUT_CHARS_MAX);
  return block(field, {
    type: "plain_text_input",
    action_id: ELEMENT,
    multiline: field.multiline ?? false,
    max_length: charsMax,
    ...(field.value ? { initial_value: wholeCharacters(field.value, charsMax) } : {}),
  });
};

export const numberField = (field: Field & { readonly value?: number | undefined; readonly decimal?: boolean }): InputBlock =>
  block(field, {
    type: "number_input",
    action_id: ELEMENT,
    is_decimal_allowed: field.decimal ?? false,
    min_value: "0",
    ...(field.value === undefined ? {} : { initial_value: String(field.value) }),
  });

export interface Choice {
  readonly value: string;
  readonly label?: string;
}

/** One of several; without options there is nothing to choose, and Slack refuses the menu. */
export function menuField(
  field: Field & { readonly options: readonly Choice[]; readonly chosen?: string | undefined; readonly asksAtOnce?: boolean },
): InputBlock[] {
  const options = optionsOf(field.options);
  if (options.length === 0) return [];
  const initial = options.find(({ value }) => value === field.chosen);
  const menu = block(field, {
    type: "static_select",
    action_id: ELEMENT,
    options,
    ...(initial ? { initial_option: initial } : {}),
  });
  return [field.asksAtOnce ? { ...menu, dispatch_action: true } : menu];
}

export function menuOfSeveral(field: Field & { readonly options: readonly Choice[]; readonly chosen: readonly string[] }): InputBlock[] {
  const options = optionsOf(field.options);
  if (options.length === 0) return [];
  const initial = options.filter(({ value }) => value !== undefined && field.chosen.includes(value));
  return [
    block(
      { ...field, optional: true },
      { type: "multi_static_select", action_id: ELEMENT, options, ...(initial.length > 0 ? { initial_options: initial } : {}) },
    ),
  ];
}

/** A single box to tick. */
export const boxField = (field: Field & { readonly text: string; readonly ticked: boolean }): InputBlock => {
  const option = { text: plainText(field.text), value: "yes" };
  return block(
    { ...field, optional: true },
    { type: "checkboxes", action_id: ELEMENT, options: [option], ...(field.ticked ? { initial_options: [option] } : {}) },
  );
};

const optionsOf = (choices: readonly Choice[]): PlainTextOption[] =>
  choices
    .filter(({ value }) => value !== "" && value.length <= OPTION_VALUE_CHARS_MAX)
    .slice(0, OPTIONS_MAX)
    .map(({ value, label }) => ({ text: plainText(safeLine(label ?? value, OPTION_CHARS_MAX) || "…"), value }));

/** What was filled in, block by block, as a submission brings it. */
export interface Filled {
  /** Trimmed; empty where nothing is there. */
  text(id: string): string;
  chosen(id: string): string | undefined;
  several(id: string): readonly string[];
  has(id: string): boolean;
}

export function filledIn(values: {
  readonly [block: string]: {
    readonly [action: string]: {
      readonly value?: string | undefined;
      readonly selected_option?: { readonly value: string } | undefined;
      readonly selected_options?: readonly { readonly value: string }[] | undefined;
    };
  };
}): Filled {
  const of = (id: string) => values[id]?.[ELEMENT];
  return {
    text: (id) => of(id)?.value?.trim() ?? "",
    chosen: (id) => of(id)?.selected_option?.value,
    several: (id) => of(id)?.selected_options?.map(({ value }) => value) ?? [],
    has: (id) => Object.hasOwn(values, id),
  };
}
