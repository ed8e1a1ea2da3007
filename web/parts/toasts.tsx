import { useSyncExternalStore } from "react";
import { createPortal } from "react-dom";
import { openDialogs } from "./dialog.tsx";
import { Told } from "./told.ts";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: "error" | "info";
}

const TOAST_MS = 6000; // Long enough to read two lines.
const toasts = new Told<readonly Toast[]>([]);
let last = 0;

/** Says a line at the edge of the page, for a while. */
export function toast(text: string, kind: Toast["kind"] = "error"): void {
  last += 1;
  const one = { id: last, text, kind };
  toasts.set([...toasts.value, one]);
  setTimeout(() => toasts.set(toasts.value.filter((other) => other !== one)), TOAST_MS);
}

/** Above an open dialog, which makes the rest of the page inert. */
export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.read);
  const dialogs = useSyncExternalStore(openDialogs.subscribe, openDialogs.read);
  return createPortal(
    <div id="toasts" className="toasts">
      {shown.map(({ id, text, kind }) => (
        <div key={id} className={`toast toast-${kind}`} role={kind === "error" ? "alert" : "status"}>
          {text}
        </div>
      ))}
    </div>,
    dialogs.at(-1) ?? document.body,
  );
}
