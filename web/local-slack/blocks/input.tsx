import { useId } from "react";
import { Element } from "../elements/element.tsx";
import { useModalForm } from "../modal/form.ts";
import { jsonOf, wordsOf, type Json } from "../state/json.ts";
import { plain } from "./text-object.tsx";
import type { At } from "./where.ts";

/** A labelled field. Its error, when there is one, stands below it. */
export function InputBlock({ block, at }: { readonly block: Json; readonly at: At }) {
  const id = useId();
  const error = useModalForm()?.errors[at.blockId] ?? "";
  const element = jsonOf(block["element"]);
  const type = wordsOf(element["type"]);
  const isGroup = type === "checkboxes" || type === "radio_buttons" || type.startsWith("multi_");
  const hint = plain(block["hint"]);
  const [labelId, errorId, hintId] = [`${id}-label`, `${id}-error`, `${id}-hint`];
  const input = {
    fieldId: isGroup ? undefined : id,
    labelId,
    describedBy: hint ? `${errorId} ${hintId}` : errorId,
    isInvalid: error !== "",
    isAction: block["dispatch_action"] === true,
  };
  const label = (
    <>
      {plain(block["label"])}
      {block["optional"] === true && <span className="hint"> (optional)</span>}
    </>
  );
  return (
    <div className="block-input" data-block={at.blockId}>
      {isGroup ? (
        <div className="label" id={labelId}>
          {label}
        </div>
      ) : (
        <label className="label" htmlFor={id} id={labelId}>
          {label}
        </label>
      )}
      <Element element={element} at={{ ...at, input }} />
      <div className="field-error" id={errorId} role="alert">
        {error}
      </div>
      {hint && (
        <div className="hint" id={hintId}>
          {hint}
        </div>
      )}
    </div>
  );
}
