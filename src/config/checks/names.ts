import { transferTool } from "../../engine/agents/handoff.ts";
import { isSameName } from "../../engine/names.ts";
import { looksLike } from "../../lookalikes.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { Path, Report, Surroundings } from "./report.ts";

/**
 * Everybody who speaks in a thread can be told apart, the members of teams inside the team too, and no team is inside itself. A team that is
 * inside twice is looked into once, so that the work is bounded by the number of teams.
 */
export function checkNames(name: string, team: TeamSettings, { teams }: Surroundings, report: Report): void {
  const seen = new Map<string, string>();
  const visited = new Set([name]);

  function visit(members: TeamSettings, trail: readonly string[], at: Path | undefined): void {
    for (const [index, agent] of members.agents.entries()) {
      claim(agent.name, trail, at, ["agents", index, "name"]);
      if (agent.kind === "team") enter(agent.team, trail, at ?? ["agents", index, "team"]);
    }
    for (const leader of leaderOf(members)) claim(leader, trail, at, ["speakers", "name"]);
  }

  function claim(speaker: string, trail: readonly string[], at: Path | undefined, own: Path): void {
    const other =
      seen.get(transferTool(speaker)) ?? [...seen.values()].find((one) => isForeign(one) !== isForeign(speaker) && looksLike(one, speaker));
    if (other !== undefined) report("mistake", at ?? own, tooAlike(speaker, other, at && trail.at(-1)));
    seen.set(transferTool(speaker), speaker);
  }

  function enter(inner: string, trail: readonly string[], at: Path): void {
    const way = [...trail, inner];
    if (trail.includes(inner)) return; // checkRecursion tells of it.
    if (visited.has(inner))
      report("mistake", at, `the team "${inner}" is in it twice, and nobody could tell its members apart. Take one out.`);
    else {
      visited.add(inner);
      const members = teams.get(inner);
      if (members) visit(members, way, at);
    }
  }

  visit(team, [name], undefined);
}

/** Whether it has letters of another script than Latin: some look like Latin ones. */
const isForeign = (name: string): boolean => /(?!\p{Script=Latin})\p{L}/u.test(name);

function tooAlike(name: string, other: string, inside: string | undefined): string {
  const where = inside === undefined ? "" : ` (of the team "${inside}")`;
  const how = isSameName(other, name) ? "the same name, upper and lower case aside" : "too like each other to be told apart";
  return `"${name}"${where} and "${other}" are ${how}; give each agent its own.`;
}

/** Everybody whose words a team's agents hear: themselves, the one who leads them aloud, and the members of teams inside that speak for themselves. */
export function heardIn(team: TeamSettings, { teams }: Pick<Surroundings, "teams">): string[] {
  const inner = new Set([team]);
  // A set hands out what is added while it is walked; each team is looked into once.
  for (const { agents } of inner)
    for (const agent of agents) {
      const members = agent.kind === "team" && agent.voice === "members" ? teams.get(agent.team) : undefined;
      if (members) inner.add(members);
    }
  return [...inner].flatMap((one) => [...one.agents.map((agent) => agent.name), ...leaderOf(one)]);
}

const leaderOf = ({ speakers }: TeamSettings): string[] => (speakers.policy === "magentic" ? [speakers.name] : []);
