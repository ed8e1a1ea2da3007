import { readEnv } from "../../config/env.ts";
import { systemClock } from "../../engine/clock.ts";
import { readArguments } from "../arguments.ts";
import { print, type Io } from "../command.ts";
import { version } from "../version.ts";
import { DOOR_HELP, doorOf, refuseTaken } from "./door-of.ts";
import { openServed, SERVE_HELP, SERVE_OPTIONS, type Served } from "./open-served.ts";

export const help = `parley a2a [--team TEAM]... [--file FILE] [--db PATH] [--http [HOST:]PORT] [--name NAME]...

Serves each team as an agent that other agents talk to by A2A, version 1.0 and 0.3: its card is at /a2a/TEAM/.well-known/agent-card.json. A task is a
run; its status tells of each turn, its artifact is the answer, and it waits for input where an agent asks. See docs/a2a.md.

${SERVE_HELP}
${DOOR_HELP}
Without --http it is at 127.0.0.1:4211.

Limits and budgets of the team file hold; at a limit a run ends. What needs a person's yes is refused. Ctrl-C stops what goes on.

Exit codes: 0 ended when asked to; 1 an error; 2 bad usage or settings.`;

const PORT = 4211;

export async function run(args: readonly string[], io: Io): Promise<number> {
  const { values } = readArguments(args, { options: SERVE_OPTIONS });
  const at = doorOf(values.http ?? String(PORT), values.name, readEnv(io.cwd, io.env));
  const { promise: asked, resolve: interrupted } = Promise.withResolvers<void>();
  const release = io.onInterrupt(() => interrupted());
  let served: Served | undefined;
  try {
    served = await openServed(values, "a2a", io);
    const { conversations, log } = served;
    const { serveA2aOverHttp } = await import("../../serve/a2a/http.ts");
    const settings = { ...at, conversations, version: version(), clock: systemClock, log };
    const door = await serveA2aOverHttp(settings).catch((error: unknown) => refuseTaken(error, at));
    const cards = conversations.teams.map(({ name }) => `  ${door.url}a2a/${name}/.well-known/agent-card.json`);
    await print(io.stdout, `${["A2A is spoken here. The cards:", ...cards].join("\n")}\nCtrl-C ends it.`);
    await asked;
    await door.close();
  } finally {
    release();
    await served?.close();
  }
  return 0;
}
