import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { toast } from "../../parts/toasts.tsx";
import { emoji } from "../../text/emoji.ts";
import { send } from "../state/api.ts";
import { usePage, type Page } from "../state/page.tsx";

/** Pressing one gives it too, or takes one's own back. */
export function Reactions({ message }: { readonly message: PageMessage }) {
  const page = usePage();
  const { store } = page;
  if (message.reactions.length === 0) return undefined;
  return (
    <div className="reactions">
      {message.reactions.map(({ name, users }) => {
        const names = users.map((id) => store.users.get(id)?.name ?? id).join(", ");
        const isMine = users.includes(store.me.id);
        return (
          <button
            key={name}
            type="button"
            className={`reaction ${isMine ? "mine" : ""}`}
            title={`${names} reacted with :${name}:`}
            aria-pressed={isMine}
            onClick={() => void reactWith(page, message, name)}
          >
            {emoji(name) ?? `:${name}:`}
            <span>{users.length}</span>
            <span className="visually-hidden">{`${name}, by ${names}`}</span>
          </button>
        );
      })}
    </div>
  );
}

export async function reactWith(page: Page, { channel, ts }: PageMessage, name: string): Promise<void> {
  const result = await send("react", { as: page.as, channel, ts, name });
  if (!result.ok) toast(`The reaction did not arrive: ${result.error ?? "the server refused it"}`);
}
