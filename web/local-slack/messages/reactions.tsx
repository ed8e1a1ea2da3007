import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { emoji } from "../../text/emoji.ts";
import { usePage } from "../state/page.tsx";

export function Reactions({ reactions }: { readonly reactions: PageMessage["reactions"] }) {
  const { store } = usePage();
  if (reactions.length === 0) return undefined;
  return (
    <div className="reactions">
      {reactions.map(({ name, users }) => {
        const names = users.map((id) => store.users.get(id)?.name ?? id).join(", ");
        return (
          <span
            key={name}
            className={`reaction ${users.includes(store.me.id) ? "mine" : ""}`}
            title={`${names} reacted with :${name}:`}
            role="img"
            aria-label={`${name}, by ${names}`}
          >
            {emoji(name) ?? `:${name}:`}
            <span>{users.length}</span>
          </span>
        );
      })}
    </div>
  );
}
