import { useEffect, useRef, useState } from "react";
import type { RunState } from "../../../src/engine/reading/run-state.ts";
import { useAnswer } from "../state/answer.ts";
import { actsOffer, type ActsOffer, type RunName } from "../state/api.ts";

export interface Offered extends ActsOffer {
  /** What one may do can have changed. */
  readonly askAgain: () => void;
}

/** What one can do in this run, and where it is talked in: asked anew when it waits for something else, and when somebody comes back to the tab. */
export function useActs(name: RunName, { running, questions, approvals, halt }: RunState): Offered | undefined {
  const [times, setTimes] = useState(0);
  const run = `${name.thread}#${name.seq}`;
  const waitsFor = [...questions.map(({ seq }) => seq), ...approvals.map(({ call }) => call), halt?.seq ?? ""].join(" ");
  const { answer } = useAnswer(`${run} ${running} ${waitsFor} ${times}`, (signal) => actsOffer(name, signal));
  // What was typed stays, also while nobody answers.
  const last = useRef<{ readonly run: string; readonly answer: ActsOffer }>(undefined);
  if (answer) last.current = { run, answer };
  useEffect(() => {
    const seen = (): void => void (document.hidden || setTimes((before) => before + 1));
    document.addEventListener("visibilitychange", seen);
    return () => document.removeEventListener("visibilitychange", seen);
  }, []);
  if (last.current?.run !== run) return undefined;
  return { ...last.current.answer, askAgain: () => setTimes((before) => before + 1) };
}
