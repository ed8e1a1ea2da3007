import type { Store } from "./store.ts";

/** Each time somebody else was faster; this many times is a bug. */
const TRIES_MAX = 1_000;

/**
 * Puts a note that is made of the one that stands there, whoever else does the same: none of what others put in between is lost. `edit` may be
 * called several times; where it returns nothing, or what stands there, nothing is put.
 */
export async function editNote(
  store: Pick<Store, "note" | "swapNote">,
  key: string,
  edit: (noted: string | undefined) => string | undefined,
): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const noted = await store.note(key);
    const wanted = edit(noted);
    if (wanted === undefined || wanted === noted || (await store.swapNote(key, noted, wanted))) return;
  }
  throw new Error(`the note ${key} could not be put: others did so at the same time, ${TRIES_MAX} times`);
}
