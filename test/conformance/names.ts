import { HUMAN } from "../../src/engine/events/events.ts";
import type { ConditionSetup, Scenario } from "./format.ts";

/**
 * A scenario in which nobody has a name that the engine keeps for itself: a participant called `human` is called otherwise, and whoever a run
 * ends at with a hand-over, and is no agent, is the person `user`.
 */
export function withOwnNames(scenario: Scenario): Scenario {
  const { agents = [], team } = scenario.setup;
  const names = agents.map(({ name }) => name);
  const inTeams = [team, ...agents].flatMap((one) => one?.participants ?? []);
  const conditions = [team?.termination, ...agents.map(({ termination }) => termination)];
  const outside = conditions.flatMap(handedTo).filter((name) => !names.includes(name) && name !== HUMAN && name !== "user");
  const others = [...(inTeams.includes(HUMAN) ? [[HUMAN, "a_person"] as const] : []), ...outside.map((name) => [name, "user"] as const)];
  if (others.length === 0) return scenario;
  const text = others.reduce((told, [name, other]) => told.replaceAll(wholeWord(name), other), JSON.stringify(scenario));
  return JSON.parse(text) as Scenario;
}

function handedTo(condition: ConditionSetup | undefined): readonly string[] {
  if (condition === undefined) return [];
  const inner = [..."and" in condition ? condition.and as readonly ConditionSetup[] : [], ..."or" in condition ? condition.or as readonly ConditionSetup[] : []]; // prettier-ignore
  return "type" in condition && condition.type === "handoff" ? [String(condition.target)] : inner.flatMap(handedTo);
}

/** Also in the name of a tool, which is of words with underscores between them. */
const wholeWord = (name: string): RegExp =>
  new RegExp(`(?<![\\p{L}\\p{N}])${name.replaceAll(/[^\p{L}\p{N}_]/gu, "\\$&")}(?![\\p{L}\\p{N}])`, "gu");
