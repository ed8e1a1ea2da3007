import { useRef } from "react";

const STEPS_MAX = 200;
/** What is typed within this is one step. */
const STEP_MS = 700;

/** What the text was before, step by step, whoever changed it. */
export function useHistory(text: string, change: (text: string) => void) {
  const steps = useRef({ past: [] as string[], future: [] as string[], now: text, atMs: 0 });
  const own = steps.current;
  if (text !== own.now) {
    const nowMs = performance.now();
    if (nowMs - own.atMs > STEP_MS || own.past.length === 0) own.past = [...own.past.slice(-STEPS_MAX), own.now];
    own.atMs = nowMs;
    own.future = [];
    own.now = text;
  }
  const go = (from: "past" | "future", to: "past" | "future"): void => {
    const next = own[from].pop();
    if (next === undefined) return;
    own[to].push(own.now);
    own.now = next;
    own.atMs = 0;
    change(next);
  };
  return {
    canUndo: own.past.length > 0,
    canRedo: own.future.length > 0,
    undo: () => go("past", "future"),
    redo: () => go("future", "past"),
  };
}

export type History = ReturnType<typeof useHistory>;
