import { isApart } from "../records/apart.ts";
import type { ServeOptions } from "../dispatch.ts";
import type { FairQueue, Waiting, Whose } from "../fair-queue.ts";

/**
 * Takes from the line what one who serves may begin next; nothing where no slot is free for what there is. `own`: what it is handling. `reservedShare`: of
 * the slots, the last ones are for places in which nothing of it runs: one that is busy must not make the others wait for its end.
 */
export function mayTake({
  line,
  options: { slots, perWorkspace, workspace: only },
  own,
  reservedShare,
}: {
  readonly line: FairQueue;
  readonly options: ServeOptions;
  readonly own: Iterable<Whose>;
  readonly reservedShare: number;
}): Waiting | undefined {
  const slotsOf = new Map<string, number>();
  const busy = new Set<string>();
  let taken = 0;
  for (const { workspace, place } of own) {
    taken++;
    slotsOf.set(workspace, (slotsOf.get(workspace) ?? 0) + 1);
    busy.add(place);
  }
  const free = slots - taken;
  if (free <= 0) return undefined;
  const isLast = free <= Math.floor(slots * reservedShare);
  const may = ({ workspace, place }: Whose) => (only === undefined || workspace === only) && (!isLast || !busy.has(place));
  return line.take((whose) => may(whose) && (slotsOf.get(whose.workspace) ?? 0) < perWorkspace) ?? line.take(may);
}

/** Of several processes: who serves all leaves those that are set apart to whoever serves one of them. Two would be after one turn, and one of them put it off. */
export const isServed = ({ workspace: only }: Pick<ServeOptions, "workspace">, workspace: string): boolean =>
  only === undefined ? !isApart(workspace) : workspace === only;
