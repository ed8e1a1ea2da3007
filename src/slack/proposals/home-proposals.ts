import { proposalsIn } from "../../store/proposals/team-proposals.ts";
import { standingProposal, type StandingProposal } from "../../team-proposals.ts";
import type { HandlerContext } from "../commands/handler-context.ts";

/** What can be taken now, by the names of the teams, for the App Home of whoever may change teams. */
export async function homeProposals({ settings, shelf, me }: Pick<HandlerContext, "settings" | "shelf" | "me">): Promise<HomeProposals> {
  if (!shelf) return new Map();
  const workspace = me.team;
  const found = await proposalsIn(settings, workspace);
  const standing = await Promise.all(
    found.map(async ({ team }) => [team, await standingProposal({ settings, shelf }, { workspace, team })] as const),
  );
  return new Map(standing.flatMap(([team, one]) => (one?.state === "open" ? [[team, one] as const] : [])));
}

export type HomeProposals = ReadonlyMap<string, StandingProposal>;
