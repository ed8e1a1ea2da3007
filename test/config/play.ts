import { createHash } from "node:crypto";
import type { Notebook, Web } from "../../src/config/build/parts.ts";
import { buildTeams } from "../../src/config/build.ts";
import type { McpServers } from "../../src/config/mcp-servers.ts";
import { createModelFor } from "../../src/config/build/models.ts";
import type { ModelRequest } from "../../src/engine/model.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { openLog } from "../support/scripted.ts";
import { fakeExecutor, ran } from "./fake-executor.ts";
import { instantly } from "./instantly.ts";
import { load } from "./team-files.ts";

export interface Stage {
  readonly replies?: string;
  readonly executor?: Executor;
  readonly servers?: Pick<McpServers, "tools">;
  readonly notes?: Notebook;
  readonly web?: Partial<Web>;
}

/** The teams of a file whose models all speak from `replies`, as they are used: loaded, checked and built. `asked`: what the models were asked. */
export function stage(
  teamFile: string,
  { replies = "replies: {}", executor = fakeExecutor(() => ran("")), servers, notes, web }: Stage = {},
) {
  const settings = load({ "parley.yml": `models: { m: { provider: replay, file: replies.yml } }\n${teamFile}`, "replies.yml": replies });
  const asked: ModelRequest[] = [];
  const create = createModelFor({ env: {}, clock: instantly });
  const teams = buildTeams(settings, {
    createModel: (...parts) => {
      const model = create(...parts);
      return {
        name: model.name,
        call(request, turn) {
          asked.push(request);
          return model.call(request, turn);
        },
      };
    },
    executor,
    keepFile: async (content) => createHash("sha256").update(content).digest("hex"),
    ...(servers === undefined ? {} : { servers }),
    ...(notes === undefined ? {} : { notes }),
    ...(web === undefined ? {} : { web }),
  });
  return { settings, teams, asked, askedOf: (agent: string) => asked.filter((request) => request.agent === agent) };
}

/** Lets a team of the file work on a task; each answer is given when it waits for one. The team is built anew after each, as after a restart. */
export async function play(
  teamFile: string,
  { task = "Go", answers = [], ...rest }: Stage & { task?: string; answers?: readonly string[] },
) {
  const on = stage(teamFile, rest);
  const log = openLog();
  log.start(task);
  await log.run(on.teams.build(on.teams.default, "t"));
  for (const answer of answers) {
    log.reply(answer);
    await log.run(on.teams.build(on.teams.default, "t"));
  }
  return { ...on, log, said: log.said().slice(1) };
}
