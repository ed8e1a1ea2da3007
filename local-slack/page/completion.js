import { h, name } from "./dom.js";
import { author, avatar } from "./persona.js";

const CHOICES_MAX = 8;
let lists = 0;

/**
 * Completes `@na…` in a text field: a listbox above it, driven from the field as ARIA's combobox says. `onKey` answers whether it used the key.
 */
export function completion(field, app) {
  const id = `names-${(lists += 1)}`;
  const list = h("div", { class: "completion", role: "listbox", id, "aria-label": "People", hidden: true });
  for (const [key, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": id,
    "aria-expanded": "false",
    "aria-haspopup": "listbox",
  }))
    field.setAttribute(key, value);
  let found = [];
  let at = 0;

  function query() {
    const before = field.value.slice(0, field.selectionStart);
    return /(?:^|[\s(])@([\p{L}\p{N}_.-]{0,30})$/u.exec(before)?.[1];
  }

  function refresh() {
    const typed = query()?.toLowerCase();
    const users =
      typed === undefined
        ? []
        : [app.store.bot, ...app.store.users.values()].filter(
            (user, index, all) => all.findIndex((other) => other.id === user.id) === index && user.id !== app.store.me.id,
          );
    found = users.filter((user) => user.name.toLowerCase().startsWith(typed)).slice(0, CHOICES_MAX);
    // A name that is written out needs no list; Enter must send.
    if (found.length === 1 && found[0].name.toLowerCase() === typed) found = [];
    at = 0;
    show();
  }

  function show() {
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    list.replaceChildren(
      ...found.map((user, index) =>
        h(
          "div",
          {
            class: "completion-item",
            role: "option",
            id: `${id}-${index}`,
            "aria-selected": String(index === at),
            onpointerdown: (event) => (event.preventDefault(), choose(user)),
          },
          avatar(author({ user: user.id }, app.store), "avatar-small"),
          name(user.name),
          user.isBot && h("span", { class: "badge" }, "APP"),
        ),
      ),
    );
    if (found.length > 0) field.setAttribute("aria-activedescendant", `${id}-${at}`);
    else field.removeAttribute("aria-activedescendant");
  }

  function choose(user) {
    const end = field.selectionStart;
    const start = end - (query()?.length ?? 0) - 1;
    field.setRangeText(`@${user.name} `, start, end, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    close();
  }

  function close() {
    found = [];
    show();
  }

  function onKey(event) {
    if (found.length === 0 || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      at = (at + step + found.length) % found.length;
      show();
    } else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") choose(found[at]);
    else if (event.key === "Escape") close();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  field.addEventListener("input", refresh);
  field.addEventListener("click", refresh);
  field.addEventListener("blur", close);
  return { list, onKey };
}
