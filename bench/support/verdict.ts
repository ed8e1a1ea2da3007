/** Says whether a target is held; the process exits with 1 when one is missed. */
export function verdict(what: string, is: number, target: number): void {
  const isHeld = is <= target;
  if (!isHeld) process.exitCode = 1;
  console.log(`${isHeld ? "held  " : "missed"} ${what}: ${is.toFixed(2)}, target at most ${target}`);
}
