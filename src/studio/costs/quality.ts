import type { Clock } from "../../engine/clock.ts";
import { wilson } from "../../eval/statistics/proportion.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { seesWorkspace, type Sight } from "../access.ts";
import type { DaysQuery, QualityAnswer } from "../api/cost-shapes.ts";
import { dayAfter, daysOf } from "./days.ts";

/** Below, a share says more of chance than of a team. */
const FEW = 10;

/** What people and agents thought of what teams came to, in places that whoever asks may see. */
export async function qualityOf(
  { runs }: Pick<Logs, "runs">,
  query: DaysQuery,
  sight: Sight,
  clock: Pick<Clock, "now">,
): Promise<QualityAnswer> {
  const { from, to } = daysOf(query, clock);
  const { workspace } = query;
  const places = sight.kind === "all" ? ("all" as const) : sight.places;
  const found = seesWorkspace(sight, workspace)
    ? await runs.opinions({ workspace, places, endedFrom: from, endedBefore: dayAfter(to) })
    : [];
  const share = (of: number, all: number) => (all < FEW ? undefined : wilson(of, all));
  return {
    from,
    to,
    few: FEW,
    teams: found.map((one) => {
      const helpfulShare = share(one.helpful, one.helpful + one.unhelpful);
      const dissentShare = share(one.dissent, one.asked);
      return { ...one, ...(helpfulShare ? { helpfulShare } : {}), ...(dissentShare ? { dissentShare } : {}) };
    }),
  };
}
