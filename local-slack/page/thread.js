import { createComposer } from "./composer.js";
import { h, name } from "./dom.js";
import { icon } from "./icons.js";
import { createList } from "./list.js";
import { thinking } from "./message.js";

/** The pane at the right: one thread, who is thinking in it, and a composer that replies. On a phone it covers the channel. */
export function createThread(app) {
  const { store } = app;
  const list = createList(app, { label: "Thread", place: "thread" });
  const composer = createComposer(app, { place: "thread" });
  const where = h("span", { class: "hint pane-where" });
  const status = h("div", { class: "status-line" });
  const back = h(
    "button",
    { type: "button", class: "icon-button only-phone", "aria-label": "Back to the channel", onclick: () => app.closeThread() },
    icon("back"),
  );
  const close = h(
    "button",
    {
      type: "button",
      class: "icon-button not-phone",
      "aria-label": "Close thread",
      title: "Close (Esc)",
      onclick: () => app.closeThread(),
    },
    icon("close"),
  );
  const gone = h("div", { class: "empty" }, h("p", {}, "This thread is not here (any more)."));
  const element = h(
    "aside",
    { class: "pane thread", id: "thread", "aria-label": "Thread", tabindex: "-1", hidden: true },
    h("header", { class: "pane-head" }, back, h("h2", { class: "pane-title" }, "Thread", where), close),
    gone,
    list.element,
    status,
    composer.element,
  );
  let shown = "";
  let said = "";

  element.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) app.closeThread();
  });

  function update() {
    const { channel: id, thread: ts } = store.view;
    const channel = store.channel(id);
    element.hidden = !ts || !channel;
    document.body.classList.toggle("with-thread", !element.hidden);
    if (element.hidden) return;
    const key = `${id}/${ts}`;
    if (shown !== key) {
      shown = key;
      where.replaceChildren(channel.kind === "im" ? name(channel.name) : name(`#${channel.name}`));
      composer.aim({ channel, threadTs: ts });
    }
    const root = store.message(id, ts);
    const replies = store.replies(id, ts);
    gone.hidden = Boolean(root) || replies.length > 0;
    list.element.hidden = !gone.hidden;
    const count = replies.filter((reply) => !reply.ephemeral).length;
    const extras = {
      breaks: (message) => message === replies[0],
      before: (message) =>
        message === replies[0] ? [{ key: "count", kind: "count", text: count === 1 ? "1 reply" : `${count} replies` }] : [],
      after: () => [],
    };
    list.update({ key, messages: root ? [root, ...replies] : replies, extras });
    showStatus(store.status(id, ts));
    composer.update();
  }

  function showStatus(current) {
    const signature = current ? JSON.stringify(current) : "";
    if (signature === said) return;
    said = signature;
    status.replaceChildren(...(current ? [thinking(current, app)] : []));
  }

  return { element, update, composer };
}
