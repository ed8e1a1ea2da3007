import type { Concession } from "./concessions.ts";

/** What a model's server has refused, or the number that it has named. */
export interface Lesson {
  readonly what: Concession | LearntNumber | typeof BARE;
  readonly value?: number;
  /** When it was learnt: ISO 8601, UTC. */
  readonly at: string;
}

/** The longest reply that it writes, and its room for question and reply together; in tokens. */
export type LearntNumber = "replyTokensMax" | "contextTokensMax";

/** It refused a request and gave no reason that can be read: everything that can be left out is. */
export const BARE = "everything";

/** Keeps lessons beyond the process, by model. */
export interface Lessons {
  /** `model`: see {@link lessonKey}. Oldest first. */
  of(model: string): Promise<readonly Lesson[]>;
  /** In place of an older one about the same thing, and of those whose time is over. */
  learn(model: string, lesson: Lesson): Promise<void>;
  /** Takes all of them away, so that the server is asked anew. Resolves to what was known. */
  forget(model: string): Promise<readonly Lesson[]>;
}

/** Servers are brought up to date: after so long, what was refused is asked for again. */
const LESSON_DAYS = 30;
/** What is left out for no known reason may have been left out for nothing. */
const BARE_HOURS = 1;
const HOUR_MS = 3_600_000;

const lifeMs = (what: Lesson["what"]): number => (what === BARE ? BARE_HOURS : LESSON_DAYS * 24) * HOUR_MS;
export const lifeInWords = (what: Lesson["what"]): string => (what === BARE ? "one hour" : `${LESSON_DAYS} days`);

/** When it is asked for again: ISO 8601, UTC. */
export function lessonEnd({ what, at }: Lesson): string {
  const end = Date.parse(at) + lifeMs(what);
  return Number.isFinite(end) ? new Date(end).toISOString() : at;
}

/** A time that cannot be read is over. */
export const isFresh = ({ what, at }: Lesson, nowMs: number): boolean => nowMs - Date.parse(at) < lifeMs(what);

/** A model at an address. */
export const lessonKey = ({
  provider,
  address,
  model,
}: {
  readonly provider: string;
  readonly address: string;
  readonly model: string;
}): string =>
  // prettier-ignore
  `${provider} ${address} ${model}`;

/** For as long as the process lives. */
export function lessonsInMemory(): Lessons {
  const known = new Map<string, readonly Lesson[]>();
  return {
    of: (model) => Promise.resolve(known.get(model) ?? []),
    learn(model, lesson) {
      known.set(model, withLesson(known.get(model) ?? [], lesson));
      return Promise.resolve();
    },
    forget(model) {
      const forgotten = known.get(model) ?? [];
      known.delete(model);
      return Promise.resolve(forgotten);
    },
  };
}

/** These with one more, in place of an older one about the same thing; without those whose time was over when it was learnt. */
export const withLesson = (lessons: readonly Lesson[], lesson: Lesson): readonly Lesson[] => [
  ...lessons.filter((one) => one.what !== lesson.what && isFresh(one, Date.parse(lesson.at))),
  lesson,
];
