import type { Clock } from "../../engine/clock.ts";
import type { Logs } from "../../store/runs/logs.ts";

/** Between two looks: whoever asks for a list goes first. */
const BETWEEN_MS = 25;
/** Runs that have ended meanwhile are entered together. */
const TOGETHER_MS = 1_000;

/** Enters runs that are over into the index, where nobody else has, until the signal: a search finds what is entered. `log` is told once where that cannot be. */
export async function keepEntering({
  logs,
  clock,
  signal,
  log,
}: {
  readonly logs: Logs;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}): Promise<void> {
  let wake = (): void => undefined;
  let hasNews = true;
  const unfollow = logs.follow(() => {
    hasNews = true;
    wake();
  });
  signal.addEventListener("abort", () => (unfollow(), wake()), { once: true });
  try {
    while (!signal.aborted) {
      if (!hasNews) await new Promise<void>((resolve) => (wake = resolve));
      hasNews = false;
      for (const workspace of await logs.runs.workspaces())
        while (!signal.aborted && (await logs.runs.enter(workspace))) await clock.sleep(BETWEEN_MS, signal);
      await clock.sleep(TOGETHER_MS, signal);
    }
  } catch (error) {
    unfollow();
    if (!signal.aborted) log(`Runs that end now are found late: ${error instanceof Error ? error.message : String(error)}`);
  }
}
