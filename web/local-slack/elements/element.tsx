import { Picture } from "../messages/picture.tsx";
import { wordsOf, type Json } from "../state/json.ts";
import { TextObject } from "../blocks/text-object.tsx";
import type { At } from "../blocks/where.ts";
import { BlockButton, FeedbackButtons, OneIconButton, Overflow } from "./buttons.tsx";
import { Boxes } from "./boxes.tsx";
import { choiceOf } from "./choice.ts";
import { Select } from "./select.tsx";
import { TextInput } from "./text-input.tsx";
import { useStore } from "../state/page.tsx";

/** One element of a block, interactive or not. */
export function Element({ element, at }: { readonly element: Json; readonly at: At }) {
  switch (element["type"]) {
    case "button":
    case "workflow_button":
      return <BlockButton element={element} at={at} />;
    case "icon_button":
      return <OneIconButton element={element} at={at} />;
    case "feedback_buttons":
      return <FeedbackButtons element={element} at={at} />;
    case "overflow":
      return <Overflow element={element} at={at} />;
    case "image":
      return <Picture block={element} size="image-small" />;
    case "plain_text_input":
    case "number_input":
    case "email_text_input":
    case "url_text_input":
    case "datepicker":
    case "timepicker":
    case "datetimepicker":
      return <TextInput element={element} at={at} />;
    case "mrkdwn":
    case "plain_text":
      return <TextObject object={element} />;
    default:
      return <ChoiceElement element={element} at={at} />;
  }
}

function ChoiceElement({ element, at }: { readonly element: Json; readonly at: At }) {
  const choice = choiceOf(element, useStore());
  if (!choice) return <span className="unknown">element type {wordsOf(element["type"]) || "(none)"} is not shown here</span>;
  return choice.kind === "select" ? (
    <Select element={element} at={at} choice={choice} />
  ) : (
    <Boxes element={element} at={at} choice={choice} />
  );
}
