import { ledger } from "../../engine/agents/leaders/ledger.ts";
import { selector } from "../../engine/agents/leaders/selector.ts";
import { HUMAN } from "../../engine/events/events.ts";
import { graph, type Edge } from "../../engine/policies/graph.ts";
import { ledBy } from "../../engine/policies/led-by.ts";
import { roundRobin } from "../../engine/policies/round-robin.ts";
import { candidatesByRule, nextByRule } from "../../engine/policies/selector-rules.ts";
import { swarm } from "../../engine/policies/swarm.ts";
import { unlessStuck } from "../../engine/policies/unless-stuck.ts";
import type { Agent, SpeakerPolicy } from "../../engine/team.ts";
import { selectorModel } from "../selector-model.ts";
import { handoffsOf, targetOf } from "../schema/agents.ts";
import type { GraphSpeakers } from "../schema/speakers.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import type { Parts } from "./parts.ts";
import { contextOf } from "./thinking.ts";

/** Who speaks next, and the agent that leads where one does. `within`: the participant, or the tool, behind which the team is. */
export function speakersOf(...given: Parameters<typeof policyOf>): SpeakerPolicy {
  const [team] = given;
  const { speakers } = team;
  const policy = policyOf(...given);
  const isLed = "model" in speakers;
  if (isLed || !("stallsMax" in speakers) || !(speakers.mayAskHuman ?? mayAskHuman(team))) return policy;
  return unlessStuck(policy, { stallsMax: speakers.stallsMax, keepsFloor: speakers.policy === "swarm" });
}

function policyOf(
  team: TeamSettings,
  agents: readonly Agent[],
  parts: Parts,
  watched: (leader: Agent) => Agent,
  within: string | undefined,
): SpeakerPolicy {
  const { speakers } = team;
  switch (speakers.policy) {
    case "round-robin":
      return roundRobin;
    case "selector": {
      const { allowRepeats, attempts, stallsMax, prompt, rules, candidates } = speakers;
      return ledBy(
        watched(
          selector({
            model: parts.modelNamed(selectorModel(team, parts.settings.models) ?? ""),
            agents,
            allowRepeats,
            attempts,
            stallsMax,
            mayAskHuman: speakers.mayAskHuman ?? mayAskHuman(team),
            historyMessagesMax: speakers.historyMessages,
            rule: nextByRule(rules, parts.executor.capabilities.languages),
            candidates: candidatesByRule(candidates),
            ...(prompt === undefined ? {} : { prompt }),
            ...(within === undefined ? {} : { within }),
          }),
        ),
      );
    }
    case "swarm":
      return swarm;
    case "graph":
      return graph(
        speakers.edges.map(edgeOf),
        agents.map((agent) => agent.name),
        speakers.entry,
      );
    case "magentic": {
      const { name, attempts, stallsMax, replansMax, reviewPlan } = speakers;
      return ledBy(
        watched(
          ledger({
            name,
            model: parts.modelNamed(speakers.model),
            agents,
            attempts,
            stallsMax,
            replansMax,
            reviewPlan,
            mayAskHuman: speakers.mayAskHuman ?? mayAskHuman(team),
            context: contextOf(speakers.context, parts),
          }),
        ),
      );
    }
  }
}

/** A team none of whose agents may ask people is not to wait for them either. */
const mayAskHuman = (team: TeamSettings): boolean =>
  team.agents.some((agent) => agent.kind === "human" || handoffsOf(agent).some((handoff) => targetOf(handoff) === HUMAN));

const edgeOf = ({ from, to, ifContains, group, join }: GraphSpeakers["edges"][number]): Edge => ({
  from,
  to,
  join,
  ...(ifContains === undefined ? {} : { ifContains }),
  ...(group === undefined ? {} : { group }),
});
