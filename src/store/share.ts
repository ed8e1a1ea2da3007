import type { Share } from "../engine/share.ts";
import type { Store } from "./store.ts";

/** Of what all who have the store open may do together; `turns`: all of them who take turns. */
export const shareOf =
  (store: Pick<Store, "openers">, doing?: "turns"): Share =>
  () =>
    1 / Math.max(1, store.openers(doing));
