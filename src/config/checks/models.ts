import { cycleFrom, type Chained } from "../build/chain.ts";
import { type Path, unknownEntry } from "./report.ts";

/** Every model that is to be asked when this one fails is there, and none of them leads back to it. */
export function checkFallback(name: string, models: Chained, mistake: (path: Path, message: string) => void): void {
  for (const [index, next] of (models.get(name)?.fallback ?? []).entries())
    if (!models.has(next)) mistake(["fallback", index], unknownEntry("model", next, [...models.keys()]));
  const cycle = cycleFrom(models, name);
  if (cycle) mistake(["fallback"], `the chain comes back to where it began: ${cycle.join(" → ")}. Take one of them out.`);
}
