import type { KeyboardEvent } from "react";
import type { PageChannel } from "../../../local-slack/server/protocol.ts";
import { usePage, useStore } from "../state/page.tsx";
import { mentionsIn } from "../state/unread.ts";
import { isAppChannel } from "../state/store.ts";
import { ChannelIcon } from "./channel-icon.tsx";

/** The channels and conversations this person is in; unread ones are bold and counted. On a phone it is a drawer. */
export function Sidebar() {
  const store = useStore();
  const away = store.botConnected === false;
  return (
    <aside className="sidebar" id="sidebar" aria-label="Workspace" onKeyDown={moveFocus}>
      <nav className="sidebar-nav" aria-label="Channels">
        <Rooms label="Channels" channels={store.channels.filter((channel) => channel.kind !== "im")} />
        <Rooms label="Apps" channels={store.channels.filter((channel) => channel.kind === "im")} />
      </nav>
      <div className="connection">
        {store.ready && (
          <>
            <span className={`light ${away ? "off" : "on"}`} aria-hidden="true" />
            <span>
              <bdi>{store.bot.name}</bdi>
              {away ? " is not connected" : " is connected"}
            </span>
          </>
        )}
      </div>
    </aside>
  );
}

function Rooms({ label, channels }: { readonly label: string; readonly channels: readonly PageChannel[] }) {
  if (channels.length === 0) return undefined;
  return (
    <>
      <h2 className="sidebar-label">{label}</h2>
      <ul>
        {channels.map((channel) => (
          <li key={channel.id}>
            <Room channel={channel} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Room({ channel }: { readonly channel: PageChannel }) {
  const page = usePage();
  const store = useStore();
  const unread = store.unread.get(channel.id) ?? 0;
  const forMe = unread > 0 ? mentionsIn(store, channel.id) : 0;
  const isCurrent = store.view.channel === channel.id;
  return (
    <a
      className={`room ${isCurrent ? "current" : ""} ${unread > 0 ? "unread" : ""}`}
      href={`#${channel.id}`}
      aria-current={isCurrent ? "page" : undefined}
      onClick={() => page.drawer.set(false)}
    >
      <ChannelIcon channel={channel} />
      <span className="room-name">
        <bdi>{channel.name}</bdi>
        {unread > 0 && <span className="visually-hidden">{`, ${unread} unread`}</span>}
        <span className="visually-hidden">{isAppChannel(channel) && store.botConnected === false ? ", not connected" : ""}</span>
      </span>
      {forMe > 0 && (
        <span className="count">
          {forMe > 99 ? "99+" : forMe}
          <span className="visually-hidden"> for you</span>
        </span>
      )}
    </a>
  );
}

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("a")];
  const at = links.indexOf(document.activeElement as HTMLElement);
  if (step === 0 || at < 0) return;
  event.preventDefault();
  links.at((at + step) % links.length)?.focus();
}
