import { useEffect, useMemo } from "react";
import { IconButton } from "../../parts/icon.tsx";
import { Composer } from "../compose/composer.tsx";
import { threadItems } from "../messages/items.ts";
import { MessageList } from "../messages/list.tsx";
import { Thinking } from "../messages/thinking.tsx";
import { keyOf } from "../state/draft.ts";
import { usePage, useStore } from "../state/page.tsx";

/** The pane at the right: one thread, who is thinking in it, and a composer that replies. On a phone it covers the channel. */
export function ThreadPane() {
  const page = usePage();
  const store = useStore();
  const { channel: id, thread: ts } = store.view;
  const channel = store.channel(id);
  const target = useMemo(() => (channel && ts !== undefined ? { channel, threadTs: ts } : undefined), [channel, ts]);
  const isOpen = target !== undefined;
  useEffect(() => {
    document.body.classList.toggle("with-thread", isOpen);
  }, [isOpen]);
  if (!target || !channel || ts === undefined) return undefined;

  const root = store.message(id, ts);
  const replies = store.replies(id, ts);
  const status = store.status(id, ts);
  const key = keyOf(target);
  return (
    <section
      className="pane thread"
      id="thread"
      aria-label="Thread"
      tabIndex={-1}
      onKeyDown={(event) => event.key === "Escape" && !event.defaultPrevented && page.closeThread()}
    >
      <header className="pane-head">
        <IconButton label="Back to the channel" icon="back" className="only-phone" title="" onClick={() => page.closeThread()} />
        <h2 className="pane-title">
          Thread
          <span className="hint pane-where">
            <bdi>{channel.kind === "im" ? channel.name : `#${channel.name}`}</bdi>
          </span>
        </h2>
        <IconButton label="Close thread" icon="close" className="not-phone" title="Close (Esc)" onClick={() => page.closeThread()} />
      </header>
      {root || replies.length > 0 ? (
        <MessageList
          key={key}
          label="Thread"
          place="thread"
          messages={root ? [root, ...replies] : replies}
          items={(messages) => threadItems(messages, replies)}
        />
      ) : (
        <div className="empty">
          <p>This thread is not here (any more).</p>
        </div>
      )}
      <div className="status-line">{status && <Thinking status={status} />}</div>
      <Composer key={`compose ${key}`} place="thread" target={target} />
    </section>
  );
}
