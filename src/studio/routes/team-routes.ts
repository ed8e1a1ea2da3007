import type { z } from "zod";
import type { StudioTeams } from "../teams/teams.ts";
import { route, type Asked, type Route } from "../api/route.ts";
import { CheckAnswer, CheckBody, PlayAnswer, PlayBody, RemoveQuery, SaveAnswer, SaveBody, SchemaAnswer, TeamAnswer, TeamOfRunAnswer, TeamParams, TeamsAnswer, TeamsQuery, VersionsAnswer } from "../api/team-shapes.ts"; // prettier-ignore
import { Nothing, RunParams } from "../api/shapes.ts";

/** Teams: those of the file and of the shelf, and how they are changed. */
export const teamRoutes = (teams: StudioTeams): Route[] => [
  route({
    method: "get",
    path: "/teams",
    summary: "The teams of a workspace, what they can name, and whether whoever asks may change them",
    query: TeamsQuery,
    gives: { kind: "json", shape: TeamsAnswer, answer: async (asked) => teams.list(asked.query.workspace, by(asked)) },
  }),
  route({
    method: "get",
    path: "/teams/schema",
    summary: "The JSON Schema of a team's text, for editors",
    gives: { kind: "json", shape: SchemaAnswer, answer: async () => teams.schema() },
  }),
  route({
    method: "post",
    path: "/teams/check",
    summary: "What stands against a team, by the rules of the team file; nothing is kept",
    body: CheckBody,
    gives: {
      kind: "json",
      shape: CheckAnswer,
      answer: async (asked) => teams.check(withoutUndefined(asked.body), by(asked)),
    },
  }),
  route({
    method: "get",
    path: "/teams/{workspace}/{name}",
    summary: "A team as text",
    params: TeamParams,
    gives: { kind: "json", shape: TeamAnswer, answer: async (asked) => teams.get(asked.params, by(asked)) },
  }),
  route({
    method: "put",
    path: "/teams/{workspace}/{name}",
    summary: "Keeps a team on the shelf, where nobody was faster",
    params: TeamParams,
    body: SaveBody,
    gives: { kind: "json", shape: SaveAnswer, answer: async (asked) => teams.save(asked.params, asked.body, by(asked)) },
  }),
  route({
    method: "delete",
    path: "/teams/{workspace}/{name}",
    summary: "Takes a team off the shelf, where nobody was faster",
    params: TeamParams,
    query: RemoveQuery,
    gives: {
      kind: "json",
      shape: Nothing,
      answer: async (asked) => teams.remove(asked.params, asked.query.revision, by(asked)),
    },
  }),
  route({
    method: "get",
    path: "/teams/{workspace}/{name}/versions",
    summary: "What the team was kept as before, newest first",
    params: TeamParams,
    gives: { kind: "json", shape: VersionsAnswer, answer: async (asked) => teams.versions(asked.params, by(asked)) },
  }),
  route({
    method: "get",
    path: "/runs/{thread}/{seq}/team",
    summary: "The team of a run as it was when the run began",
    params: RunParams,
    gives: { kind: "json", shape: TeamOfRunAnswer, answer: async ({ params, sight }) => teams.ofRun(params, sight) },
  }),
  route({
    method: "post",
    path: "/playground",
    summary: "Begins a run of a team that is not kept; it is in the store like any run, and follows nobody in a channel",
    body: PlayBody,
    looksAt: ({ recorded }) => recorded,
    gives: { kind: "json", shape: PlayAnswer, answer: async (asked) => teams.play(asked.body, by(asked)) },
  }),
];

const by = ({ session, sight }: Asked<unknown, unknown>) => ({ asker: session.asker, sight });

function withoutUndefined({ editing, ...rest }: z.infer<typeof CheckBody>) {
  return { ...rest, ...(editing === undefined ? {} : { editing }) };
}
