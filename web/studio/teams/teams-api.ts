import type { ProposalAnswer, ProposalDone } from "../../../src/studio/api/proposal-shapes.ts";
import type { CheckAnswer, PlayAnswer, SaveAnswer, TeamAnswer, TeamsAnswer, VersionsAnswer } from "../../../src/studio/api/team-shapes.ts";
import { get, send, type RunName } from "../state/api.ts";

export type { Mistake, TeamAnswer, TeamLine, TeamsAnswer, VersionsAnswer } from "../../../src/studio/api/team-shapes.ts";

const teamPath = (workspace: string, name: string): string => `/teams/${encodeURIComponent(workspace)}/${encodeURIComponent(name)}`;
const runPath = ({ thread, seq }: RunName): string => `/runs/${encodeURIComponent(thread)}/${seq}`;

export const teams = (workspace: string): Promise<TeamsAnswer> => get(`/teams?${new URLSearchParams({ workspace })}`);
export const schema = (): Promise<object> => get("/teams/schema");
export const team = (workspace: string, name: string): Promise<TeamAnswer> => get(teamPath(workspace, name));
export const teamOfRun = (run: RunName): Promise<{ readonly yaml: string }> => get(`${runPath(run)}/team`);
export const versions = (workspace: string, name: string): Promise<VersionsAnswer> => get(`${teamPath(workspace, name)}/versions`);
export const proposal = (workspace: string, name: string): Promise<ProposalAnswer> => get(`${teamPath(workspace, name)}/proposal`);
export const decideProposal = (workspace: string, name: string, wanted: { at: string; take: boolean }): Promise<ProposalDone> =>
  send("POST", `${teamPath(workspace, name)}/proposal`, wanted);
export const check = (wanted: { workspace: string; yaml: string; editing?: string }, signal: AbortSignal): Promise<CheckAnswer> =>
  send("POST", "/teams/check", wanted, signal);
export const save = (workspace: string, name: string, wanted: { yaml: string; revision: number }): Promise<SaveAnswer> =>
  send("PUT", teamPath(workspace, name), wanted);
export const remove = (workspace: string, name: string, revision: number): Promise<object> =>
  send("DELETE", `${teamPath(workspace, name)}?revision=${revision}`);
export const play = (wanted: { workspace: string; yaml: string; task: string; model?: string; recorded?: RunName }): Promise<PlayAnswer> =>
  send("POST", "/playground", wanted);
