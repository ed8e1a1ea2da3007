import { act } from "./act.js";
import { plain, textObject } from "./dialog.js";
import { h } from "./dom.js";
import { listOf } from "./rich-text.js";

let groups = 0;

/** Elements that choose among options: selects, radio buttons, checkboxes. Undefined for any other type. */
export function choices(el, ctx) {
  switch (el?.type) {
    case "static_select":
      return select(el, ctx, {
        groups: optionGroups(el),
        chosen: el.initial_option?.value,
        state: (option) => ({ selected_option: option ?? null }),
      });
    case "users_select":
      return select(el, ctx, {
        groups: [{ options: people(ctx.app) }],
        chosen: el.initial_user,
        state: (option) => ({ selected_user: option?.value ?? null }),
      });
    case "channels_select":
      return select(el, ctx, {
        groups: [{ options: channels(ctx.app, false) }],
        chosen: el.initial_channel,
        state: (option) => ({ selected_channel: option?.value ?? null }),
      });
    case "conversations_select": {
      const chosen = el.initial_conversation ?? (el.default_to_current_conversation ? ctx.app.store.view.channel : undefined);
      return select(el, ctx, {
        groups: [{ options: channels(ctx.app, true) }],
        chosen,
        state: (option) => ({ selected_conversation: option?.value ?? null }),
      });
    }
    case "radio_buttons":
      return boxes(el, ctx, {
        type: "radio",
        groups: [{ options: listOf(el.options) }],
        chosen: [el.initial_option?.value],
        state: ([option]) => ({ selected_option: option ?? null }),
      });
    case "checkboxes":
      return boxes(el, ctx, {
        type: "checkbox",
        groups: [{ options: listOf(el.options) }],
        chosen: values(el.initial_options),
        state: (options) => ({ selected_options: options }),
      });
    case "multi_static_select":
      return boxes(el, ctx, {
        type: "checkbox",
        groups: optionGroups(el),
        chosen: values(el.initial_options),
        state: (options) => ({ selected_options: options }),
      });
    case "multi_users_select":
      return boxes(el, ctx, {
        type: "checkbox",
        groups: [{ options: people(ctx.app) }],
        chosen: listOf(el.initial_users),
        state: (options) => ({ selected_users: values(options) }),
      });
    case "multi_channels_select":
      return boxes(el, ctx, {
        type: "checkbox",
        groups: [{ options: channels(ctx.app, false) }],
        chosen: listOf(el.initial_channels),
        state: (options) => ({ selected_channels: values(options) }),
      });
    case "multi_conversations_select":
      return boxes(el, ctx, {
        type: "checkbox",
        groups: [{ options: channels(ctx.app, true) }],
        chosen: listOf(el.initial_conversations),
        state: (options) => ({ selected_conversations: values(options) }),
      });
    default:
      return undefined;
  }
}

function select(el, ctx, { groups: list, chosen, state }) {
  const options = list.flatMap((group) => group.options);
  const option = (item) =>
    h("option", { value: String(options.indexOf(item)), selected: chosen !== undefined && item?.value === chosen }, plain(item?.text));
  const control = h(
    "select",
    {
      class: "field select",
      id: ctx.fieldId,
      "aria-label": ctx.fieldId ? undefined : plain(el.placeholder) || "Choose",
      "aria-describedby": ctx.describedBy,
      "data-key": `${ctx.blockId}/${el.action_id}`,
    },
    h("option", { value: "" }, plain(el.placeholder) || "Choose…"),
    list.map((group) => (group.label ? h("optgroup", { label: group.label }, group.options.map(option)) : group.options.map(option))),
  );
  const read = () => state(control.value === "" ? undefined : options[Number(control.value)]);
  ctx.form?.set(ctx.blockId, el.action_id, () => ({ type: el.type, ...read() }));
  if (!ctx.input)
    control.addEventListener("change", () => control.value !== "" && act(el, ctx, { selected: Object.values(read())[0] }, control));
  return control;
}

function boxes(el, ctx, { type, groups: list, chosen, state }) {
  const group = `choice-${(groups += 1)}`;
  const options = list.flatMap((part) => part.options);
  const inputs = [];
  const row = (option) => {
    const input = h("input", {
      type,
      name: group,
      checked: chosen.includes(option?.value),
      "data-key": `${ctx.blockId}/${el.action_id}/${option?.value}`,
    });
    inputs.push(input);
    return h(
      "label",
      { class: "choice" },
      input,
      h(
        "span",
        {},
        textObject(option?.text, ctx.app),
        option?.description && h("span", { class: "hint" }, textObject(option.description, ctx.app)),
      ),
    );
  };
  const box = h(
    "div",
    {
      class: "choices",
      role: type === "radio" ? "radiogroup" : "group",
      "aria-labelledby": ctx.labelId,
      "aria-label": ctx.labelId ? undefined : plain(el.placeholder) || "Options",
      "aria-describedby": ctx.describedBy,
    },
    list.map((part) => [part.label && h("div", { class: "hint" }, part.label), part.options.map(row)]),
  );
  const read = () => state(options.filter((_, index) => inputs[index].checked));
  ctx.form?.set(ctx.blockId, el.action_id, () => ({ type: el.type, ...read() }));
  if (!ctx.input) box.addEventListener("change", () => act(el, ctx, { selected: Object.values(read())[0] }, box));
  return box;
}

function optionGroups(el) {
  if (!Array.isArray(el.option_groups)) return [{ options: listOf(el.options) }];
  return el.option_groups.map((group) => ({ label: plain(group?.label), options: listOf(group?.options) }));
}

const values = (options) => listOf(options).map((option) => option?.value);
const asOption = (value, text) => ({ text: { type: "plain_text", text }, value });
const people = (app) => [...app.store.users.values()].filter((user) => !user.isBot).map((user) => asOption(user.id, user.name));
const channels = (app, all) =>
  app.store.channels
    .filter((channel) => all || channel.kind !== "im")
    .map((channel) => asOption(channel.id, channel.kind === "im" ? channel.name : `#${channel.name}`));
