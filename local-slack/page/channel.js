import { h, name } from "./dom.js";
import { createComposer } from "./composer.js";
import { homeTab } from "./home.js";
import { icon } from "./icons.js";
import { createList, dayDivider } from "./list.js";
import { avatar, author, mark } from "./persona.js";

/** The middle of the page: a channel's roots, or the app's conversation with its Home tab. */
export function createChannel(app) {
  const { store } = app;
  const list = createList(app, { label: "Messages", place: "channel" });
  const composer = createComposer(app, { place: "channel" });
  const title = h("h1", { class: "pane-title" });
  const members = h("div", { class: "pane-members" });
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Parley" });
  const home = homeTab(app);
  const conversation = h("div", { class: "conversation" }, list.element, composer.element);
  const element = h(
    "main",
    { class: "pane channel", id: "channel", tabindex: "-1" },
    h("header", { class: "pane-head" }, app.drawerButton, title, members),
    tabs,
    conversation,
    home.element,
  );
  let shown = "";

  function update() {
    const channel = store.channel(store.view.channel);
    if (!channel) return;
    const isHome = store.view.tab === "home" && isAppChannel(channel);
    if (shown !== `${channel.id}/${isHome}`) {
      shown = `${channel.id}/${isHome}`;
      title.replaceChildren(channelIcon(channel), name(channel.name));
      members.replaceChildren(...faces(channel, store));
      tabs.hidden = !isAppChannel(channel);
      tabs.replaceChildren(tab(channel, "home", "Home", isHome), tab(channel, "messages", "Messages", !isHome));
      conversation.hidden = isHome;
      home.element.hidden = !isHome;
      composer.aim({ channel, threadTs: undefined });
    }
    if (isHome) home.update();
    else list.update({ key: channel.id, messages: store.roots(channel.id), extras, introduction: () => introduction(channel, store) });
    composer.update();
  }

  const extras = {
    breaks: (message) => message.ts === store.newSince,
    before: (message, previous) => [
      ...dayDivider(message, previous),
      ...(message.ts === store.newSince ? [{ key: "new", kind: "new", text: "New" }] : []),
    ],
    after: (message) => {
      const replies = store.replies(message.channel, message.ts);
      const visible = replies.filter((reply) => !reply.ephemeral);
      const status = store.status(message.channel, message.ts);
      const news = store.threadNews.get(`${message.channel}/${message.ts}`);
      if (message.broadcast || (visible.length === 0 && !status)) return [];
      const signature = JSON.stringify([visible.length, visible.at(-1)?.ts, status, news]);
      return [{ key: `${message.ts}/replies`, kind: "replies", root: message, replies: visible, status, news, signature }];
    },
  };

  const tab = (channel, id, label, selected) =>
    h(
      "a",
      { class: "tab", role: "tab", "aria-selected": String(selected), href: id === "home" ? `#${channel.id}/home` : `#${channel.id}` },
      label,
    );

  return { element, update, composer };
}

export const isAppChannel = (channel) => channel.kind === "im" && channel.botIsMember;

export function channelIcon(channel) {
  if (channel.kind === "im") return h("span", { class: "channel-icon channel-mark" }, mark());
  return h(
    "span",
    { class: "channel-icon", role: "img", "aria-label": channel.kind === "private" ? "private channel" : "channel" },
    icon(channel.kind === "private" ? "lock" : "hash"),
  );
}

function faces(channel, store) {
  if (channel.kind === "im") return [];
  const people = [...store.users.values()].filter((user) => (user.isBot ? channel.botIsMember : true));
  return [
    h(
      "span",
      { class: "faces", "aria-hidden": "true" },
      people.slice(0, 4).map((user) => avatar(author({ user: user.id }, store), "avatar-small")),
    ),
    channel.botIsMember ? undefined : h("span", { class: "hint" }, `${store.bot.name} is not in this channel`),
  ].filter(Boolean);
}

/** The top of a channel, and all there is to see in an empty one. */
function introduction(channel, store) {
  if (channel.kind === "im") {
    return h(
      "div",
      { class: "intro" },
      h("div", { class: "intro-mark" }, mark()),
      h("h2", {}, name(store.bot.name)),
      h(
        "p",
        {},
        "A team of agents that works out a task by talking. Write a task here; the answer comes in its thread, where you can watch, answer and steer.",
      ),
    );
  }
  return h(
    "div",
    { class: "intro" },
    h("div", { class: "intro-mark" }, icon(channel.kind === "private" ? "lock" : "hash")),
    h("h2", {}, "This is the start of ", name(`#${channel.name}`)),
    h(
      "p",
      {},
      channel.botIsMember
        ? `Mention @${store.bot.name} with a task. Each agent answers under its own name in the thread; you can join in at any time.`
        : `@${store.bot.name} is not a member of this channel and sees nothing of it.`,
    ),
  );
}
