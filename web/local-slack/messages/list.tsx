import { useState, type KeyboardEvent, type ReactNode } from "react";
import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { Icon } from "../../parts/icon.tsx";
import { usePage } from "../state/page.tsx";
import type { Item } from "./items.ts";
import { MessageRow } from "./message.tsx";
import { Replies } from "./replies.tsx";
import { useNews, useScrolling } from "./scrolling.ts";

const SHOWN = 200; // Rows per list; older ones are asked for, so that a long channel stays quick.

interface MessageListProps {
  readonly label: string;
  readonly place: "channel" | "thread";
  /** In order, oldest first. */
  readonly messages: readonly PageMessage[];
  /** The rows for those that are shown. */
  readonly items: (messages: readonly PageMessage[]) => readonly Item[];
  /** Above the first message. */
  readonly introduction?: ReactNode;
}

/** A list of messages that stays at its end while new ones come, unless the reader has scrolled up. */
export function MessageList({ label, place, messages, items, introduction }: MessageListProps) {
  const page = usePage();
  const [shown, setShown] = useState(SHOWN);
  const [focused, setFocused] = useState<string>();
  const start = Math.max(0, messages.length - shown);
  const visible = messages.slice(start);
  const news = useNews(messages);
  const last = messages.at(-1);
  const { scroller, rows, jump, toEnd, keepPlace } = useScrolling({
    count: visible.length,
    // Who writes wants to see it, also when scrolled up.
    isOwnNew: last !== undefined && last.user === page.store.me.id && news.isUnseen(last.ts),
  });
  const stop = visible.some(({ ts }) => ts === focused) ? focused : last?.ts;
  return (
    <div className="list">
      <div className="scroller" tabIndex={-1} ref={scroller}>
        <div className="intro-slot" hidden={start > 0}>
          {introduction}
        </div>
        <button
          type="button"
          className="older"
          hidden={start === 0}
          onClick={() => {
            keepPlace();
            setShown(shown + SHOWN);
          }}
        >
          Show older messages
        </button>
        <div
          className="rows"
          role="list"
          aria-label={label}
          ref={rows}
          onKeyDown={(event) => moveFocus(event, visible)}
          onFocus={({ target }) => setFocused(target.closest<HTMLElement>(".message")?.dataset["ts"])}
        >
          {items(visible).map((item) => {
            switch (item.kind) {
              case "message":
                return (
                  <MessageRow
                    key={item.key}
                    message={item.message}
                    isCompact={item.isCompact}
                    place={place}
                    isNew={news.has(item.message.ts)}
                    isStop={item.message.ts === stop}
                  />
                );
              case "replies":
                return <Replies key={item.key} item={item} />;
              case "divider":
                return (
                  <div key={item.key} className={`divider divider-${item.of}`} role="listitem">
                    <span>{item.text}</span>
                  </div>
                );
            }
          })}
        </div>
      </div>
      <button type="button" className="jump" hidden={!jump} onClick={toEnd}>
        <Icon name="arrowDown" />
        Newest
      </button>
    </div>
  );

  /** Arrows move among the messages, Enter opens the thread. */
  function moveFocus(event: KeyboardEvent<HTMLDivElement>, all: readonly PageMessage[]): void {
    if (!(event.target instanceof HTMLElement) || !event.target.classList.contains("message")) return;
    const elements = [...event.currentTarget.querySelectorAll<HTMLElement>(".message")];
    const at = elements.indexOf(event.target);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: elements.length - 1 }[event.key];
    if (next !== undefined && elements[next]) {
      event.preventDefault();
      elements[next].focus();
    } else if (event.key === "Enter") {
      const message = all[at];
      if (message && !message.ephemeral) page.openThread(message.channel, message.threadTs ?? message.ts, { focus: true });
    }
  }
}
