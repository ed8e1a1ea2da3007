import { useEffect, useSyncExternalStore } from "react";
import { Toasts } from "../../parts/toasts.tsx";
import { clean } from "../../text/clean.ts";
import { Modals } from "../modal/modals.tsx";
import { ForwardDialog } from "../modal/forward.tsx";
import { ConnectModel } from "../modal/connect-model.tsx";
import { Confirmation } from "../modal/confirmation.tsx";
import { usePage, useStore } from "../state/page.tsx";
import type { Store } from "../state/store.ts";
import { ChannelPane } from "./channel.tsx";
import { Failure } from "./failure.tsx";
import { Sidebar } from "./sidebar.tsx";
import { Switcher } from "./switcher.tsx";
import { ThreadPane } from "./thread.tsx";
import { TopBar } from "./top-bar.tsx";

/** The whole page. Until the first state is there, its parts stand empty and its composer is closed: what was typed would be lost. */
export function Frame() {
  const page = usePage();
  const store = useStore();
  const failure = useSyncExternalStore(page.failure.subscribe, page.failure.read);
  const drawer = useSyncExternalStore(page.drawer.subscribe, page.drawer.read);
  const trouble = troubleOf(store);

  useEffect(() => {
    document.title = titleOf(store);
  });
  const { ready } = store;
  useEffect(() => {
    document.body.classList.toggle("ready", ready);
  }, [ready]);
  useEffect(() => {
    document.body.classList.toggle("with-drawer", drawer);
    if (drawer) document.querySelector<HTMLElement>("#sidebar a")?.focus();
    const onKey = (event: KeyboardEvent) => event.key === "Escape" && page.drawer.set(false);
    if (drawer) addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [drawer, page]);

  if (failure) return <Failure error={failure} />;
  return (
    <>
      <a
        className="skip"
        href="#channel"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("channel")?.focus();
        }}
      >
        Skip to the messages
      </a>
      <TopBar />
      <div className="banner" role="status" hidden={trouble === ""}>
        {trouble}
      </div>
      <div className="workbench">
        <Sidebar />
        <div className="shade" onClick={() => page.drawer.set(false)} />
        <main className="panes">
          <ChannelPane />
          <ThreadPane />
        </main>
      </div>
      <Modals />
      <ForwardDialog />
      <ConnectModel />
      <Switcher />
      <Confirmation />
      <Toasts />
    </>
  );
}

function troubleOf(store: Store): string {
  if (!store.ready) return "";
  if (!store.online) return "The connection to the local Slack is lost. Trying again…";
  return store.botConnected === false ? `${store.bot.name} is not connected. Messages are kept until it is back.` : "";
}

function titleOf(store: Store): string {
  if (!store.ready) return "Local Slack";
  const unread = [...store.unread.values()].reduce((sum, count) => sum + count, 0);
  const here = store.channel(store.view.channel);
  const place = here ? `${here.kind === "im" ? "" : "#"}${here.name} · ` : "";
  return clean(`${unread > 0 ? `(${unread}) ` : ""}${place}${store.workspace.name}`);
}
