import type { Clock } from "../../engine/clock.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { createCosts } from "../costs/costs.ts";
import { qualityOf } from "../costs/quality.ts";
import { CostsAnswer, CostsQuery, DaysQuery, QualityAnswer } from "../api/cost-shapes.ts";
import { route, type Route } from "../api/route.ts";

/** What was spent, and what came of it. */
export function costRoutes(logs: Logs, clock: Clock): Route[] {
  const costs = createCosts(logs, clock);
  return [
    route({
      method: "get",
      path: "/costs",
      summary: "What was spent on these days, by day and by team, agent, model, place or person",
      query: CostsQuery,
      gives: { kind: "json", shape: CostsAnswer, answer: async ({ query, sight }) => costs.of(query, sight) },
    }),
    route({
      method: "get",
      path: "/quality",
      summary: "What people said of runs, and in how many agents did not agree, by team",
      query: DaysQuery,
      gives: { kind: "json", shape: QualityAnswer, answer: async ({ query, sight }) => qualityOf(logs, query, sight, clock) },
    }),
  ];
}
