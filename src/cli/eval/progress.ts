import type { EvaluationProgress } from "../../parley.ts";
import type { Io } from "../command.ts";
import { harmless } from "../terminal.ts";

const LINE_MS = 10_000; // Where no line can be written over, one is added this often.
const REDRAW_MS = 100;
const BAR_CHARS = 24;
const UNCOUNTED =
  "note: the price of a model is not known, and the budget does not hold for it. Give it a `price` in the team file, or end with Ctrl-C; the same command goes on.";

/**
 * How far an evaluation is, on stderr: one line that is written over, or where that cannot be, a line now and then. Where `isQuiet`, nothing but that a budget
 * (`hasBudget`) cannot count what is spent.
 */
export function showProgress(io: Pick<Io, "stderr">, { isQuiet, hasBudget }: { readonly isQuiet: boolean; readonly hasBudget: boolean }) {
  const isLive = (io.stderr as { readonly isTTY?: boolean }).isTTY === true;
  let [shownAtMs, isOpen, isUncounted] = [Number.NEGATIVE_INFINITY, false, false];
  return {
    begun(
      {
        id,
        cases,
        casesInAll,
        repeats,
        teams,
      }: {
        readonly id: string;
        readonly cases: number;
        readonly casesInAll: number;
        readonly repeats: number;
        readonly teams: readonly string[];
      },
      isResumed: boolean,
    ): void {
      if (isQuiet) return;
      const what = `${cases} of ${casesInAll} cases, ${teams.length} ${teams.length === 1 ? "team" : "teams"}, ${repeats} ${repeats === 1 ? "run" : "runs"} of each`;
      io.stderr.write(harmless(`${isResumed ? "Going on with" : "Begun:"} ${id} (${what})`) + "\n");
    },
    tell(progress: EvaluationProgress): void {
      if (hasBudget && !progress.priced && !isUncounted) {
        isUncounted = true;
        io.stderr.write(`${isOpen ? "\n" : ""}${UNCOUNTED}\n`);
        isOpen = false;
      }
      if (isQuiet) return;
      const nowMs = performance.now();
      const isLast = progress.done === progress.total;
      if (!isLast && nowMs - shownAtMs < (isLive ? REDRAW_MS : LINE_MS)) return;
      shownAtMs = nowMs;
      isOpen = isLive;
      io.stderr.write(isLive ? `\r\u001b[K${lineOf(progress)}` : `${lineOf(progress)}\n`);
    },
    waits(words: string): void {
      io.stderr.write(`${harmless(words)}. Waiting a little, in case that one is gone.\n`);
    },
    end(): void {
      if (isOpen) io.stderr.write("\n");
      isOpen = false;
    },
  };
}

function lineOf({ total, done, solved, usd, priced, msLeft }: EvaluationProgress): string {
  const full = total === 0 ? 0 : Math.round((done / total) * BAR_CHARS);
  const money = priced ? `$${usd.toFixed(4)}` : usd > 0 ? `$${usd.toFixed(4)} or more` : "cost unknown";
  const left = msLeft === undefined || done === total ? "" : `, about ${durationOf(msLeft)} left`;
  return `[${"#".repeat(full)}${".".repeat(BAR_CHARS - full)}] ${done}/${total}, ${solved} solved, ${money}${left}`;
}

function durationOf(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 90 ? `${seconds} s` : seconds < 5_400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}
