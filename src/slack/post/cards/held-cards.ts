import type { Clock } from "../../../engine/clock.ts";
import type { RunEvent } from "../../../engine/events/events.ts";
import type { Transcript } from "../../../engine/reading/transcript.ts";
import type { Leisure } from "../../../store/leisure.ts";
import type { Post } from "../../../store/store.ts";
import { oneTurnBefore } from "../../render/log-reading.ts";
import { rankOf } from "../pace.ts";

/**
 * So many cards within so long go out at once: with fifty answers they are less than what Slack lets through after a pause. With more, many people
 * ask at the same time. A card that is held is time of its channel that nobody uses where no answer comes, so a few runs at once hold none. Where
 * it is seen at the door that many ask, none goes out for so long: each takes of the processor what an answer does.
 */
const CARDS_AT_ONCE_MAX = 8;
const CARDS_AT_ONCE_MS = 2_000;
/** So long the others wait for their answer: the first sign is the mark on the task, and what Slack lets be posted is for answers. */
const HELD_MS_MAX = 3_000;
/** Who is next where no model is asked, or that it was all, is recorded right behind a turn. */
export const END_MS_MAX = 250;

/** Cards on their way out, which no answer is to wait for. */
export interface HeldCards {
  /**
   * `left`: it is the card's time, as `go` says; `needless`: the answer is there before the card and tells all that it would tell; `stopped`: the
   * signal came first. `go` is to resolve to whether it was its time, in this rank, before that signal came.
   */
  leave(
    post: Pick<Post, "thread" | "seq">,
    signal: AbortSignal,
    go: (signal: AbortSignal, rank: number) => Promise<boolean>,
  ): Promise<"left" | "needless" | "stopped">;
  /** Something more is to be posted in this thread: a card that waits there holds it up. */
  more(thread: string): void;
}

export function createHeldCards({
  store,
  clock,
  load,
}: {
  readonly store: { readonly leisure: Pick<Leisure, "sinceRushMs"> };
  readonly clock: Clock;
  readonly load: (thread: string, throughSeq?: number) => Promise<Transcript>;
}): HeldCards {
  const waiting = new Map<string, AbortController>();
  /** Of the last cards, when each was to go out. */
  let lately: number[] = [];

  function areMany(): boolean {
    const now = clock.now();
    lately = [...lately.filter((at) => at <= now && now - at < CARDS_AT_ONCE_MS), now].slice(-CARDS_AT_ONCE_MAX - 1);
    return lately.length > CARDS_AT_ONCE_MAX || store.leisure.sinceRushMs() < CARDS_AT_ONCE_MS;
  }

  /** Aborted when more is to be posted, or with `signal` until `over`. By hand: `AbortSignal.any` takes several times as long. */
  function nextIn(thread: string, signal: AbortSignal): { readonly either: AbortSignal; readonly over: () => void } {
    const next = new AbortController();
    waiting.set(thread, next);
    const stop = () => next.abort(STOPPED);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    return { either: next.signal, over: () => signal.removeEventListener("abort", stop) };
  }

  return {
    async leave({ thread, seq }, signal, go) {
      const next = nextIn(thread, signal);
      let end: typeof next | undefined;
      try {
        const { either } = next;
        const isHeld = areMany();
        const isOvertaken = isHeld && hasAnswer(await load(thread, seq), seq);
        if (isHeld && !isOvertaken) await clock.sleep(HELD_MS_MAX, either);
        if (!isOvertaken && !either.aborted && (await go(either, rankOf("card")))) return "left";
        if (signal.aborted) return "stopped";
        end = nextIn(thread, signal);
        if (!isTold(await load(thread, seq), seq)) await clock.sleep(END_MS_MAX, end.either);
        if (isTold(await load(thread, seq), seq)) return "needless";
        // The answer waits behind it.
        return (await go(signal, 0)) ? "left" : "stopped";
      } finally {
        next.over();
        end?.over();
        waiting.delete(thread);
      }
    },
    more: (thread) => waiting.get(thread)?.abort(MORE),
  };
}

// Without a reason an exception is made for it.
const MORE = "something more is to be posted";
const STOPPED = "nothing is to be posted";

const hasAnswer = ({ events }: Transcript, seq: number): boolean =>
  events.slice(seq).some((event) => (event.type === "message.posted" ? "agent" in event : WAITED_FOR.has(event.type)));
/** What people are asked, and that it is over, waits for no card either. */
const WAITED_FOR: ReadonlySet<RunEvent["type"]> = new Set(["handoff.made", "approval.requested", "limit.reached", "run.stopped"]);

/** The run that began with this event is over, and the message of its one turn tells all: its end, and no more was to be said of its beginning. */
function isTold(transcript: Transcript, seq: number): boolean {
  const started = transcript.events[seq - 1];
  // How much was read of what was said before stands in the card alone.
  if (started?.type === "run.started" && started.before !== undefined) return false;
  for (let index = seq; index < transcript.events.length; index++) {
    const event = transcript.events[index];
    if (event?.type === "run.stopped") return oneTurnBefore(transcript, event) !== undefined;
  }
  return false;
}
