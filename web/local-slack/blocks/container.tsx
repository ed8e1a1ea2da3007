import { useState, type ReactNode } from "react";
import { Icon } from "../../parts/icon.tsx";
import { Picture } from "../messages/picture.tsx";
import { jsonOf, plainOf, type Json } from "../state/json.ts";
import { usePage } from "../state/page.tsx";
import { RichText } from "./rich-text.tsx";
import { plain, TextObject } from "./text-object.tsx";
import type { Where } from "./where.ts";

interface ContainerProps {
  readonly block: Json;
  readonly where: Where;
  readonly children: ReactNode;
}

/** Collapsible, and it stays as the reader left it when the app edits the message. */
export function Container({ block, where, children }: ContainerProps) {
  const { opened } = usePage();
  const key = `${JSON.stringify(where)}/container/${plainOf(block["title"])}`;
  const [isOpen, setOpen] = useState(() => opened.get(key) ?? block["default_collapsed"] !== true);
  const head = (
    <>
      {block["icon"] !== undefined && <Picture block={jsonOf(block["icon"])} size="image-tiny" />}
      <span className="container-head">
        {block["rich_text_title"] === undefined ? (
          <span className="container-title" dir="auto">
            {plain(block["title"])}
          </span>
        ) : (
          <RichText block={jsonOf(block["rich_text_title"])} />
        )}
        {block["subtitle"] !== undefined && (
          <span className="hint">
            <TextObject object={jsonOf(block["subtitle"])} />
          </span>
        )}
      </span>
    </>
  );
  const body = <div className="container-body">{children}</div>;
  if (!block["is_collapsible"])
    return (
      <div className="block-container">
        <div className="container-summary">{head}</div>
        {body}
      </div>
    );
  return (
    <details
      className="block-container"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        opened.set(key, currentTarget.open);
        setOpen(currentTarget.open);
      }}
    >
      <summary className="container-summary" data-key={key}>
        <Icon name="right" className="twist" />
        {head}
      </summary>
      {body}
    </details>
  );
}
