import { Element } from "../elements/element.tsx";
import { Picture } from "../messages/picture.tsx";
import { jsonOf, listOf, wordsOf, type Json } from "../state/json.ts";
import { TextObject } from "./text-object.tsx";
import type { At } from "./where.ts";

export function Card({ block, at }: { readonly block: Json; readonly at: At }) {
  const blockId = wordsOf(block["block_id"]) || at.blockId;
  const actions = listOf(block["actions"]);
  const text = (name: string, className: string) =>
    block[name] !== undefined && (
      <div className={className}>
        <TextObject object={jsonOf(block[name])} />
      </div>
    );
  return (
    <div className="block-card">
      {block["hero_image"] !== undefined && <Picture block={jsonOf(block["hero_image"])} />}
      <div className="card-head">
        {block["icon"] !== undefined && <Picture block={jsonOf(block["icon"])} size="image-tiny" />}
        <div>
          {text("title", "card-title")}
          {text("subtitle", "hint")}
        </div>
      </div>
      {text("body", "card-body")}
      {actions.length > 0 && (
        <div className="block-actions">
          {actions.map((element, index) => (
            <Element key={index} element={element} at={{ ...at, blockId }} />
          ))}
        </div>
      )}
    </div>
  );
}
