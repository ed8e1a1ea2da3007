import { createKeyedQueue } from "../../keyed-queue.ts";
import { withLesson, type Lesson, type Lessons } from "./lessons.ts";

/** Where short texts are kept under keys, as in the store. */
export interface Notes {
  note(key: string): Promise<string | undefined>;
  putNote(key: string, value: string): Promise<void>;
}

/** Lessons that the next process knows, too: JSON, one note for each model. */
export function lessonsIn(notes: Notes): Lessons {
  /** One write of a model after the other: each holds all its lessons. */
  const writing = createKeyedQueue();
  const of = async (model: string): Promise<readonly Lesson[]> => lessonsOf(await notes.note(keyOf(model)));
  return {
    of,
    learn: (model, lesson) =>
      writing.run(model, async () => notes.putNote(keyOf(model), JSON.stringify(withLesson(await of(model), lesson)))),
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
  return typeof what === "string" && typeof at === "string" && (number === undefined || typeof number === "number");
}
