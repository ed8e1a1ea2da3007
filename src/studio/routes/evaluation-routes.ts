import type { Clock } from "../../engine/clock.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { createEvaluations } from "../evaluations/evaluations.ts";
import {
  CasesAnswer,
  CasesQuery,
  EvaluationAnswer,
  EvaluationParams,
  EvaluationQuery,
  EvaluationsAnswer,
} from "../api/evaluation-shapes.ts";
import { route, type Route } from "../api/route.ts";

/** What evaluations came to. */
export function evaluationRoutes(logs: Logs, clock: Clock): Route[] {
  const evaluations = createEvaluations(logs, clock);
  return [
    route({
      method: "get",
      path: "/evaluations",
      summary: "The evaluations of the database; for who may see all of it",
      gives: { kind: "json", shape: EvaluationsAnswer, answer: async ({ sight }) => evaluations.list(sight) },
    }),
    route({
      method: "get",
      path: "/evaluations/{id}",
      summary: "What one came to: teams with their intervals, how runs ended, differences",
      params: EvaluationParams,
      query: EvaluationQuery,
      gives: {
        kind: "json",
        shape: EvaluationAnswer,
        answer: async ({ params, query, sight }) => evaluations.one(params.id, query.against, sight),
      },
    }),
    route({
      method: "get",
      path: "/evaluations/{id}/cases",
      summary: "Its cases, each with the results of its runs, in pages",
      params: EvaluationParams,
      query: CasesQuery,
      gives: { kind: "json", shape: CasesAnswer, answer: async ({ params, query, sight }) => evaluations.cases(params.id, query, sight) },
    }),
  ];
}
