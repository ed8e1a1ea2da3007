import { SELECTOR } from "../engine/reading/spender.ts";
import { nameKey } from "../engine/names.ts";
import type { PlayedScript } from "./file/script.ts";
import type { Settings } from "./load.ts";
import { reachable } from "./build/snapshot.ts";

/**
 * One line for each reply of a replay file that nobody asked for although it is for somebody of this team, or for nobody that the settings
 * know: the script and the run have parted. A file may hold other teams' replies as well.
 */
export function leftoversOf(settings: Settings, team: string, scripts: readonly PlayedScript[]): readonly string[] {
  const own = reachable(settings, team);
  const [here, anywhere] = [namesIn(own), namesIn(settings)];
  const counts = (agent: string) => {
    const name = nameKey(agent);
    return here.has(name) || !anywhere.has(name);
  };
  // Of one that was made several times, what none of them has said.
  return [...own.models.keys()].flatMap((model) => {
    const [first = [], ...others] = scripts.filter((one) => one.model === model).map((one) => one.leftovers(counts));
    return first.filter((line) => others.every((lines) => lines.includes(line)));
  });
}

/** Whose replies a file may hold, by the keys of their names: those of agents, of what leads, and of what is behind tools. */
function namesIn({ teams, tools }: Pick<Settings, "teams" | "tools">): ReadonlySet<string> {
  const names = [...teams.values()].flatMap(({ agents, speakers }) => [
    ...agents.flatMap(({ name }) => [name, `${name}/${SELECTOR}`]),
    ...(speakers.policy === "selector" ? [SELECTOR] : []),
    ...(speakers.policy === "magentic" ? [speakers.name] : []),
  ]);
  const behind = [...tools].flatMap(([name, { kind }]) => (kind === "agent" ? [name, `${name}/${SELECTOR}`] : []));
  return new Set([...names, ...behind].map(nameKey));
}
