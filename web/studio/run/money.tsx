import { lazy, Suspense, useState } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";

/** Loaded when it is opened. */
const MoneyDialog = lazy(() => import("./money-dialog.tsx"));

/** Opens where the money of the run went. */
export function MoneyButton({ events, goTo }: { readonly events: readonly RunEvent[]; readonly goTo: (seq: number) => void }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="plain-button" onClick={() => setOpen(true)}>
        Where the money went
      </button>
      {open && (
        <Suspense>
          <MoneyDialog
            events={events}
            close={() => setOpen(false)}
            goTo={(seq) => {
              setOpen(false);
              goTo(seq);
            }}
          />
        </Suspense>
      )}
    </>
  );
}
