import type { StudioProposals } from "../teams/proposals.ts";
import { ProposalAnswer, ProposalBody, ProposalDone } from "../api/proposal-shapes.ts";
import { route, type Asked, type Route } from "../api/route.ts";
import { TeamParams } from "../api/team-shapes.ts";

/** Changes of teams that were found to help: looked at, taken or declined. */
export const proposalRoutes = (proposals: StudioProposals): Route[] => [
  route({
    method: "get",
    path: "/teams/{workspace}/{name}/proposal",
    summary: "The change of the team that waits for somebody to take it",
    params: TeamParams,
    gives: { kind: "json", shape: ProposalAnswer, answer: async (asked) => proposals.of(asked.params, by(asked)) },
  }),
  route({
    method: "post",
    path: "/teams/{workspace}/{name}/proposal",
    summary: "Takes or declines that change",
    params: TeamParams,
    body: ProposalBody,
    gives: { kind: "json", shape: ProposalDone, answer: async (asked) => proposals.decide(asked.params, asked.body, by(asked)) },
  }),
];

const by = ({ session, sight }: Asked<unknown, unknown>) => ({ asker: session.asker, sight });
