import type { Env } from "../../../config/env.ts";
import type { ModelSettings, Settings } from "../../../config/load.ts";
import { BUILT_IN } from "../../../config/built-in/built-in.ts";
import { whereIs } from "../../../config/built-in/models.ts";
import { systemClock } from "../../../engine/clock.ts";

/** What Parley remembers of a model's server, in words. */
export interface Remembered {
  /** Such as `tools`. */
  readonly what: string;
  /** Behind the model's name: what it refuses and what is done without it. */
  readonly told: string;
  /** ISO 8601, UTC: since when, and until when it is not asked for again. */
  readonly since: string;
  readonly until: string;
}

/** Where a model is asked; nothing for one that is scripted or that an extension makes. */
export function placeOfModel(
  model: ModelSettings,
  { registry }: Pick<Settings, "registry">,
  env: Env,
): { readonly lessonKey: string; readonly address: string } | undefined {
  if (model.provider === "replay" || registry.model.get(model.provider) !== BUILT_IN.model.get(model.provider)) return undefined;
  return whereIs(model, { env, clock: systemClock });
}

/** What the database holds of this model; nothing where there is no database yet. Throws a `StoreError` where it cannot be read. */
export async function remembered(lessonKey: string, { database }: Pick<Settings, "database">): Promise<readonly Remembered[]> {
  const { isStoreThere, lessonsIn, lessonEnd, lessonInWords, readStore } = await import("../../../parley.ts");
  if (!(await isStoreThere(database))) return [];
  const store = await readStore(database);
  try {
    const lessons = await lessonsIn({ note: (key) => store.note(key), editNote: () => Promise.reject(new Error("only read")) }).of(
      lessonKey,
    );
    return lessons
      .map((lesson) => ({ what: lesson.what, told: lessonInWords(lesson), since: lesson.at, until: lessonEnd(lesson) }))
      .filter(({ until }) => Date.parse(until) > systemClock.now());
  } finally {
    await store.close();
  }
}

/** Takes it out of the database, also while Parley runs on it. Resolves to what was known. */
export async function forget(lessonKey: string, { database }: Pick<Settings, "database">): Promise<readonly Remembered[]> {
  const known = await remembered(lessonKey, { database });
  if (known.length === 0) return known;
  const { editNote, lessonsIn, openNotes } = await import("../../../parley.ts");
  const store = await openNotes(database);
  try {
    await lessonsIn({ note: (key) => store.note(key), editNote: (key, change) => editNote(store, key, change) }).forget(lessonKey);
    return known;
  } finally {
    await store.close();
  }
}
