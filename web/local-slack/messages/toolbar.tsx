import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { MenuButton } from "../../parts/menu.tsx";
import { copyText } from "../../text/code.tsx";
import { jsonOf, wordsOf } from "../state/json.ts";
import { usePage } from "../state/page.tsx";
import { threadOf } from "../state/store.ts";
import { runShortcut } from "../elements/shortcut.ts";

/** What can be done with a message: shown while it is pointed at or has the keyboard. */
export function Toolbar({ message, place }: { readonly message: PageMessage; readonly place: "channel" | "thread" }) {
  const page = usePage();
  const { channel, ts } = message;
  // An app cannot act on what only one person sees.
  const shortcuts = message.ephemeral ? [] : page.store.shortcuts.filter(({ type }) => type === "message");
  return (
    <div className="toolbar">
      {place === "channel" && !message.ephemeral && (
        <IconButton label="Reply in thread" icon="thread" onClick={() => page.openThread(channel, threadOf(message), { focus: true })} />
      )}
      <IconButton label="Copy text" icon="copy" onClick={() => void copyText(plainText(message))} />
      {shortcuts.length > 0 && (
        <MenuButton
          className="icon-button"
          title="More actions on this message"
          aria-label="More actions on this message"
          menuLabel="More actions on this message"
          items={() =>
            shortcuts.map((shortcut) => ({
              label: shortcut.name,
              detail: page.store.bot.name,
              choose: () => void runShortcut(page, shortcut, { channel, ts }),
            }))
          }
        >
          <Icon name="more" />
        </MenuButton>
      )}
    </div>
  );
}

/** What the message says, for the clipboard: its Markdown when it has some, its text otherwise. */
function plainText({ blocks = [], text }: PageMessage): string {
  const markdown = blocks.map(jsonOf).filter((block) => block["type"] === "markdown");
  return markdown.length > 0 ? markdown.map((block) => wordsOf(block["text"])).join("\n\n") : text;
}
