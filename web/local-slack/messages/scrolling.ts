import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { PageMessage } from "../../../local-slack/server/protocol.ts";

const NEAR_END_PX = 80;
const UPS = ["pointerup", "pointercancel"] as const;

interface Scrolling {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly rows: RefObject<HTMLDivElement | null>;
  /** Whether there is something new further down. */
  readonly jump: boolean;
  readonly toEnd: () => void;
  /** Rows are about to be added at the top: what is in view stays in view. */
  readonly keepPlace: () => void;
}

/**
 * Keeps a list at its end as it grows, unless the reader has scrolled up; own words are always shown. While something in it is being pressed
 * it stays where it is: what moves away under the pointer is not clicked.
 */
export function useScrolling({ count, isOwnNew }: { readonly count: number; readonly isOwnNew: boolean }): Scrolling {
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const place = useRef({ atEnd: true, top: 0, height: 0, count, fromEnd: undefined as number | undefined });
  const press = useRef({ isDown: false, isToFollow: false });
  const [jump, setJump] = useState(false);

  const toEnd = () => {
    const element = scroller.current;
    if (!element) return;
    element.scrollTop = element.scrollHeight;
    Object.assign(place.current, { atEnd: true, top: element.scrollTop, height: element.scrollHeight });
    setJump(false);
  };

  const follow = () => {
    if (press.current.isDown) press.current.isToFollow = true;
    else toEnd();
  };

  /** `height` is that of before, where rows have just been added: the event of a scroll comes a frame after it. */
  const note = (height: number) => {
    const element = scroller.current;
    if (!element) return;
    const { current } = place;
    const near = height - element.scrollTop - element.clientHeight < NEAR_END_PX;
    // Only the reader scrolls up; a picture that makes the list longer does not.
    if (near || element.scrollTop < current.top) current.atEnd = near;
    current.top = element.scrollTop;
    if (current.atEnd) setJump(false);
  };

  useLayoutEffect(() => {
    const { current } = place;
    const element = scroller.current;
    if (!element) return;
    if (current.fromEnd !== undefined) {
      element.scrollTop = element.scrollHeight - current.fromEnd;
      current.fromEnd = undefined;
      Object.assign(current, { top: element.scrollTop, count });
    } else {
      note(current.height);
      const grew = count > current.count;
      current.count = count;
      if (current.atEnd || isOwnNew) follow();
      else if (grew) setJump(true);
    }
    current.height = element.scrollHeight;
  });

  useEffect(() => {
    const element = scroller.current;
    if (!element || !rows.current) return undefined;
    const onScroll = () => note(element.scrollHeight);
    element.addEventListener("scroll", onScroll);
    const down = () => void (press.current.isDown = true);
    const up = () => {
      const { isDown, isToFollow } = press.current;
      press.current = { isDown: false, isToFollow: false };
      // The click comes behind it.
      if (isDown && isToFollow) setTimeout(toEnd);
    };
    element.addEventListener("pointerdown", down);
    for (const end of UPS) window.addEventListener(end, up);
    // Pictures and opened parts change the height after the rows are in place.
    const observer = new ResizeObserver(() => {
      if (place.current.atEnd) follow();
      place.current.height = element.scrollHeight;
    });
    observer.observe(rows.current);
    return () => {
      element.removeEventListener("scroll", onScroll);
      element.removeEventListener("pointerdown", down);
      for (const end of UPS) window.removeEventListener(end, up);
      observer.disconnect();
    };
  }, []);

  const keepPlace = () => {
    const element = scroller.current;
    if (element) place.current.fromEnd = element.scrollHeight - element.scrollTop;
  };
  return { scroller, rows, jump, toEnd, keepPlace };
}

/** Which messages came after the list was opened: they slide in. */
export function useNews(messages: readonly PageMessage[]): {
  readonly has: (ts: string) => boolean;
  /** It was not there when the list was last drawn. */
  readonly isUnseen: (ts: string) => boolean;
} {
  const first = useRef<ReadonlySet<string>>(undefined);
  first.current ??= new Set(messages.map(({ ts }) => ts));
  const seen = useRef(first.current);
  useEffect(() => {
    seen.current = new Set(messages.map(({ ts }) => ts));
  });
  const { current: known } = first;
  return { has: (ts) => !known.has(ts) && ts >= (messages[0]?.ts ?? ""), isUnseen: (ts) => !seen.current.has(ts) };
}
