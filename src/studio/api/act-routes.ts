import type { StudioActs } from "../acts/acts.ts";
import { ActsOffer, LimitBody, VerdictBody, WordsBody } from "./act-shapes.ts";
import { route, type Asked, type Route } from "./route.ts";
import { Nothing, RunParams } from "./shapes.ts";

/** What people do in a run that is shown in the studio alone: a fork, or one of the playground. */
export const actRoutes = (acts: StudioActs): Route[] => [
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
];

const by = ({ session, sight }: Asked<unknown, unknown>) => ({ asker: session.asker, sight });
