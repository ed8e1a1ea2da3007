import { useLayoutEffect, useRef, type FocusEvent, type RefObject } from "react";

/**
 * An edited card may lose the button that has the keyboard: then the keyboard goes to the one with the same `data-key`, or to the card
 * itself, rather than to the top of the page.
 */
export function useKeptFocus(card: RefObject<HTMLElement | null>): {
  readonly onFocus: (event: FocusEvent) => void;
  readonly onBlur: (event: FocusEvent) => void;
} {
  const focused = useRef<{ readonly key: string | undefined }>(undefined);
  useLayoutEffect(() => {
    if (!focused.current || !card.current || document.activeElement !== document.body) return;
    const { key } = focused.current;
    const again = [...card.current.querySelectorAll<HTMLElement>("[data-key]")].find((element) => element.dataset["key"] === key);
    (again ?? card.current).focus({ preventScroll: true });
  });
  return {
    onFocus: ({ target }) => {
      focused.current = { key: target.closest<HTMLElement>("[data-key]")?.dataset["key"] };
    },
    onBlur: () => {
      focused.current = undefined;
    },
  };
}
