import { useMemo, useSyncExternalStore } from "react";
import type { PageChannel } from "../../../local-slack/server/protocol.ts";
import { IconButton } from "../../parts/icon.tsx";
import { Composer } from "../compose/composer.tsx";
import { Avatar } from "../messages/avatar.tsx";
import { channelItems } from "../messages/items.ts";
import { MessageList } from "../messages/list.tsx";
import { authorOf } from "../state/author.ts";
import { keyOf } from "../state/draft.ts";
import { usePage, useStore } from "../state/page.tsx";
import { isAppChannel } from "../state/store.ts";
import { ChannelIcon } from "./channel-icon.tsx";
import { HomeTab } from "./home.tsx";
import { Introduction } from "./introduction.tsx";

/** The middle of the page: a channel's roots, or the app's conversation with its Home tab. */
export function ChannelPane() {
  const page = usePage();
  const store = useStore();
  const drawer = useSyncExternalStore(page.drawer.subscribe, page.drawer.read);
  const channel = store.channel(store.view.channel);
  const isHome = store.view.tab === "home";
  const target = useMemo(() => channel && { channel, threadTs: undefined }, [channel]);
  return (
    <section className="pane channel" id="channel" aria-label={channel ? channel.name : "Channel"} tabIndex={-1}>
      <header className="pane-head">
        <IconButton
          label="Channels"
          icon="menu"
          className="only-phone"
          title=""
          aria-expanded={drawer}
          aria-controls="sidebar"
          onClick={() => page.drawer.set(true)}
        />
        <h2 className="pane-title">
          {channel && (
            <>
              <ChannelIcon channel={channel} />
              <bdi>{channel.name}</bdi>
            </>
          )}
        </h2>
        <div className="pane-members">{channel && channel.kind !== "im" && <Members channel={channel} />}</div>
      </header>
      {channel && isAppChannel(channel) && <Tabs channel={channel} isHome={isHome} />}
      {isHome ? (
        <HomeTab />
      ) : (
        <div className="conversation">
          {channel ? (
            <MessageList
              key={channel.id}
              label="Messages"
              place="channel"
              messages={store.roots(channel.id)}
              items={(messages) => channelItems(store, messages)}
              introduction={<Introduction channel={channel} />}
            />
          ) : (
            <p className="loading">Opening the workspace…</p>
          )}
          <Composer key={target ? keyOf(target) : ""} place="channel" target={target} />
        </div>
      )}
    </section>
  );
}

function Tabs({ channel, isHome }: { readonly channel: PageChannel; readonly isHome: boolean }) {
  return (
    <div className="tabs" role="tablist" aria-label="Parley">
      <a className="tab" role="tab" aria-selected={isHome} href={`#${channel.id}/home`}>
        Home
      </a>
      <a className="tab" role="tab" aria-selected={!isHome} href={`#${channel.id}`}>
        Messages
      </a>
    </div>
  );
}

const FACES_MAX = 4;

function Members({ channel }: { readonly channel: PageChannel }) {
  const store = useStore();
  const members = [...store.users.values()].filter((user) => !user.isBot || channel.botIsMember);
  return (
    <>
      <span className="faces" aria-hidden="true">
        {members.slice(0, FACES_MAX).map((user) => (
          <Avatar key={user.id} of={authorOf({ user: user.id }, store)} size="avatar-small" />
        ))}
      </span>
      {!channel.botIsMember && <span className="hint">{store.bot.name} is not in this channel</span>}
    </>
  );
}
