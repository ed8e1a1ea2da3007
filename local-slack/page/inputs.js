import { act } from "./act.js";
import { plain } from "./dialog.js";
import { h } from "./dom.js";

const HTML_TYPES = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
  plain_text_input: "text",
};
/** The field of Slack's state object that holds each element's value. */
const STATE_FIELDS = { datepicker: "selected_date", timepicker: "selected_time", datetimepicker: "selected_date_time" };

/** Text, numbers, addresses, dates and times: a native field, its value in Slack's form. */
export function textInput(el, ctx) {
  const multiline = el.type === "plain_text_input" && el.multiline === true;
  const props = {
    class: "field",
    id: ctx.fieldId,
    placeholder: plain(el.placeholder) || undefined,
    maxlength: limit(el.max_length),
    minlength: limit(el.min_length),
    "aria-describedby": ctx.describedBy,
    "aria-label": ctx.fieldId ? undefined : plain(el.placeholder) || "Answer",
    "data-key": `${ctx.blockId}/${el.action_id}`,
    autocomplete: "off",
  };
  const field = multiline
    ? h("textarea", { ...props, rows: 5 })
    : h("input", {
        ...props,
        type: HTML_TYPES[el.type],
        min: el.min_value,
        max: el.max_value,
        step: el.type === "number_input" ? (el.is_decimal_allowed ? "any" : 1) : undefined,
      });
  field.value = initial(el);
  ctx.form?.set(ctx.blockId, el.action_id, () => ({ type: el.type, [STATE_FIELDS[el.type] ?? "value"]: current(el, field) }));
  if (el.focus_on_load) field.setAttribute("autofocus", "");
  if (!ctx.input) reportChanges(el, ctx, field);
  return field;
}

/** Outside a modal's inputs a date is an action when it changes, a text when Enter is pressed. */
function reportChanges(el, ctx, field) {
  const value = () => (STATE_FIELDS[el.type] ? { selected: current(el, field) } : { value: field.value });
  if (STATE_FIELDS[el.type]) field.addEventListener("change", () => act(el, ctx, value(), field));
  else
    field.addEventListener(
      "keydown",
      (event) => event.key === "Enter" && !event.shiftKey && !event.isComposing && (event.preventDefault(), act(el, ctx, value(), field)),
    );
}

function limit(value) {
  return Number.isInteger(value) && value >= 0 ? value : undefined;
}

function initial(el) {
  if (el.type === "datepicker") return el.initial_date ?? "";
  if (el.type === "timepicker") return el.initial_time ?? "";
  if (el.type === "datetimepicker") return el.initial_date_time ? localDateTime(el.initial_date_time) : "";
  return el.initial_value ?? "";
}

function localDateTime(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Slack sends null for an empty field, and seconds for a date with a time. */
function current(el, field) {
  if (field.value === "") return null;
  return el.type === "datetimepicker" ? Math.floor(new Date(field.value).getTime() / 1000) : field.value;
}
