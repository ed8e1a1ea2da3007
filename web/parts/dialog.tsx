import { useLayoutEffect, useRef, type ComponentProps, type KeyboardEvent } from "react";
import { createPortal } from "react-dom";
import { IconButton } from "./icon.tsx";
import { Told } from "./told.ts";

/** What the keyboard can reach inside an element. */
const REACHABLE = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex='0']";

/** The dialogs that are open, the last one on top. */
export const openDialogs = new Told<readonly HTMLDialogElement[]>([]);

/**
 * A native dialog in the top layer, open as long as it is rendered: the rest of the page is inert, Tab stays inside, and focus goes back to
 * where it was. Escape and a click beside it ask for `onClose`; whoever renders it takes it away.
 */
export function Dialog({
  onClose,
  onOpen,
  className = "",
  ...rest
}: { readonly onClose: () => void; readonly onOpen?: (dialog: HTMLDialogElement) => void } & ComponentProps<"dialog">) {
  const ref = useRef<HTMLDialogElement>(null);
  const opened = useRef(onOpen);

  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return undefined;
    const before = document.activeElement;
    dialog.showModal();
    openDialogs.set([...openDialogs.value, dialog]);
    opened.current?.(dialog);
    return () => {
      openDialogs.set(openDialogs.value.filter((other) => other !== dialog));
      dialog.close(); // What is behind it can have the keyboard only then.
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);

  return createPortal(
    <dialog
      ref={ref}
      className={`dialog ${className}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // The browser closes it by itself at a second Escape, whatever is said to the first.
      onClose={onClose}
      // Whoever rendered it hears nothing of what is done in it.
      onClick={(event) => {
        event.stopPropagation();
        if (event.target === ref.current) onClose();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Tab") keepInside(event);
      }}
      {...rest}
    />,
    document.body,
  );
}

function keepInside(event: KeyboardEvent<HTMLDialogElement>): void {
  const dialog = event.currentTarget;
  const stops = [...dialog.querySelectorAll<HTMLElement>(REACHABLE)].filter((element) => element.getClientRects().length > 0);
  const first = event.shiftKey ? stops.at(-1) : stops[0];
  const last = event.shiftKey ? stops[0] : stops.at(-1);
  const active = document.activeElement;
  if (!first || (active !== last && dialog.contains(active) && active !== dialog)) return;
  event.preventDefault();
  first.focus();
}

export function CloseButton({ onClick }: { readonly onClick: () => void }) {
  return <IconButton label="Close" icon="close" className="dialog-close" title="" onClick={onClick} />;
}
