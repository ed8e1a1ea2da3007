import { Icon } from "../../parts/icon.tsx";
import { clock } from "../../text/measures.ts";
import { authorOf } from "../state/author.ts";
import { usePage } from "../state/page.tsx";
import { Avatar } from "./avatar.tsx";
import type { Item } from "./items.ts";
import { Thinking } from "./thinking.tsx";

const FACES_MAX = 5;

/** Below a root in the channel: who replied, how often, and who is at work right now. */
export function Replies({ item }: { readonly item: Item & { readonly kind: "replies" } }) {
  const page = usePage();
  const { root, replies, status, news } = item;
  const authors = replies.map((reply) => authorOf(reply, page.store));
  const people = [...new Map(authors.map((author) => [author.name, author])).values()];
  const last = replies.at(-1);
  return (
    <div className="replies-row" role="listitem">
      <button
        type="button"
        className={`replies ${news > 0 ? "has-news" : ""}`}
        onClick={() => page.openThread(root.channel, root.ts, { focus: true })}
      >
        <span className="faces">
          {people.slice(-FACES_MAX).map((author) => (
            <Avatar key={author.name} of={author} size="avatar-small" />
          ))}
        </span>
        {replies.length > 0 && (
          <span className="replies-count">
            {replies.length} {replies.length === 1 ? "reply" : "replies"}
          </span>
        )}
        {news > 0 && <span className="news">{news} new</span>}
        {status ? <Thinking status={status} /> : last && <span className="hint last-reply">Last reply at {clock(last.ts)}</span>}
        <span className="view-thread hint" aria-hidden="true">
          View thread
          <Icon name="right" />
        </span>
      </button>
    </div>
  );
}
