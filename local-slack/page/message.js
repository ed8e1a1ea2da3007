import { renderBlocks } from "./blocks.js";
import { copyText } from "./code.js";
import { h, name } from "./dom.js";
import { emoji } from "./emoji.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { author, avatar, hue } from "./persona.js";
import { threadOf } from "./state.js";
import { clock, dateOf, wholeTime } from "./text.js";

const GROUP_SECONDS = 300; // Slack's own: five minutes by the same author stand under one name.

/** Whether `message` goes on under the name of the one before it. */
export function continues(before, message) {
  if (!before || before.user !== message.user || before.persona?.name !== message.persona?.name) return false;
  if (before.ephemeral || message.ephemeral || message.broadcast) return false;
  const [from, to] = [dateOf(before.ts), dateOf(message.ts)];
  return to - from < GROUP_SECONDS * 1000 && from.toDateString() === to.toDateString();
}

/** One message as a row. `place` is "channel" or "thread"; a compact row has no face and no name. */
export function messageRow(message, { app, compact, place, isNew }) {
  const who = author(message, app.store);
  const row = h(
    "div",
    {
      class: `message ${compact ? "compact" : ""} ${message.ephemeral ? "ephemeral" : ""} ${mentions(message, app.store.me.id) ? "mentions-me" : ""} ${isNew ? "arrives" : ""}`,
      role: "listitem",
      tabindex: "-1",
      "data-ts": message.ts,
      "aria-label": `${who.name}, ${clock(message.ts)}`,
      hue: who.isApp && !who.isBot ? hue(who.name) : undefined,
    },
    h("div", { class: "gutter" }, compact ? time(message) : avatar(who)),
    h(
      "div",
      { class: "content" },
      message.ephemeral && onlyYou(),
      message.broadcast && broadcast(message, app, place),
      !compact && byline(message, who),
      body(message, app, compact),
      reactions(message, app),
    ),
    toolbar(message, app, place),
  );
  return row;
}

function time(message) {
  return h("time", { class: "time", datetime: dateOf(message.ts).toISOString(), title: wholeTime(message.ts) }, clock(message.ts));
}

const onlyYou = () => h("div", { class: "only-you" }, icon("eye"), "Only visible to you");

function broadcast(message, app, place) {
  if (place === "thread") return h("div", { class: "only-you" }, icon("thread"), "Also sent to the channel");
  return h(
    "div",
    { class: "only-you" },
    icon("thread"),
    h(
      "button",
      { type: "button", class: "link-button", onclick: () => app.openThread(message.channel, threadOf(message)) },
      "replied to a thread",
    ),
  );
}

function byline(message, who) {
  return h(
    "div",
    { class: "byline" },
    name(who.name, who.isApp && !who.isBot ? "author persona" : "author"),
    who.isApp && h("span", { class: "badge" }, "APP"),
    time(message),
    edited(message),
  );
}

const edited = (message) => message.edited && h("span", { class: "edited" }, "(edited)");

function body(message, app, compact) {
  const shown =
    Array.isArray(message.blocks) && message.blocks.length > 0
      ? renderBlocks(message.blocks, { app, where: { channel: message.channel, ts: message.ts } })
      : message.text
        ? [mrkdwn(message.text, app)]
        : [];
  return [
    h("div", { class: "body", dir: "auto" }, shown, compact && edited(message)),
    message.files?.length > 0 && h("div", { class: "files" }, message.files.map(fileCard)),
  ];
}

function reactions(message, app) {
  if (!message.reactions?.length) return undefined;
  return h(
    "div",
    { class: "reactions" },
    message.reactions.map((reaction) => {
      const names = reaction.users.map((id) => app.store.users.get(id)?.name ?? id).join(", ");
      const mine = reaction.users.includes(app.store.me.id);
      return h(
        "span",
        {
          class: `reaction ${mine ? "mine" : ""}`,
          title: `${names} reacted with :${reaction.name}:`,
          role: "img",
          "aria-label": `${reaction.name}, by ${names}`,
        },
        emoji(reaction.name) ?? `:${reaction.name}:`,
        h("span", {}, String(reaction.users.length)),
      );
    }),
  );
}

function toolbar(message, app, place) {
  const button = (label, symbol, onclick) =>
    h("button", { type: "button", class: "icon-button", title: label, "aria-label": label, onclick }, icon(symbol));
  return h(
    "div",
    { class: "toolbar" },
    place === "channel" &&
      !message.ephemeral &&
      button("Reply in thread", "thread", () => app.openThread(message.channel, threadOf(message), { focus: true })),
    button("Copy text", "copy", () => copyText(plainText(message))),
  );
}

/** What the message says, for the clipboard: its Markdown when it has some, its text otherwise. */
function plainText(message) {
  const markdown = (message.blocks ?? []).filter((block) => block?.type === "markdown").map((block) => String(block.text));
  return markdown.length > 0 ? markdown.join("\n\n") : message.text;
}

const mentions = (message, id) => message.user !== id && String(message.text).includes(`<@${id}>`);

/** Below a root in the channel: who replied, how often, and who is at work right now. */
export function repliesRow({ root, replies, status, news }, app) {
  const people = [...new Map(replies.map((reply) => [author(reply, app.store).name, author(reply, app.store)])).values()];
  const last = replies.at(-1);
  const open = () => app.openThread(root.channel, root.ts, { focus: true });
  return h(
    "div",
    { class: "replies-row", role: "listitem" },
    h(
      "button",
      { type: "button", class: `replies ${news ? "has-news" : ""}`, "data-key": `replies-${root.ts}`, onclick: open },
      h(
        "span",
        { class: "faces" },
        people.slice(-5).map((who) => avatar(who, "avatar-small")),
      ),
      replies.length > 0 && h("span", { class: "replies-count" }, `${replies.length} ${replies.length === 1 ? "reply" : "replies"}`),
      news && h("span", { class: "news" }, `${news} new`),
      status ? thinking(status, app) : last && h("span", { class: "hint last-reply" }, `Last reply at ${clock(last.ts)}`),
      h("span", { class: "view-thread hint", "aria-hidden": "true" }, "View thread", icon("right")),
    ),
  );
}

/** "Critic is thinking": three dots that breathe, and the words. */
export function thinking(status, app) {
  const who = author({ user: app.store.bot.id, persona: status.persona }, app.store);
  const words = status.status.startsWith(who.name) ? status.status.slice(who.name.length).trim() : status.status;
  return h(
    "span",
    { class: "thinking", hue: hue(who.name) },
    h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
    h("span", { class: "thinking-text" }, name(who.name, "thinking-name"), ` ${words}`),
  );
}
