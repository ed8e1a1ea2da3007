import { useSyncExternalStore } from "react";
import { Dialog } from "../../parts/dialog.tsx";
import { usePage } from "../state/page.tsx";
import { ModalContent } from "./modal-content.tsx";
import { focusFirst } from "./focus.ts";

/** The modal that the app has opened last, over those below it. Escape, the cross and Close tell the app. */
export function Modals() {
  const page = usePage();
  const top = useSyncExternalStore(page.modals.subscribe, page.modals.read).at(-1);
  if (!top) return undefined;
  return (
    <Dialog className="modal" aria-labelledby="modal-title" onClose={() => page.dismissModal(top.id)} onOpen={focusFirst}>
      <ModalContent key={top.id} view={top} />
    </Dialog>
  );
}
