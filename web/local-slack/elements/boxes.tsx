import { Fragment, useId, useRef } from "react";
import { plain, TextObject } from "../blocks/text-object.tsx";
import type { At } from "../blocks/where.ts";
import { useField } from "../modal/form.ts";
import { jsonOf, wordsOf, type Json } from "../state/json.ts";
import { keyOf, useAct } from "./act.ts";
import { optionOf, type Choice } from "./choice.ts";

interface BoxesProps {
  readonly element: Json;
  readonly at: At;
  readonly choice: Choice;
}

/** Radio buttons or checkboxes, one for each option. */
export function Boxes({ element, at, choice }: BoxesProps) {
  const group = useId();
  const box = useRef<HTMLDivElement>(null);
  const { isBusy, act } = useAct(element, at);
  const { input } = at;
  const type = choice.kind === "checkbox" ? "checkbox" : "radio";
  const read = () => {
    const checked = [...(box.current?.querySelectorAll<HTMLInputElement>("input:checked") ?? [])];
    const options = checked.map(({ value }) => optionOf(choice, value)).filter((option) => option !== undefined);
    return choice.kind === "checkbox" ? choice.state(options) : choice.state(options[0]);
  };
  useField(at.blockId, element, read);
  return (
    <div
      ref={box}
      className="choices"
      role={type === "radio" ? "radiogroup" : "group"}
      aria-labelledby={input?.labelId}
      aria-label={input ? undefined : plain(element["placeholder"]) || "Options"}
      aria-describedby={input?.describedBy}
      aria-busy={isBusy || undefined}
      onChange={() => {
        if (!input || input.isAction) void act({ selected: Object.values(read())[0] });
      }}
    >
      {choice.groups.map(({ label, options }, index) => (
        <Fragment key={index}>
          {label && <div className="hint">{label}</div>}
          {options.map((option, place) => (
            <label key={wordsOf(option["value"])} className="choice">
              <input
                type={type}
                name={group}
                value={wordsOf(option["value"])}
                defaultChecked={choice.chosen.includes(wordsOf(option["value"]))}
                aria-invalid={(input?.isInvalid && index === 0 && place === 0) || undefined}
                data-key={keyOf(element, at, option["value"])}
              />
              <span>
                <TextObject object={jsonOf(option["text"])} />
                {option["description"] !== undefined && (
                  <span className="hint">
                    <TextObject object={jsonOf(option["description"])} />
                  </span>
                )}
              </span>
            </label>
          ))}
        </Fragment>
      ))}
    </div>
  );
}
