import { randomUUID } from "node:crypto";
import type { Store } from "../../../store/store.ts";
import type { Place } from "../../words/place.ts";

/** Up to where a thread was read, in Slack's time; and when, in ours, its end was reached: 0 where it was not. */
export function readTo(note: string | undefined): { readonly ts: string; readonly ms: number } | undefined {
  const [ts, ms] = note?.split(" ") ?? [];
  return ts && TS.test(ts) ? { ts, ms: Number(ms) || 0 } : undefined;
}

const TS = /^\d{1,12}\.\d{6}$/;

/** The ts of the run's task; the root's when the run began otherwise. */
export function beginningOf(task: object | undefined, place: Place): string {
  const id = task && "id" in task && typeof task.id === "string" ? task.id.split(":") : [];
  const ts = id[1] === place.channel ? id[2] : undefined;
  return ts && TS.test(ts) ? ts : place.ts;
}

/** Under which it is noted. */
export const noteKey = (thread: string): string => `read-back/${thread}`;

/** What is to be read: when that was asked for, and until when it matters. */
export interface Asked {
  readonly askedMs: number;
  readonly untilMs: number;
}

/** Until the later one of both. */
export const atLatest = (one: Asked | undefined, other: Asked): Asked => ({
  ...other,
  untilMs: Math.max(one?.untilMs ?? 0, other.untilMs),
});

/** Slack has trouble, or asks for a pause: the same is read later. After any other no there is nothing to be read. */
export const PASSES: ReadonlySet<string> = new Set(["ambiguous", "undocumented", "limited", "auth"]);

/** Whether there was a gap of which not every thread of a workspace has been read yet, by whichever process. */
export function owedIn(team: string, store: Pick<Store, "note" | "putNote" | "swapNote">) {
  const key = `read-back/${team}`;
  return {
    is: async (): Promise<boolean> => ((await store.note(key)) ?? "") !== "",
    /** From here on; resolves to what stands there for this gap alone. */
    async begin(): Promise<string> {
      const noted = randomUUID();
      await store.putNote(key, noted);
      return noted;
    },
    /** Unless there was another gap since, here or in another process. */
    end: (noted: string): Promise<boolean> => store.swapNote(key, noted, ""),
  };
}
