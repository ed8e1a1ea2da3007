import { createKeyedQueue } from "../../keyed-queue.ts";
import { editNote } from "../../store/notes.ts";
import type { Store } from "../../store/store.ts";

const HOUR_MS = 3_600_000;
/** Of one hour; in one more than that nobody is reminded after a restart. */
const THREADS_PER_HOUR_MAX = 10_000;
/** Ahead of now, or not dealt with yet; what is asked for behind them nobody is reminded of after a restart. */
const HOURS_MAX = 10_000;

/** An hour, as so many since the epoch. */
export const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS);

/** Until an hour begins, in ms; nothing, or less, where it has begun. */
export const untilHourMs = (hour: number, nowMs: number): number => hour * HOUR_MS - nowMs;

/** Which threads of a workspace are to be looked at in which hour: so a start reads what is due by then, and nothing of the others that wait. */
export interface ReminderBook {
  /** The hours in which there is something; `undefined` where nobody has begun the book yet, and what waits is to be entered. */
  hours(): Promise<readonly number[] | undefined>;
  /** All that waits is entered. */
  begun(): Promise<void>;
  /** Resolves when it stands there. */
  enter(thread: string, atMs: number): Promise<void>;
  threadsOf(hour: number): Promise<readonly string[]>;
  /** All of an hour that is over has been dealt with. */
  done(hour: number): Promise<void>;
}

/** In notes: one for each hour, and one with the hours. Of whoever leads in the workspace. */
export function createReminderBook(store: Pick<Store, "note" | "putNote" | "swapNote">, team: string): ReminderBook {
  const key = `reminders/${team}`;
  const pageOf = (hour: number): string => `${key}/${hour}`;
  const queue = createKeyedQueue();
  /** Not written yet: what comes while others are being written is written with the next of them. */
  const unwritten = new Map<number, Set<string>>();
  /** Those that are known to stand in the note of hours. */
  const known = new Set<number>();

  async function list(hour: number): Promise<void> {
    if (known.has(hour)) return;
    // An index that nobody has begun stays so: what waits is to be entered first.
    await editNote(store, key, (noted) => {
      const hours = hoursIn(noted);
      return hours.includes(hour) || hours.length >= HOURS_MAX ? noted : `${beginning(noted)}${[...hours, hour].join(" ")}`;
    });
    known.add(hour);
  }

  async function write(hour: number): Promise<void> {
    const some = unwritten.get(hour);
    if (!some) return;
    unwritten.delete(hour);
    try {
      // Before its page: an hour without one is looked at for nothing, and one that is not listed is not looked at.
      await list(hour);
      await editNote(store, pageOf(hour), (noted) => {
        const there = namesIn(noted);
        const all = [...new Set([...there, ...some])].slice(0, THREADS_PER_HOUR_MAX);
        return all.length === there.length ? noted : all.join("\n");
      });
    } catch (error) {
      // For whoever is behind in line.
      unwritten.set(hour, new Set([...some, ...(unwritten.get(hour) ?? [])]));
      throw error;
    }
  }

  return {
    async hours() {
      const noted = await store.note(key);
      const hours = hoursIn(noted);
      for (const hour of hours) known.add(hour);
      return noted === undefined || beginning(noted) === UNBEGUN ? undefined : hours;
    },
    begun: () => editNote(store, key, (noted) => hoursIn(noted).join(" ")),
    enter(thread, atMs) {
      const hour = hourOf(atMs);
      unwritten.set(hour, (unwritten.get(hour) ?? new Set()).add(thread));
      return queue.run(String(hour), () => write(hour));
    },
    threadsOf: async (hour) => namesIn(await store.note(pageOf(hour))),
    done: (hour) =>
      queue.run(String(hour), async () => {
        known.delete(hour);
        await editNote(
          store,
          key,
          (noted) =>
            `${beginning(noted)}${hoursIn(noted)
              .filter((one) => one !== hour)
              .join(" ")}`,
        );
        await store.putNote(pageOf(hour), "");
      }),
  };
}

/** Before the hours, while not all that waits is entered. */
const UNBEGUN = "begins ";
const beginning = (noted: string | undefined): string => (noted === undefined || noted.startsWith(UNBEGUN) ? UNBEGUN : "");

const hoursIn = (noted: string | undefined): readonly number[] =>
  (noted ?? "")
    .slice(beginning(noted).length)
    .split(" ")
    .filter((hour) => /^\d{1,9}$/.test(hour))
    .map(Number);

const namesIn = (noted: string | undefined): readonly string[] => (noted ? noted.split("\n") : []);
