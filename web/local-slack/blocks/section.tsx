import { Element } from "../elements/element.tsx";
import { jsonOf, listOf, type Json } from "../state/json.ts";
import { TextObject } from "./text-object.tsx";
import type { At } from "./where.ts";

export function Section({ block, at }: { readonly block: Json; readonly at: At }) {
  const fields = listOf(block["fields"]);
  return (
    <div className="block-section">
      <div className="section-text">
        {block["text"] !== undefined && <TextObject object={jsonOf(block["text"])} />}
        {fields.length > 0 && (
          <div className="section-fields">
            {fields.map((field, index) => (
              <div key={index} className="field-text">
                <TextObject object={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {block["accessory"] !== undefined && (
        <div className="section-accessory">
          <Element element={jsonOf(block["accessory"])} at={at} />
        </div>
      )}
    </div>
  );
}
