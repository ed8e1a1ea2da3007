import { setTimeout as sleep } from "node:timers/promises";
import type { WebCall } from "../support/instant-slack.ts";

/** What a bot says to Slack: which marked answers are whole, and how many calls of which kind it makes. */
export interface Answers {
  readonly onCall: (call: WebCall) => void;
  /** When the answer with this mark was whole, in `performance.now()`. */
  at(mark: string): number | undefined;
  /** Resolves when all are whole; rejects when they are not in time. */
  whole(marks: readonly string[], withinMs: number): Promise<void>;
  /** Resolves when Slack has been left in peace for so long, or after the other time. */
  quiet(ms: number, msMax: number): Promise<void>;
  /** Of everything since the last time. */
  takeCounts(): Counts;
}

export interface Counts {
  readonly calls: number;
  readonly posts: number;
  readonly byMethod: Readonly<Record<string, number>>;
}

const MARK = /zz\d+n\d+k\d+zz/g;
/** What opens a message. */
const POSTS = ["chat.postMessage", "chat.startStream"];

export function watchAnswers(): Answers {
  const doneAt = new Map<string, number>();
  let byMethod: Record<string, number> = {};
  let lastAt = performance.now();
  return {
    onCall({ method, text, at }) {
      byMethod[method] = (byMethod[method] ?? 0) + 1;
      lastAt = at;
      // An edit of a card shows the first words of an answer, too, perhaps before the answer is there.
      if (method !== "chat.postMessage") return;
      for (const [mark] of text.matchAll(MARK)) if (!doneAt.has(mark)) doneAt.set(mark, at);
    },
    at: (mark) => doneAt.get(mark),
    async whole(marks, withinMs) {
      const until = performance.now() + withinMs;
      for (;;) {
        const missing = marks.filter((mark) => !doneAt.has(mark));
        if (missing.length === 0) return;
        if (performance.now() > until) throw new Error(`${missing.length} of ${marks.length} answers did not come within ${withinMs} ms`);
        await sleep(5);
      }
    },
    async quiet(ms, msMax) {
      const until = performance.now() + msMax;
      while (performance.now() - lastAt < ms && performance.now() < until) await sleep(20);
    },
    takeCounts() {
      const counts = byMethod;
      byMethod = {};
      const sum = (methods: readonly string[]) => methods.reduce((all, method) => all + (counts[method] ?? 0), 0);
      return { calls: sum(Object.keys(counts)), posts: sum(POSTS), byMethod: counts };
    },
  };
}
