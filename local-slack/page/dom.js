import { clean } from "./text.js";

/**
 * Builds an element. Strings among the children become text nodes, cleaned; nothing in this page ever parses HTML.
 * Names of attributes come from this code only; an address goes through safeHref, safeImage or sameOrigin before it comes here.
 */
export function h(tag, props, ...children) {
  // Children first and all at once: a browser works out dir="auto" anew for each child that is added.
  const element = append(document.createElement(tag), children);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "hue") element.style.setProperty("--hue", String(value));
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : clean(value));
  }
  return element;
}

export function append(element, children) {
  const nodes = document.createDocumentFragment();
  for (const child of [children].flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    nodes.append(child instanceof Node ? child : document.createTextNode(clean(child)));
  }
  element.append(nodes);
  return element;
}

/** A link that leaves the page tells nothing about it. */
export function outside(href, ...children) {
  return h("a", { href, title: href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

export const byId = (id) => document.getElementById(id);

/** A name, isolated: right-to-left letters in it do not reorder what stands beside it. */
export const name = (text, className = "") => h("bdi", { class: className }, text);

let announced = 0;
/** Says a line to screen readers; two regions in turn, so that the same words twice are read twice. */
export function announce(text) {
  announced = (announced + 1) % 2;
  byId(`live-${announced}`).textContent = clean(text);
  byId(`live-${1 - announced}`).textContent = "";
}

const TOAST_MS = 6000; // Long enough to read two lines.
export function toast(text, kind = "error") {
  const box = h("div", { class: `toast toast-${kind}`, role: kind === "error" ? "alert" : "status" }, text);
  // Above an open dialog, which makes the rest of the page inert.
  const dialog = document.querySelector("dialog[open]");
  (dialog ?? document.body).append(byId("toasts"));
  byId("toasts").append(box);
  dialog?.addEventListener("close", () => document.body.append(byId("toasts")), { once: true });
  setTimeout(() => box.remove(), TOAST_MS);
}

/** Keeps a list's elements in step with its items by key: what has not changed keeps its element, its focus and its open parts. */
export function reconcile(container, items, { key, same, build }) {
  const old = container.rendered ?? new Map();
  const next = new Map();
  let cursor = container.firstChild;
  for (const item of items) {
    const id = key(item);
    const before = old.get(id);
    let element;
    if (before && same(before.item, item)) {
      element = before.element;
    } else {
      element = build(item, Boolean(before));
      if (before) {
        const focus = focusWithin(before.element);
        if (cursor === before.element) cursor = element;
        before.element.replaceWith(element);
        restoreFocus(element, focus);
      }
    }
    next.set(id, { item, element });
    if (element === cursor) cursor = cursor.nextSibling;
    else container.insertBefore(element, cursor);
  }
  for (const [id, { element }] of old) if (next.get(id)?.element !== element) element.remove();
  container.rendered = next;
}

/** An edited card is built anew; the button under the keyboard's focus is found again by its key. */
function focusWithin(element) {
  const active = document.activeElement;
  if (!element.contains(active)) return undefined;
  return active === element ? "" : active.closest("[data-key]")?.getAttribute("data-key");
}

function restoreFocus(element, key) {
  if (key === undefined || key === null) return;
  const again = key === "" ? element : [...element.querySelectorAll("[data-key]")].find((node) => node.getAttribute("data-key") === key);
  (again ?? element).focus({ preventScroll: true });
}
