import { fetchState, follow, send } from "./api.js";
import { createChannel, isAppChannel } from "./channel.js";
import { announce, byId, h } from "./dom.js";
import { icon } from "./icons.js";
import { createModals } from "./modal.js";
import { author } from "./persona.js";
import { createSidebar, createTopBar } from "./sidebar.js";
import { applyChange, createStore, loadState, look, markRead } from "./state.js";
import { clean } from "./text.js";
import { createThread } from "./thread.js";

/** Who a tab is when its address does not say. */
const DEFAULT_PERSON = "U0MARIA";
const ANNOUNCED_CHARS = 150; // As much as a notification shows; the rest is read in the message itself.

const as = new URLSearchParams(location.search).get("as") || DEFAULT_PERSON;
const store = createStore();
const drawerButton = h(
  "button",
  {
    type: "button",
    class: "icon-button only-phone",
    "aria-label": "Channels",
    "aria-expanded": "false",
    "aria-controls": "sidebar",
    onclick: () => drawer(true),
  },
  icon("menu"),
);
/** What the parts of the page share. */
const app = { store, send, opened: new Map(), openThread, closeThread, drawer, drawerButton };

const modals = createModals(app);
const topBar = createTopBar(app);
const sidebar = createSidebar(app);
const channel = createChannel(app);
const thread = createThread(app);
const banner = h("div", { class: "banner", role: "status", hidden: true });
const shade = h("div", { class: "shade", onclick: () => drawer(false) });

byId("app").replaceChildren(
  topBar.element,
  banner,
  h("div", { class: "workbench" }, sidebar.element, shade, h("div", { class: "panes" }, channel.element, thread.element)),
);

store.subscribe(render);
addEventListener("hashchange", () => store.ready && route());
byId("skip").addEventListener("click", (event) => (event.preventDefault(), byId("channel")?.focus()));
document.addEventListener("visibilitychange", () => store.ready && (markRead(store), store.changed()));
addEventListener("keydown", (event) => event.key === "Escape" && document.body.classList.contains("with-drawer") && drawer(false));
follow(as, { onOpen: refresh, onChange: change, onLost: () => offline() });

/** Reads everything anew; after each (re)connection, as changes may have been missed. Changes that come meanwhile are applied after it. */
let waiting;
async function refresh() {
  const mine = [];
  waiting = mine;
  try {
    const state = await fetchState(as);
    if (waiting !== mine) return;
    const first = !store.ready;
    loadState(store, state);
    store.online = true;
    for (const late of mine) change(late, true);
    waiting = undefined;
    if (first) start();
    else route();
  } catch (error) {
    waiting = undefined;
    if (!store.ready) failed(error);
  }
}

function change(one, isLate) {
  if (waiting && isLate !== true) waiting.push(one);
  else if (one.type === "reload")
    void refresh(); // refresh() reports its own failure.
  else if (one.type === "modal.opened") modals.open(one.view);
  else if (one.type === "modal.updated") modals.update(one.view);
  else if (one.type === "modal.closed") modals.closed(one.viewId);
  else {
    const message = applyChange(store, one);
    if (message) say(message);
  }
}

/** New words in the channel or thread that is open are read out; elsewhere the unread count says enough. */
function say(message) {
  if (message.channel !== store.view.channel || (message.threadTs && message.threadTs !== store.view.thread)) return;
  announce(`${author(message, store).name}: ${clean(message.text).slice(0, ANNOUNCED_CHARS)}`);
}

function start() {
  document.body.classList.add("ready");
  route();
  render();
  channel.composer.focus();
}

/** Before the first state this may also be a person who does not exist: reading the state tells. */
function offline() {
  store.online = false;
  if (!store.ready) void refresh();
  store.changed();
}

/** The address says where this tab is: #CHANNEL, #CHANNEL/home, #CHANNEL/THREAD. */
function route() {
  const [id, rest] = location.hash.slice(1).split("/");
  const known = store.channel(id) ?? store.channels.find((one) => one.botIsMember && one.kind === "channel") ?? store.channels[0];
  if (!known) return;
  const there = known.id === id;
  const isHome = there && rest === "home" && isAppChannel(known);
  const before = store.view;
  look(store, { channel: known.id, tab: isHome ? "home" : "messages", thread: there && /^\d+\.\d+$/.test(rest ?? "") ? rest : undefined });
  const moved = before.channel !== known.id || before.tab !== store.view.tab;
  if (moved && isAppChannel(known)) void send("open", { as, channel: known.id, tab: store.view.tab }); // The app hears of it; nothing here depends on the answer.
  if (moved) drawer(false);
}

function openThread(channelId, ts, { focus } = {}) {
  const opener = document.activeElement;
  location.hash = `${channelId}/${ts}`;
  route();
  render();
  if (focus) thread.composer.focus();
  app.opener = opener;
}

function closeThread() {
  location.hash = store.view.channel;
  route();
  render();
  if (app.opener?.isConnected && app.opener.getClientRects().length > 0) app.opener.focus();
  else channel.composer.focus();
}

function drawer(open) {
  document.body.classList.toggle("with-drawer", open);
  drawerButton.setAttribute("aria-expanded", String(open));
  if (open) sidebar.element.querySelector("a")?.focus();
}

function render() {
  if (!store.ready) return;
  topBar.update();
  sidebar.update();
  channel.update();
  thread.update();
  const trouble = store.online
    ? store.botConnected === false
      ? `${store.bot.name} is not connected. Messages are kept until it is back.`
      : ""
    : "The connection to the local Slack is lost. Trying again…";
  banner.hidden = !trouble;
  if (banner.textContent !== trouble) banner.textContent = trouble;
  const unread = [...store.unread.values()].reduce((sum, count) => sum + count, 0);
  const here = store.channel(store.view.channel);
  document.title = clean(
    `${unread > 0 ? `(${unread}) ` : ""}${here ? (here.kind === "im" ? here.name : `#${here.name}`) : ""} · ${store.workspace.name}`,
  );
}

function failed(error) {
  const unknown = String(error.message).includes("404");
  byId("app").replaceChildren(
    h(
      "div",
      { class: "failed" },
      h("h1", {}, unknown ? "Nobody here has that name" : "The local Slack does not answer"),
      h(
        "p",
        {},
        unknown ? `There is no person “${as}” in this workspace.` : "Is it still running? This page tries again when you reload it.",
      ),
      h("p", {}, unknown ? h("a", { href: "/" }, "Open the workspace as Maria") : h("a", { href: location.href }, "Reload")),
    ),
  );
}
