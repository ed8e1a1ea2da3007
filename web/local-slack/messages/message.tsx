import { memo, useMemo, useRef, useSyncExternalStore } from "react";
import type { PageMessage } from "../../../local-slack/server/protocol.ts";
import { Icon } from "../../parts/icon.tsx";
import { clock, dateOf, wholeTime } from "../../text/measures.ts";
import { Blocks } from "../blocks/blocks.tsx";
import { Mrkdwn } from "../blocks/mrkdwn.tsx";
import { authorOf, isPersona, type Author } from "../state/author.ts";
import { usePage } from "../state/page.tsx";
import { threadOf } from "../state/store.ts";
import { Attached, isAttached } from "./attached.tsx";
import { Avatar, hueStyle } from "./avatar.tsx";
import { Editor } from "./editor.tsx";
import { FileCard } from "./file-card.tsx";
import { useKeptFocus } from "./kept-focus.ts";
import { Reactions } from "./reactions.tsx";
import { Toolbar } from "./toolbar.tsx";

export interface MessageRowProps {
  readonly message: PageMessage;
  /** Without a face and a name: it goes on under the one before it. */
  readonly isCompact: boolean;
  readonly place: "channel" | "thread";
  /** It came while people looked. */
  readonly isNew: boolean;
  /** One message of a list is a tab stop. */
  readonly isStop: boolean;
}

/** One message as a row. */
export const MessageRow = memo(function MessageRow({ message, isCompact, place, isNew, isStop }: MessageRowProps) {
  const { store } = usePage();
  const row = useRef<HTMLDivElement>(null);
  const keptFocus = useKeptFocus(row);
  const author = authorOf(message, store);
  const mentionsMe = message.user !== store.me.id && message.text.includes(`<@${store.me.id}>`);
  return (
    <div
      ref={row}
      className={`message ${isCompact ? "compact" : ""} ${message.ephemeral ? "ephemeral" : ""} ${mentionsMe ? "mentions-me" : ""} ${isNew ? "arrives" : ""}`}
      role="listitem"
      tabIndex={isStop ? 0 : -1}
      data-ts={message.ts}
      aria-label={`${author.name}, ${clock(message.ts)}`}
      style={isPersona(author) ? hueStyle(author.name) : undefined}
      {...keptFocus}
    >
      <div className="gutter">{isCompact ? <Time ts={message.ts} /> : <Avatar of={author} />}</div>
      <div className="content">
        {message.ephemeral && (
          <div className="only-you">
            <Icon name="eye" />
            Only visible to you
          </div>
        )}
        {message.broadcast && <Broadcast message={message} place={place} />}
        {!isCompact && <Byline message={message} author={author} />}
        <Body message={message} isCompact={isCompact} />
        <Reactions message={message} />
      </div>
      <Toolbar message={message} place={place} />
    </div>
  );
});

function Time({ ts }: { readonly ts: string }) {
  return (
    <time className="time" dateTime={dateOf(ts).toISOString()} title={wholeTime(ts)}>
      {clock(ts)}
    </time>
  );
}

function Byline({ message, author }: { readonly message: PageMessage; readonly author: Author }) {
  return (
    <div className="byline">
      <bdi className={isPersona(author) ? "author persona" : "author"}>{author.name}</bdi>
      {author.isApp && <span className="badge">APP</span>}
      <Time ts={message.ts} />
      {message.edited && <Edited />}
    </div>
  );
}

/** A line of the channel's own begins with who did it, whose name stands above it already. */
const withoutAuthor = ({ text, user }: PageMessage): string => (text.startsWith(`<@${user}> `) ? text.slice(user.length + 4) : text);

const Edited = () => <span className="edited">(edited)</span>;

function Body({ message, isCompact }: { readonly message: PageMessage; readonly isCompact: boolean }) {
  const { channel, ts, blocks, text, files = [] } = message;
  const page = usePage();
  const editing = useSyncExternalStore(page.editing.subscribe, page.editing.read);
  const where = useMemo(() => ({ channel, ts }), [channel, ts]);
  if (editing === `${channel}/${ts}`) return <Editor message={message} />;
  return (
    <>
      <div
        className={`body ${message.streaming ? "streaming" : ""} ${message.notice ? "notice-line" : ""}`}
        dir="auto"
        aria-busy={message.streaming}
      >
        {blocks && blocks.length > 0 ? (
          <Blocks blocks={blocks} where={where} />
        ) : (
          text !== "" && <Mrkdwn text={message.notice ? withoutAuthor(message) : text} />
        )}
        {isCompact && message.edited && <Edited />}
      </div>
      {isAttached(message.attachments) && <Attached attachments={message.attachments} where={where} />}
      {files.length > 0 && (
        <div className="files">
          {files.map((file) => (
            <FileCard key={file.id} file={file} />
          ))}
        </div>
      )}
    </>
  );
}

function Broadcast({ message, place }: { readonly message: PageMessage; readonly place: "channel" | "thread" }) {
  const page = usePage();
  return (
    <div className="only-you">
      <Icon name="thread" />
      {place === "thread" ? (
        "Also sent to the channel"
      ) : (
        <button type="button" className="link-button" onClick={() => page.openThread(message.channel, threadOf(message))}>
          replied to a thread
        </button>
      )}
    </div>
  );
}
