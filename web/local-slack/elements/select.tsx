import { useRef } from "react";
import { plain } from "../blocks/text-object.tsx";
import type { At } from "../blocks/where.ts";
import { useField } from "../modal/form.ts";
import { wordsOf, type Json } from "../state/json.ts";
import { keyOf, useAct } from "./act.ts";
import { optionOf, type Choice } from "./choice.ts";

interface SelectProps {
  readonly element: Json;
  readonly at: At;
  readonly choice: Choice & { readonly kind: "select" | "radio" };
}

export function Select({ element, at, choice }: SelectProps) {
  const control = useRef<HTMLSelectElement>(null);
  const { isBusy, act } = useAct(element, at);
  const { input } = at;
  const placeholder = plain(element["placeholder"]);
  const read = () => choice.state(optionOf(choice, control.current?.value ?? ""));
  useField(at.blockId, element, read);
  const option = (one: Json) => {
    const value = wordsOf(one["value"]);
    return (
      <option key={value} value={value}>
        {plain(one["text"])}
      </option>
    );
  };
  return (
    <select
      ref={control}
      className="field select"
      id={input?.fieldId}
      aria-label={input?.fieldId ? undefined : placeholder || "Choose"}
      aria-describedby={input?.describedBy}
      aria-invalid={input?.isInvalid || undefined}
      aria-busy={isBusy || undefined}
      data-key={keyOf(element, at, "")}
      defaultValue={choice.chosen[0] ?? ""}
      onChange={({ target }) => {
        if ((!input || input.isAction) && target.value !== "") void act({ selected: Object.values(read())[0] });
      }}
    >
      <option value="">{placeholder || "Choose…"}</option>
      {choice.groups.map(({ label, options }, index) =>
        label ? (
          <optgroup key={index} label={label}>
            {options.map(option)}
          </optgroup>
        ) : (
          options.map(option)
        ),
      )}
    </select>
  );
}
