import { useEffect, useState } from "react";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import { withEvent, withPiece, type Draft, type Piece } from "./drafts.ts";
import { followRun, isEnd, run as readRun, type RunAnswer, type RunName } from "./api.ts";

export interface RunLog extends Pick<RunAnswer, "run" | "id" | "agents" | "limits"> {
  readonly events: readonly RunEvent[];
  /** What is being said just now. */
  readonly drafts: readonly Draft[];
}

export type Reading =
  { readonly kind: "reading" } | { readonly kind: "failed"; readonly message: string } | { readonly kind: "read"; readonly log: RunLog };

/** A run with all its events, and each that is recorded from then on. */
export function useRunLog({ thread, seq }: RunName): Reading {
  const [reading, setReading] = useState<Reading>({ kind: "reading" });
  useEffect(() => {
    const name = { thread, seq };
    let isLeft = false;
    let unfollow = (): void => undefined;
    setReading({ kind: "reading" });
    void readAll(name)
      .then((log) => {
        if (isLeft) return;
        let events: readonly RunEvent[] = log.events;
        setReading({ kind: "read", log });
        let drafts: readonly Draft[] = [];
        // What comes within one frame is shown at once.
        let frame = 0;
        const show = (): void => {
          cancelAnimationFrame(frame);
          frame = requestAnimationFrame(() => setReading({ kind: "read", log: { ...log, events, drafts } }));
        };
        const close = followRun(
          name,
          { after: events.at(-1)?.seq ?? 0, isOver: events.some(isEnd) },
          {
            recorded(event) {
              if (event.seq <= (events.at(-1)?.seq ?? 0)) return;
              events = [...events, event];
              drafts = withEvent(drafts, event);
              show();
            },
            shown(data) {
              drafts = withPiece(drafts, JSON.parse(data) as Piece, events);
              show();
            },
            // The line begins with what has been said so far.
            begun: () => void (drafts = []),
          },
        );
        unfollow = () => (cancelAnimationFrame(frame), close());
      })
      .catch((error: unknown) => {
        if (!isLeft) setReading({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
      });
    return () => {
      isLeft = true;
      unfollow();
    };
  }, [thread, seq]);
  return reading;
}

async function readAll(name: RunName): Promise<RunLog> {
  const first = await readRun(name, 0);
  const events = [...first.events];
  for (let { next } = first; next !== undefined;) {
    const page = await readRun(name, next);
    events.push(...page.events);
    next = page.next;
  }
  return { ...first, events: events as unknown as readonly RunEvent[], drafts: [] };
}
