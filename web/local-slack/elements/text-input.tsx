import { useRef, type KeyboardEvent } from "react";
import { plain } from "../blocks/text-object.tsx";
import type { At } from "../blocks/where.ts";
import { useField } from "../modal/form.ts";
import { wordsOf, type Json } from "../state/json.ts";
import { keyOf, useAct } from "./act.ts";

const HTML_TYPES: { readonly [type: string]: string } = {
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};
/** The field of Slack's state object that holds each element's value. */
const STATE_FIELDS: { readonly [type: string]: string } = {
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};
const ROWS = 5;

/** Text, numbers, addresses, dates and times: a native field, its value in Slack's form. */
export function TextInput({ element, at }: { readonly element: Json; readonly at: At }) {
  const ref = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const { act } = useAct(element, at);
  const { input } = at;
  const type = wordsOf(element["type"]);
  const stateField = STATE_FIELDS[type];
  const placeholder = plain(element["placeholder"]);
  const read = () => current(type, ref.current?.value ?? "");
  useField(at.blockId, element, () => ({ [stateField ?? "value"]: read() }));
  const isMultiline = type === "plain_text_input" && element["multiline"] === true;
  const acts = !input || input.isAction;
  const props = {
    ref,
    className: "field",
    id: input?.fieldId,
    placeholder: placeholder || undefined,
    maxLength: limit(element["max_length"]),
    minLength: limit(element["min_length"]),
    "aria-describedby": input?.describedBy,
    "aria-label": input?.fieldId ? undefined : placeholder || "Answer",
    "aria-invalid": input?.isInvalid || undefined,
    "data-key": keyOf(element, at, ""),
    "data-autofocus": element["focus_on_load"] === true ? "" : undefined,
    autoComplete: "off",
    defaultValue: initial(element),
    // A date is an action when it changes, a text when Enter is pressed.
    ...(acts && stateField === undefined ? { onKeyDown: onEnter } : {}),
    ...(acts && stateField !== undefined ? { onChange: () => void act({ selected: read() }) } : {}),
  };
  if (isMultiline) return <textarea {...props} rows={ROWS} />;
  return (
    <input
      {...props}
      type={HTML_TYPES[type] ?? "text"}
      min={wordsOf(element["min_value"]) || undefined}
      max={wordsOf(element["max_value"]) || undefined}
      step={type === "number_input" ? (element["is_decimal_allowed"] === true ? "any" : 1) : undefined}
    />
  );

  function onEnter(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || (input && isMultiline)) return;
    event.preventDefault();
    void act({ value: ref.current?.value ?? "" });
  }
}

const limit = (value: unknown): number | undefined => (Number.isInteger(value) && Number(value) >= 0 ? Number(value) : undefined);

function initial(element: Json): string {
  switch (element["type"]) {
    case "datepicker":
      return wordsOf(element["initial_date"]);
    case "timepicker":
      return wordsOf(element["initial_time"]);
    case "datetimepicker":
      return element["initial_date_time"] ? localDateTime(Number(element["initial_date_time"])) : "";
    default:
      return wordsOf(element["initial_value"]);
  }
}

function localDateTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Slack sends null for an empty field, and seconds for a date with a time. */
function current(type: string, value: string): string | number | null {
  if (value === "") return null;
  return type === "datetimepicker" ? Math.floor(new Date(value).getTime() / 1000) : value;
}
