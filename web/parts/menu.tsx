import { useEffect, useLayoutEffect, useRef, useState, type ComponentProps, type KeyboardEvent, type ReactNode } from "react";
import { createPortal } from "react-dom";

export interface MenuItem {
  readonly label: string;
  readonly detail?: string;
  readonly lead?: ReactNode;
  /** A link that opens beside the page. */
  readonly href?: string;
  readonly current?: boolean;
  readonly choose?: () => void;
}

const EDGE_PX = 8;
const GAP_PX = 4;

/** A button and the menu below it: arrows move, Enter chooses, Escape and a click elsewhere close. */
export function MenuButton({
  menuLabel,
  items,
  children,
  ...rest
}: { readonly menuLabel: string; readonly items: () => readonly MenuItem[] } & ComponentProps<"button">) {
  const anchor = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" aria-haspopup="menu" aria-expanded={open} {...rest} ref={anchor} onClick={() => setOpen(!open)}>
        {children}
      </button>
      {open && anchor.current && <Menu anchor={anchor.current} label={menuLabel} items={items()} close={() => setOpen(false)} />}
    </>
  );
}

interface MenuProps {
  readonly anchor: HTMLElement;
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly close: () => void;
}

function Menu({ anchor, label, items, close }: MenuProps) {
  const ref = useRef<HTMLDivElement>(null);
  const closing = useRef(close);
  closing.current = close;

  useLayoutEffect(() => {
    const menu = ref.current;
    if (!menu) return undefined;
    place(menu, anchor);
    menu.querySelector<HTMLElement>(".menu-item")?.focus();
    return () => {
      if (menu.contains(document.activeElement)) anchor.focus();
    };
  }, [anchor]);
  useEffect(() => {
    const elsewhere = ({ target }: Event) => {
      const node = target instanceof Node ? target : null;
      if (!ref.current?.contains(node) && !anchor.contains(node)) closing.current();
    };
    const resized = () => closing.current();
    addEventListener("pointerdown", elsewhere, true);
    addEventListener("resize", resized);
    return () => {
      removeEventListener("pointerdown", elsewhere, true);
      removeEventListener("resize", resized);
    };
  }, [anchor]);

  return createPortal(
    <div ref={ref} className="menu" role="menu" aria-label={label} onKeyDown={(event) => onKey(event, close)}>
      {items.map((item, index) => (
        <Item key={`${index}/${item.label}`} item={item} close={close} />
      ))}
    </div>,
    anchor.closest("dialog, main, aside, header") ?? document.body,
  );
}

function Item({ item, close }: { readonly item: MenuItem; readonly close: () => void }) {
  const props = {
    className: `menu-item ${item.current ? "current" : ""}`,
    role: "menuitem",
    tabIndex: -1,
    ...(item.current ? { "aria-current": true } : {}),
  };
  const content = (
    <>
      {item.lead}
      <span className="menu-text">
        <bdi>{item.label}</bdi>
        {item.detail && <span className="menu-detail">{item.detail}</span>}
      </span>
    </>
  );
  const choose = () => {
    close();
    item.choose?.();
  };
  return item.href ? (
    <a {...props} href={item.href} target="_blank" rel="noopener noreferrer" onClick={choose}>
      {content}
    </a>
  ) : (
    <button {...props} type="button" onClick={choose}>
      {content}
    </button>
  );
}

/** Below the button, or above it when there is no room; never outside the window. */
function place(menu: HTMLElement, anchor: HTMLElement): void {
  const box = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = box.bottom + GAP_PX;
  menu.style.left = `${Math.max(EDGE_PX, Math.min(box.right - width, innerWidth - width - EDGE_PX))}px`;
  menu.style.top = `${below + height > innerHeight - EDGE_PX ? Math.max(EDGE_PX, box.top - height - GAP_PX) : below}px`;
}

function onKey(event: KeyboardEvent<HTMLDivElement>, close: () => void): void {
  const items = [...event.currentTarget.querySelectorAll<HTMLElement>(".menu-item")];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const move = new Map([
    ["ArrowDown", at + 1],
    ["ArrowUp", at - 1],
    ["Home", 0],
    ["End", -1],
  ]).get(event.key);
  if (move !== undefined) items.at(move % items.length)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
