import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { Icon, IconButton } from "../../parts/icon.tsx";
import { MenuButton, type MenuItem } from "../../parts/menu.tsx";
import { toast } from "../../parts/toasts.tsx";
import { copyText } from "../../text/code.tsx";
import { jsonOf, wordsOf } from "../state/json.ts";
import { emoji } from "../../text/emoji.ts";
import { send } from "../state/api.ts";
import { usePage, type Page } from "../state/page.tsx";
import { threadOf } from "../state/store.ts";
import { reactWith } from "./reactions.tsx";
import { runShortcut } from "../elements/shortcut.ts";

/** Those that people answer with most. */
const QUICK = ["white_check_mark", "eyes", "+1", "raised_hands", "tada", "heart", "thinking_face", "x"] as const;

/** What can be done with a message: shown while it is pointed at or has the keyboard. What one person alone sees can be read and copied. */
export function Toolbar({ message, place }: { readonly message: PageMessage; readonly place: "channel" | "thread" }) {
  const page = usePage();
  const { channel, ts } = message;
  return (
    <div className="toolbar">
      {!message.ephemeral && (
        <MenuButton
          className="icon-button"
          title="Add reaction"
          aria-label="Add reaction"
          menuLabel="Add reaction"
          items={() =>
            QUICK.map((name) => ({
              label: name.replaceAll("_", " "),
              lead: <span aria-hidden="true">{emoji(name)}</span>,
              choose: () => void reactWith(page, message, name),
            }))
          }
        >
          <Icon name="smile" />
        </MenuButton>
      )}
      {place === "channel" && !message.ephemeral && (
        <IconButton label="Reply in thread" icon="thread" onClick={() => page.openThread(channel, threadOf(message), { focus: true })} />
      )}
      {message.ephemeral ? (
        <IconButton label="Copy text" icon="copy" onClick={() => void copyText(plainText(message))} />
      ) : (
        <MenuButton
          className="icon-button"
          title="More actions on this message"
          aria-label="More actions on this message"
          menuLabel="More actions on this message"
          items={() => actions(page, message)}
        >
          <Icon name="more" />
        </MenuButton>
      )}
    </div>
  );

  function actions(of: Page, { user, app, notice, persona }: PageMessage): MenuItem[] {
    const isOwn = user === of.store.me.id && !app && !notice && !persona;
    const shortcuts = of.store.shortcuts.filter(({ type }) => type === "message");
    return [
      ...(isOwn ? [{ label: "Edit message", choose: () => of.editing.set(`${channel}/${ts}`) }] : []),
      { label: "Forward message…", choose: () => of.forwarding.set(message) },
      { label: "Copy text", choose: () => void copyText(plainText(message)) },
      { label: "Copy link", choose: () => void copyText(`${location.origin}/#${channel}/${threadOf(message)}`) },
      ...shortcuts.map((shortcut) => ({
        label: shortcut.name,
        detail: of.store.bot.name,
        choose: () => void runShortcut(of, shortcut, { channel, ts }),
      })),
      ...(isOwn ? [{ label: "Delete message…", choose: () => void remove(of, message) }] : []),
    ];
  }
}

async function remove(page: Page, { channel, ts }: PageMessage): Promise<void> {
  const sure = await page.confirmed({
    title: { type: "plain_text", text: "Delete message" },
    text: { type: "plain_text", text: "Are you sure? This cannot be undone." },
    confirm: { type: "plain_text", text: "Delete" },
    deny: { type: "plain_text", text: "Cancel" },
    style: "danger",
  });
  if (!sure) return;
  const result = await send("delete", { as: page.as, channel, ts });
  if (!result.ok) toast(`Not deleted: ${result.error ?? "the server refused it"}`);
}

/** What the message says, for the clipboard: its Markdown when it has some, its text otherwise. */
function plainText({ blocks = [], text }: PageMessage): string {
  const markdown = blocks.map(jsonOf).filter((block) => block["type"] === "markdown");
  return markdown.length > 0 ? markdown.map((block) => wordsOf(block["text"])).join("\n\n") : text;
}
