import { h } from "./dom.js";

let open;

/**
 * A menu below its button: arrows move, Enter chooses, Escape and a click elsewhere close. Items: { label, detail?, lead?, href?, blank?, current?, choose? }.
 */
export function openMenu(anchor, items, label) {
  if (open?.anchor === anchor) return close();
  close();
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, items.map(menuItem));
  (anchor.closest("dialog") ?? document.body).append(menu);
  place(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  open = { anchor, menu };
  menu.addEventListener("keydown", onKey);
  addEventListener("pointerdown", onPointer, true);
  addEventListener("resize", close);
  menu.firstElementChild?.focus();
  return undefined;
}

function menuItem(item) {
  const content = [
    item.lead,
    h("span", { class: "menu-text" }, h("bdi", {}, item.label), item.detail && h("span", { class: "menu-detail" }, item.detail)),
  ];
  const props = {
    class: `menu-item ${item.current ? "current" : ""}`,
    role: "menuitem",
    tabindex: "-1",
    "aria-current": item.current ? "true" : undefined,
  };
  if (item.href)
    return h(
      "a",
      {
        ...props,
        href: item.href,
        target: item.blank ? "_blank" : undefined,
        rel: item.blank ? "noopener noreferrer" : undefined,
        onclick: () => close(),
      },
      content,
    );
  return h("button", { ...props, type: "button", onclick: () => (close(), item.choose?.()) }, content);
}

/** Below the button, or above it when there is no room; never outside the window. Styles are set through the CSSOM, which the CSP allows. */
function place(menu, anchor) {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const left = Math.max(8, Math.min(box.right - width, innerWidth - width - 8));
  const below = box.bottom + 4;
  menu.style.left = `${left}px`;
  menu.style.top = `${below + height > innerHeight - 8 ? Math.max(8, box.top - height - 4) : below}px`;
}

function onKey(event) {
  const items = [...open.menu.querySelectorAll(".menu-item")];
  const at = items.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 };
  if (event.key in moves) items.at(moves[event.key] % items.length)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function onPointer(event) {
  if (open && !open.menu.contains(event.target) && !open.anchor.contains(event.target)) close();
}

function close() {
  if (!open) return;
  const { anchor, menu } = open;
  open = undefined;
  removeEventListener("pointerdown", onPointer, true);
  removeEventListener("resize", close);
  const hadFocus = menu.contains(document.activeElement);
  menu.remove();
  anchor.setAttribute("aria-expanded", "false");
  if (hadFocus) anchor.focus();
}
