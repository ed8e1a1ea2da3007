import type { Notes } from "../../../src/models/refusals/kept-lessons.ts";

/** Notes in a map: what stands in it is what a store holds. */
export const notesIn = (kept: Map<string, string>): Notes => ({
  note: (key) => Promise.resolve(kept.get(key)),
  editNote(key, change) {
    const wanted = change(kept.get(key));
    if (wanted !== undefined) kept.set(key, wanted);
    return Promise.resolve();
  },
});
