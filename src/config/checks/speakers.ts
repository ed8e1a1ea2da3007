import { USER } from "../../engine/policies/selector-rules.ts";
import { HUMAN } from "../../engine/events/events.ts";
import { handoffsOf, targetOf } from "../schema/agents.ts";
import type { SelectorSpeakers } from "../schema/speakers.ts";
import { get } from "../build/parts.ts";
import type { Registry } from "../registry/registry.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { selectorModel } from "../selector-model.ts";
import { namesOf, unknownAgent, type Path, type Report, type Surroundings } from "./report.ts";
import { checkModel } from "./tools.ts";

/** The policy can choose among these agents, and something ends the run. */
export function checkSpeakers(team: TeamSettings, around: Surroundings, registry: Registry, report: Report): void {
  const { speakers } = team;
  const definition = get(registry.policy, speakers.policy);
  definition.check?.(speakers, { team, path: ["speakers"], around, report });
  if (!team.stop && !definition.endsByItself)
    report(
      "warning",
      [],
      `has no \`stop\`, and ${speakers.policy} never decides to finish: every run goes to its limits. Add \`stop: { textMention: TERMINATE }\`.`,
    );
}

export function checkSelector(speakers: SelectorSpeakers, team: TeamSettings, around: Surroundings, report: Report): void {
  const model = selectorModel(team, around.models);
  if (model !== undefined) checkModel(model, ["speakers", "model"], around, report);
  else
    report(
      "mistake",
      ["speakers"],
      "has no model to choose with, and no agent that has one: add `model`, or a model named `fast` under `models`.",
    );
  checkRules(speakers, namesOf(team), report);
  if (speakers.prompt !== undefined && !speakers.prompt.includes("{participants}"))
    report("warning", ["speakers", "prompt"], "does not say who may be chosen: put {participants} into it.");
  if (team.agents.length < 2)
    report("mistake", ["speakers"], "there is only one agent to select; add another one, or use round-robin, which does the same.");
  else if (team.agents.length === 2 && !speakers.allowRepeats)
    report(
      "warning",
      ["speakers"],
      "of two agents without repeats only one is left to choose, so the model is never asked and never decides to finish. Set `allowRepeats: true`, or use round-robin.",
    );
}

function checkRules({ rules, candidates }: SelectorSpeakers, names: readonly string[], report: Report): void {
  const speaker = (name: string, path: Path) => {
    if (name !== USER && !names.includes(name))
      report("mistake", path, unknownAgent(`waits for words of "${name}"`, name, [...names, USER]));
  };
  const chosen = (name: string, path: Path) => {
    if (!names.includes(name)) report("mistake", path, unknownAgent(`chooses "${name}"`, name, names));
  };
  const settled = new Set<string>();
  for (const [index, { after, when, next }] of rules.entries()) {
    const path = ["speakers", "rules", index];
    speaker(after, [...path, "after"]);
    chosen(next, [...path, "next"]);
    if (settled.has(after)) report("warning", path, `is never reached: a rule above it holds for all words of "${after}". Take one out.`);
    if (!when) settled.add(after);
  }
  for (const [index, { after, next }] of candidates.entries()) {
    const path = ["speakers", "candidates", index];
    speaker(after, [...path, "after"]);
    for (const [position, name] of next.entries()) chosen(name, [...path, "next", position]);
    if (settled.has(after)) report("warning", path, `is never used: a rule decides who follows "${after}". Take one out.`);
  }
}

export function checkSwarm(team: TeamSettings, report: Report): void {
  const targets = team.agents.map((agent) =>
    handoffsOf(agent)
      .map(targetOf)
      .filter((to) => to !== HUMAN),
  );
  if (team.agents.length > 1 && targets[0]?.length === 0)
    report(
      "mistake",
      ["agents", 0],
      `"${team.agents[0]?.name}" begins the swarm and cannot hand over, so nobody else ever speaks. Give it handoffs, or put another agent first.`,
    );
  const reached = new Set([team.agents[0]?.name, ...targets.flat()]);
  for (const [index, agent] of team.agents.entries()) {
    const path = ["agents", index];
    if (agent.kind === "human")
      report(
        "mistake",
        path,
        `"${agent.name}" would keep the floor of the swarm for ever. Give \`handoffs: [human]\` to the agents that may ask.`,
      );
    else if (agent.kind === "code-runner")
      report("mistake", path, `"${agent.name}" cannot hand the floor on and would keep it for ever. Use a coder, or the selector policy.`);
    else if (!reached.has(agent.name) && targets[0]?.length !== 0)
      report("warning", path, `nobody hands over to "${agent.name}", so it never speaks. Add it to an agent's handoffs.`);
  }
}
