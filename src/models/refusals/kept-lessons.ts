import { ALL_CONCESSIONS } from "./concessions.ts";
import { BARE, withLesson, type Lesson, type Lessons } from "./lessons.ts";

/** Where short texts are kept under keys, as in the store. */
export interface Notes {
  note(key: string): Promise<string | undefined>;
  /**
   * Puts what is made of the text that stands there, by compare-and-set: whoever else does the same, nothing that they put is lost. `change` may be
   * called several times; where it gives back what stands there, or nothing, nothing is put.
   */
  editNote(key: string, change: (noted: string | undefined) => string | undefined): Promise<void>;
}

/** Lessons that the next process knows, too: JSON, one note for each model. */
export function lessonsIn(notes: Notes): Lessons {
  return {
    of: async (model) => lessonsOf(await notes.note(keyOf(model))),
    learn: (model, lesson) => notes.editNote(keyOf(model), (noted) => JSON.stringify(withLesson(lessonsOf(noted), lesson))),
    async forget(model) {
      let forgotten: readonly Lesson[] = [];
      await notes.editNote(keyOf(model), (noted) => {
        forgotten = lessonsOf(noted);
        return noted === undefined ? undefined : "[]";
      });
      return forgotten;
    },
  };
}

const keyOf = (model: string): string => `model-lessons ${model}`;

/** What cannot be read is learnt anew. */
function lessonsOf(text: string | undefined): readonly Lesson[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(value) ? value.filter(isLesson) : [];
  } catch {
    return [];
  }
}

function isLesson(value: unknown): value is Lesson {
  if (typeof value !== "object" || value === null) return false;
  const { what, at, value: number } = value as { readonly [key: string]: unknown };
  return typeof what === "string" && LEARNT.has(what) && typeof at === "string" && (number === undefined || typeof number === "number");
}

const LEARNT: ReadonlySet<string> = new Set([...ALL_CONCESSIONS, "replyTokensMax", "contextTokensMax", BARE]);
