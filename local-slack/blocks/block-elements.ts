import { anything, byType, flag, list, oneOf, problem, shape, text, whole, type Check } from "./shapes.ts";

/** Numbers from Slack's Block Kit reference; the lengths of ids, labels and options are the same everywhere. */
const ID_CHARS_MAX = 255;
const BUTTON_TEXT_CHARS_MAX = 75;
const BUTTON_VALUE_CHARS_MAX = 2_000;
const URL_CHARS_MAX = 3_000;
const OPTIONS_MAX = 100;
const OPTION_CHARS_MAX = 75;
const OPTION_VALUE_CHARS_MAX = 150;
const PLACEHOLDER_CHARS_MAX = 150;
const INPUT_CHARS_MAX = 3_000;
const ALT_TEXT_CHARS_MAX = 2_000;

export function plainText(max: number): Check {
  return byType(() => ({ plain_text: shape({ text: text(max) }, { emoji: flag }) }));
}

export function markupText(max: number): Check {
  return byType(() => ({ mrkdwn: shape({ text: text(max) }, { verbatim: flag }) }));
}

export function anyText(max: number): Check {
  return byType(() => ({
    plain_text: shape({ text: text(max) }, { emoji: flag }),
    mrkdwn: shape({ text: text(max) }, { verbatim: flag }),
  }));
}

export const imageFields = { alt_text: text(ALT_TEXT_CHARS_MAX) };
export const imageSource = { image_url: text(URL_CHARS_MAX), slack_file: anything };
export const imageElement: Check = byType(() => ({
  image: shape(imageFields, imageSource, (value, at, found) => {
    if ((value["image_url"] === undefined) === (value["slack_file"] === undefined))
      problem(found, at, "must have either image_url or slack_file");
  }),
}));

const confirm = shape(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style: oneOf("primary", "danger") },
);
const option = shape(
  { text: anyText(OPTION_CHARS_MAX), value: text(OPTION_VALUE_CHARS_MAX) },
  { description: anyText(OPTION_CHARS_MAX), url: text(URL_CHARS_MAX) },
);
const options = (max: number): Check => list(max, option);
const optionGroup = shape({ label: plainText(OPTION_CHARS_MAX), options: options(OPTIONS_MAX) });

const action = { action_id: text(ID_CHARS_MAX) };
const menu = { ...action, confirm, focus_on_load: flag, placeholder: plainText(PLACEHOLDER_CHARS_MAX) };
const typed = { ...action, focus_on_load: flag, placeholder: plainText(PLACEHOLDER_CHARS_MAX), dispatch_action_config: anything };
const several = { max_selected_items: whole(1, OPTIONS_MAX) };
const staticOptions = { options: options(OPTIONS_MAX), option_groups: list(OPTIONS_MAX, optionGroup) };
const conversations = { default_to_current_conversation: flag, filter: anything, response_url_enabled: flag };
const inputText = text(INPUT_CHARS_MAX, 0);
const ids = list(OPTIONS_MAX, text(ID_CHARS_MAX), 0);

const staticMenu = (initial: { readonly [field: string]: Check }): Check =>
  shape({}, { ...menu, ...staticOptions, ...initial }, (value, at, found) => {
    if ((value["options"] === undefined) === (value["option_groups"] === undefined))
      problem(found, at, "must have either options or option_groups");
  });

const feedbackButton = shape(
  { text: plainText(BUTTON_TEXT_CHARS_MAX), value: text(BUTTON_VALUE_CHARS_MAX) },
  { accessibility_label: text(BUTTON_TEXT_CHARS_MAX) },
);

const BUTTON: { readonly [type: string]: Check } = {
  button: shape(
    { text: plainText(BUTTON_TEXT_CHARS_MAX) },
    {
      ...action,
      confirm,
      value: text(BUTTON_VALUE_CHARS_MAX),
      url: text(URL_CHARS_MAX),
      style: oneOf("primary", "danger"),
      accessibility_label: text(BUTTON_TEXT_CHARS_MAX),
    },
  ),
};

