import { h, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { continues, messageRow, repliesRow } from "./message.js";
import { day } from "./text.js";

const SHOWN = 200; // Rows per list; older ones are asked for, so that a long channel stays quick.
const NEAR_END_PX = 80;

/**
 * A scrolling list of messages that stays at its end while new ones come, unless the reader has scrolled up. `toItems` says what the list holds.
 */
export function createList(app, { label, place }) {
  const rows = h("div", { class: "rows", role: "list", "aria-label": label });
  const older = h("button", { type: "button", class: "older", hidden: true }, "Show older messages");
  const jump = h("button", { type: "button", class: "jump", hidden: true }, icon("arrowDown"), "Newest");
  const intro = h("div", { class: "intro-slot" });
  const scroller = h("div", { class: "scroller", tabindex: "-1" }, intro, older, rows);
  const element = h("div", { class: "list" }, scroller, jump);
  let shown = SHOWN;
  let target = "";
  let atEnd = true;
  let seen = new Set();

  let top = 0;
  const toEnd = () => {
    scroller.scrollTop = scroller.scrollHeight;
    top = scroller.scrollTop;
    atEnd = true;
    jump.hidden = true;
  };
  const noteScroll = () => {
    const near = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX;
    // Only the reader scrolls up; a picture that makes the list longer does not.
    if (near || scroller.scrollTop < top) atEnd = near;
    top = scroller.scrollTop;
    if (atEnd) jump.hidden = true;
  };
  scroller.addEventListener("scroll", noteScroll);
  jump.addEventListener("click", toEnd);
  older.addEventListener("click", () => {
    shown += SHOWN;
    const before = scroller.scrollHeight - scroller.scrollTop;
    app.store.changed();
    requestAnimationFrame(() => (scroller.scrollTop = scroller.scrollHeight - before));
  });
  // Pictures and opened parts change the height after the rows are in place.
  new ResizeObserver(() => atEnd && toEnd()).observe(rows);
  rows.addEventListener("keydown", (event) => moveFocus(event, rows, app));

  /** `messages` in order; `before(message)` and `after(message)` give extra rows around one. */
  function update({ key, messages, extras, introduction }) {
    noteScroll(); // The event of a scroll comes a frame after it.
    if (key !== target) {
      target = key;
      shown = SHOWN;
      atEnd = true;
      seen = new Set(messages.map((message) => message.ts));
      intro.replaceChildren(...(introduction ? [introduction()] : []));
    }
    const start = Math.max(0, messages.length - shown);
    older.hidden = start === 0;
    intro.hidden = start > 0;
    const items = messages
      .slice(start)
      .flatMap((message, index, all) => [
        ...extras.before(message, all[index - 1]),
        messageItem(message, all[index - 1], extras),
        ...extras.after(message),
      ]);
    const grew = items.length > (rows.rendered?.size ?? 0);
    reconcile(rows, items, { key: (item) => `${key}|${item.key}`, same, build: (item, replaced) => build(item, replaced) });
    const last = messages.at(-1);
    const isOwn = last !== undefined && !seen.has(last.ts) && last.user === app.store.me.id;
    for (const message of messages) seen.add(message.ts);
    rove(rows);
    if (atEnd || isOwn)
      toEnd(); // Who writes wants to see it, also when scrolled up.
    else if (grew) jump.hidden = false;
  }

  function messageItem(message, previous, extras) {
    return { key: message.ts, kind: "message", message, compact: !extras.breaks(message) && continues(previous, message) };
  }

  function build(item, replaced) {
    switch (item.kind) {
      case "message":
        return messageRow(item.message, { app, compact: item.compact, place, isNew: !replaced && !seen.has(item.message.ts) });
      case "replies":
        return repliesRow(item, app);
      default:
        return h("div", { class: `divider divider-${item.kind}`, role: "separator" }, h("span", {}, item.text));
    }
  }

  return { element, update, toEnd };
}

function same(a, b) {
  return a.kind === b.kind && a.message === b.message && a.compact === b.compact && a.text === b.text && a.signature === b.signature;
}

export function dayDivider(message, previous) {
  const text = day(message.ts);
  return previous && day(previous.ts) === text ? [] : [{ key: `day-${message.ts}`, kind: "day", text }];
}

/** One message of the list is a tab stop; arrows move among them, Enter opens the thread. */
function rove(rows) {
  const messages = rows.querySelectorAll(".message");
  for (const message of messages) message.tabIndex = -1;
  const current = document.activeElement?.closest?.(".message");
  const stop = current && rows.contains(current) ? current : messages[messages.length - 1];
  if (stop) stop.tabIndex = 0;
}

function moveFocus(event, rows, app) {
  if (!event.target.classList.contains("message")) return;
  const messages = [...rows.querySelectorAll(".message")];
  const at = messages.indexOf(event.target);
  const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: messages.length - 1 }[event.key];
  if (next !== undefined && messages[next]) {
    event.preventDefault();
    messages[at].tabIndex = -1;
    messages[next].tabIndex = 0;
    messages[next].focus();
  } else if (event.key === "Enter") {
    const message = app.store.message(app.store.view.channel, event.target.dataset.ts);
    if (message && !message.ephemeral) app.openThread(message.channel, message.threadTs ?? message.ts, { focus: true });
  }
}
