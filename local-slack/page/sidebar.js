import { channelIcon, isAppChannel } from "./channel.js";
import { h, name } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { author, avatar, mark } from "./persona.js";

/** The bar at the top: the workspace, what is simulated here, and who this tab is. */
export function createTopBar(app) {
  const { store } = app;
  const workspace = h("span", { class: "workspace-name" });
  const notice = h("p", { class: "notice", id: "notice" });
  const person = h("button", {
    type: "button",
    class: "person",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    onclick: () => openMenu(person, people(store), "Who you are in this tab"),
  });
  const element = h(
    "header",
    { class: "top-bar" },
    h("span", { class: "workspace" }, h("span", { class: "workspace-mark" }, mark()), workspace),
    notice,
    person,
  );
  let shown = "";

  function update() {
    if (shown === store.me.id) return;
    shown = store.me.id;
    workspace.replaceChildren(name(store.workspace.name));
    notice.replaceChildren(icon("info"), h("span", {}, store.workspace.notice || "This Slack is simulated on this machine."));
    person.setAttribute("aria-label", `You are ${store.me.name}. Be someone else`);
    person.replaceChildren(
      avatar(author({ user: store.me.id }, store), "avatar-small"),
      h("span", { class: "person-name" }, h("span", { class: "person-you" }, "You are "), name(store.me.name)),
      icon("down"),
    );
  }
  return { element, update };
}

function people(store) {
  const others = [...store.users.values()].filter((user) => !user.isBot);
  const link = (user) => `?as=${encodeURIComponent(user.id)}${location.hash.startsWith("#D") ? "" : location.hash}`;
  return others.flatMap((user) => {
    const lead = avatar(author({ user: user.id }, store), "avatar-small");
    if (user.id === store.me.id) return [{ label: user.name, detail: "You, in this tab", lead, current: true }];
    return [{ label: user.name, detail: "Opens in a new tab", lead, href: link(user), blank: true }];
  });
}

/** The channels and conversations this person is in; unread ones are bold and counted. On a phone it is a drawer. */
export function createSidebar(app) {
  const { store } = app;
  const nav = h("nav", { class: "sidebar-nav", "aria-label": "Channels" });
  const connection = h("div", { class: "connection" });
  const element = h("div", { class: "sidebar", id: "sidebar" }, nav, connection);
  let shown = "";

  element.addEventListener("keydown", (event) => {
    const links = [...nav.querySelectorAll("a")];
    const next = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const at = links.indexOf(document.activeElement);
    if (!next || at < 0) return;
    event.preventDefault();
    links.at((at + next) % links.length)?.focus();
  });

  function update() {
    const signature = JSON.stringify([store.channels, [...store.unread], store.view.channel, store.view.tab, store.botConnected]);
    if (signature === shown) return;
    shown = signature;
    const focused = document.activeElement?.closest(".sidebar-nav a")?.getAttribute("href");
    const rooms = store.channels.filter((channel) => channel.kind !== "im");
    const direct = store.channels.filter((channel) => channel.kind === "im");
    nav.replaceChildren(...section("Channels", rooms), ...section("Apps", direct));
    connection.replaceChildren(
      h("span", { class: `light ${store.botConnected === false ? "off" : "on"}`, "aria-hidden": "true" }),
      h("span", {}, name(store.bot.name), store.botConnected === false ? " is not connected" : " is connected"),
    );
    if (focused) nav.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
  }

  function section(label, channels) {
    if (channels.length === 0) return [];
    return [
      h("h2", { class: "sidebar-label" }, label),
      h(
        "ul",
        {},
        channels.map((channel) => h("li", {}, room(channel))),
      ),
    ];
  }

  function room(channel) {
    const unread = store.unread.get(channel.id) ?? 0;
    const current = store.view.channel === channel.id;
    const status = isAppChannel(channel) && store.botConnected === false ? ", not connected" : "";
    return h(
      "a",
      {
        class: `room ${current ? "current" : ""} ${unread > 0 ? "unread" : ""}`,
        href: `#${channel.id}`,
        "aria-current": current ? "page" : undefined,
        onclick: () => app.drawer(false),
      },
      channelIcon(channel),
      h("span", { class: "room-name" }, name(channel.name), h("span", { class: "visually-hidden" }, status)),
      unread > 0 && h("span", { class: "count", "aria-label": `${unread} unread` }, unread > 99 ? "99+" : String(unread)),
    );
  }

  return { element, update };
}
