import type { StudioActs } from "../acts/acts.ts";
import type { StudioBudgets } from "../acts/budgets.ts";
import { ActsOffer, BudgetsAnswer, LimitBody, VerdictBody, WordsBody } from "../api/act-shapes.ts";
import { route, type Asked, type Route } from "../api/route.ts";
import { Nothing, RunParams } from "../api/shapes.ts";
import { TeamsQuery } from "../api/team-shapes.ts";

/** What people do in a run that is shown in the studio alone: a fork, or one of the playground. */
export const actRoutes = (acts: StudioActs, budgets: StudioBudgets): Route[] => [
  route({
    method: "get",
    path: "/runs/{thread}/{seq}/acts",
    summary: "What whoever asks can do in the run here, and where it is talked in otherwise",
    params: RunParams,
    gives: { kind: "json", shape: ActsOffer, answer: async (asked) => acts.offer(asked.params, by(asked)) },
  }),
  route({
    method: "post",
    path: "/runs/{thread}/{seq}/words",
    summary: "Says something to a run that is shown here alone: an answer, or steering",
    params: RunParams,
    body: WordsBody,
    gives: { kind: "json", shape: Nothing, answer: async (asked) => acts.say(asked.params, asked.body, by(asked)) },
  }),
  route({
    method: "post",
    path: "/runs/{thread}/{seq}/verdict",
    summary: "Says yes or no to code or a tool of such a run",
    params: RunParams,
    body: VerdictBody,
    gives: { kind: "json", shape: Nothing, answer: async (asked) => acts.approve(asked.params, asked.body, by(asked)) },
  }),
  route({
    method: "post",
    path: "/runs/{thread}/{seq}/limit",
    summary: "Raises the limit at which such a run has halted, or has it finish with a summary",
    params: RunParams,
    body: LimitBody,
    gives: { kind: "json", shape: Nothing, answer: async (asked) => acts.decideAtLimit(asked.params, asked.body, by(asked)) },
  }),
  route({
    method: "post",
    path: "/runs/{thread}/{seq}/stop",
    summary: "Stops such a run",
    params: RunParams,
    gives: { kind: "json", shape: Nothing, answer: async (asked) => acts.stop(asked.params, by(asked)) },
  }),
  route({
    method: "get",
    path: "/runs/{thread}/{seq}/budgets",
    summary: "Budgets of the day that are used up where the run is, and keep whoever asks from forking it there",
    params: RunParams,
    gives: { kind: "json", shape: BudgetsAnswer, answer: async (asked) => budgets.offer(asked.params, by(asked)) },
  }),
  route({
    method: "post",
    path: "/runs/{thread}/{seq}/budgets",
    summary: "Raises these for the rest of the day, for all runs that wait for them",
    params: RunParams,
    gives: { kind: "json", shape: Nothing, answer: async (asked) => budgets.raise(asked.params, by(asked)) },
  }),
  route({
    method: "get",
    path: "/playground/budgets",
    summary: "Budgets of the day that are used up, and keep whoever asks from beginning a run of the playground",
    query: TeamsQuery,
    gives: { kind: "json", shape: BudgetsAnswer, answer: async (asked) => budgets.offer(asked.query, by(asked)) },
  }),
  route({
    method: "post",
    path: "/playground/budgets",
    summary: "Raises these for the rest of the day, for all runs that wait for them",
    query: TeamsQuery,
    gives: { kind: "json", shape: Nothing, answer: async (asked) => budgets.raise(asked.query, by(asked)) },
  }),
];

const by = ({ session, sight }: Asked<unknown, unknown>) => ({ asker: session.asker, sight });
