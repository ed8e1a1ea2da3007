import { Icon, IconButton, Mark } from "../../parts/icon.tsx";
import { MenuButton, type MenuItem } from "../../parts/menu.tsx";
import { Avatar } from "../messages/avatar.tsx";
import { authorOf } from "../state/author.ts";
import { usePage, useStore } from "../state/page.tsx";
import type { Store } from "../state/store.ts";

/** The bar at the top: the workspace, what is simulated here, and who this tab is. */
export function TopBar() {
  const page = usePage();
  const store = useStore();
  return (
    <header className="top-bar">
      <span className="workspace">
        <span className="workspace-mark">
          <Mark />
        </span>
        <h1 className="workspace-name">
          <bdi>{store.workspace.name || "Local Slack"}</bdi>
        </h1>
      </span>
      <p className="notice" id="notice">
        {store.ready && (
          <>
            <Icon name="info" />
            <span>{store.workspace.notice || "This Slack is simulated on this machine."}</span>
            {store.canConnectModel && (
              <button type="button" className="connect-model" onClick={() => page.connecting.set(true)}>
                Connect a model…
              </button>
            )}
          </>
        )}
      </p>
      <div className="top-end">
        {store.hasStudio && (
          <a className="studio-link" href="studio" target="_blank" rel="noreferrer" title="See runs: who spoke, why, and what it cost">
            <Icon name="eye" />
            <span>Studio</span>
          </a>
        )}
        {store.ready && (
          <IconButton label="Jump to a conversation (Ctrl+K)" icon="search" className="on-shell" onClick={() => page.switcher.set(true)} />
        )}
        {store.ready && (
          <MenuButton className="person" menuLabel="Who you are in this tab" items={() => people(store)}>
            <Avatar of={authorOf({ user: store.me.id }, store)} size="avatar-small" />
            <span className="person-name">
              <span className="person-you">You are </span>
              <bdi>{store.me.name}</bdi>
              <span className="visually-hidden">. Be someone else</span>
            </span>
            <Icon name="down" />
          </MenuButton>
        )}
      </div>
    </header>
  );
}

/** Everyone, each in a tab of their own; a direct message is nobody else's. */
function people(store: Store): readonly MenuItem[] {
  const hash = location.hash.startsWith("#D") ? "" : location.hash;
  return [...store.users.values()]
    .filter((user) => !user.isBot)
    .map((user) => {
      const lead = <Avatar of={authorOf({ user: user.id }, store)} size="avatar-small" />;
      if (user.id === store.me.id)
        return { label: user.name, detail: user.isAdmin ? "You, in this tab; administrator" : "You, in this tab", lead, current: true };
      return {
        label: user.name,
        detail: user.isAdmin ? "Administrator; opens in a new tab" : "Opens in a new tab",
        lead,
        href: `?as=${encodeURIComponent(user.id)}${hash}`,
      };
    });
}
