import { useState, type KeyboardEvent } from "react";
import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { toast } from "../../parts/toasts.tsx";
import { send } from "../state/api.ts";
import { usePage } from "../state/page.tsx";

/** In place of a message's words while its author changes them: Enter saves, Escape leaves them as they are. */
export function Editor({ message }: { readonly message: PageMessage }) {
  const page = usePage();
  const [text, setText] = useState(() => typedAgain(message.text, page.store.users));
  const close = () => page.editing.set(undefined);
  return (
    <form
      className="editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        className="field"
        rows={Math.min(8, text.split("\n").length + 1)}
        aria-label="Edit message"
        autoFocus
        value={text}
        onChange={({ target }) => setText(target.value)}
        onKeyDown={onKey}
      />
      <div className="editor-actions">
        <button type="button" className="button" onClick={close}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={text.trim() === ""}>
          Save
        </button>
      </div>
    </form>
  );

  function onKey(event: KeyboardEvent<HTMLTextAreaElement>): void {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) {
      event.preventDefault();
      void save();
    }
  }

  async function save(): Promise<void> {
    const result = await send("edit", { as: page.as, channel: message.channel, ts: message.ts, text });
    if (result.ok) close();
    else toast(`Not changed: ${result.error ?? "the server refused it"}`);
  }
}

/** Slack's text as its author typed it: names again in place of references. */
function typedAgain(text: string, users: ReadonlyMap<string, { readonly name: string }>): string {
  return text
    .replace(/<@([UW][A-Z0-9]+)(?:\|[^<>]*)?>/g, (all: string, id: string) => (users.has(id) ? `@${users.get(id)?.name}` : all))
    .replace(/<#[CG][A-Z0-9]+\|([^<>]*)>/g, "#$1")
    .replace(/<(https?:[^<>|]+)(?:\|[^<>]*)?>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
