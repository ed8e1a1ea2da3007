import type { Share } from "../engine/share.ts";
import type { Store } from "./store.ts";

/** Of what all who have the store open may do together. */
export const shareOf =
  (store: Pick<Store, "openers">): Share =>
  () =>
    1 / Math.max(1, store.openers());