const CHOICES: { readonly [type: string]: Check } = {
  checkboxes: shape({ options: options(10) }, { ...action, confirm, focus_on_load: flag, initial_options: options(10) }),
  radio_buttons: shape({ options: options(10) }, { ...action, confirm, focus_on_load: flag, initial_option: option }),
  datepicker: shape({}, { ...menu, initial_date: text(10) }),
  timepicker: shape({}, { ...menu, initial_time: text(5), timezone: text(100) }),
  datetimepicker: shape({}, { ...action, confirm, focus_on_load: flag, initial_date_time: anything }),
  static_select: staticMenu({ initial_option: option }),
  multi_static_select: staticMenu({ ...several, initial_options: options(OPTIONS_MAX) }),
  external_select: shape({}, { ...menu, initial_option: option, min_query_length: whole(0, 100) }),
  multi_external_select: shape({}, { ...menu, ...several, initial_options: options(OPTIONS_MAX), min_query_length: whole(0, 100) }),
  users_select: shape({}, { ...menu, initial_user: text(ID_CHARS_MAX) }),
  multi_users_select: shape({}, { ...menu, ...several, initial_users: ids }),
  conversations_select: shape({}, { ...menu, ...conversations, initial_conversation: text(ID_CHARS_MAX) }),
  multi_conversations_select: shape({}, { ...menu, ...several, ...conversations, initial_conversations: ids }),
  channels_select: shape({}, { ...menu, response_url_enabled: flag, initial_channel: text(ID_CHARS_MAX) }),
  multi_channels_select: shape({}, { ...menu, ...several, initial_channels: ids }),
};

const TYPED: { readonly [type: string]: Check } = {
  rich_text_input: shape({}, { ...typed, initial_value: anything, min_lines: whole(1, 100), max_lines: whole(1, 100) }),
  plain_text_input: shape(
    {},
    { ...typed, initial_value: inputText, multiline: flag, min_length: whole(0, INPUT_CHARS_MAX), max_length: whole(1, INPUT_CHARS_MAX) },
  ),
  number_input: shape({ is_decimal_allowed: flag }, { ...typed, initial_value: inputText, min_value: inputText, max_value: inputText }),
  email_text_input: shape({}, { ...typed, initial_value: inputText }),
  url_text_input: shape({}, { ...typed, initial_value: inputText }),
  file_input: shape({}, { ...action, filetypes: anything, max_files: whole(1, 10) }),
};

const OVERFLOW = { overflow: shape({ options: options(5) }, { ...action, confirm }) };
const WORKFLOW = {
  workflow_button: shape(
    { text: plainText(BUTTON_TEXT_CHARS_MAX), workflow: anything },
    { ...action, confirm, style: oneOf("primary", "danger"), accessibility_label: text(BUTTON_TEXT_CHARS_MAX) },
  ),
};

export const button: Check = byType(() => BUTTON);
export const actionsElement: Check = byType(() => ({
  ...BUTTON,
  ...WORKFLOW,
  ...OVERFLOW,
  ...CHOICES,
  rich_text_input: TYPED["rich_text_input"] ?? anything,
}));
export const inputElement: Check = byType(() => ({ ...CHOICES, ...TYPED }));
export const accessory: Check = byType(() => ({ ...BUTTON, ...WORKFLOW, ...OVERFLOW, ...CHOICES, image: imageElement }));
export const contextActionsElement: Check = byType(() => ({
  feedback_buttons: shape({ positive_button: feedbackButton, negative_button: feedbackButton }, action),
  icon_button: shape(
    { icon: oneOf("trash"), text: plainText(BUTTON_TEXT_CHARS_MAX) },
    { ...action, confirm, value: text(BUTTON_VALUE_CHARS_MAX), accessibility_label: text(BUTTON_TEXT_CHARS_MAX), visible_to_user_ids: ids },
  ),
}));
