import type { Concession } from "./concessions.ts";

/** What a model's server has refused, or the number that it has named. */
export interface Lesson {
  readonly what: Concession | LearntNumber;
  readonly value?: number;
  /** When it was learnt: ISO 8601, UTC. */
  readonly at: string;
}

/** The longest reply that it writes, and its room for question and reply together; in tokens. */
export type LearntNumber = "replyTokensMax" | "contextTokensMax";

/** Keeps lessons beyond the process, by model. */
export interface Lessons {
  /** `model`: see {@link lessonKey}. Oldest first. */
  of(model: string): Promise<readonly Lesson[]>;
  /** In place of an older one about the same thing. */
  learn(model: string, lesson: Lesson): Promise<void>;
}

/** Servers are brought up to date: after so long, what was refused is asked for again. */
export const LESSON_DAYS = 30;
const DAY_MS = 86_400_000;

export const isFresh = ({ at }: Lesson, nowMs: number): boolean => nowMs - Date.parse(at) < LESSON_DAYS * DAY_MS;

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
  };
}

/** These with one more, in place of an older one about the same thing. */
export const withLesson = (lessons: readonly Lesson[], lesson: Lesson): readonly Lesson[] => [
  ...lessons.filter(({ what }) => what !== lesson.what),
  lesson,
];
