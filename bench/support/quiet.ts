import { availableParallelism, loadavg } from "node:os";

/** Jobs that wait for a processor, for each that there is, in the mean of the last minute. */
const LOAD_MAX = 0.25;

/** Says whether the machine has nothing else to do. Ratios bear some noise; what a clock says on a busy machine is of no use. */
export function sayWhetherQuiet(): void {
  const load = loadavg()[0] ?? Number.NaN;
  const most = LOAD_MAX * availableParallelism();
  const isQuiet = load <= most;
  const so = isQuiet ? "it is quiet" : `NOT QUIET (at most ${most}): take the figures for a rough guide, and measure again`;
  console.log(`load average of the last minute: ${load.toFixed(2)}; ${so}`);
}
