import { HUMAN } from "../../engine/events/events.ts";
import { ledBy } from "../../engine/policies/led-by.ts";
import { unlessStuck } from "../../engine/policies/unless-stuck.ts";
import type { Agent, SpeakerPolicy } from "../../engine/team.ts";
import type { Registry } from "../registry/registry.ts";
import { handoffsOf, targetOf } from "../schema/agents.ts";
import type { TeamSettings } from "../schema/team-file.ts";
import { anyModel } from "../selector-model.ts";
import { get, type Parts } from "./parts.ts";
import { contextOf } from "./thinking.ts";

/**
 * Who speaks next, and the agent that leads where one does; without one, an eye on whether the team goes in a circle. `within`: the participant, or the
 * tool, behind which the team is.
 */
export function speakersOf(
  team: TeamSettings,
  agents: readonly Agent[],
  parts: Parts,
  registry: Registry,
  watched: (leader: Agent) => Agent,
  within: string | undefined,
): SpeakerPolicy {
  const { speakers } = team;
  const definition = get(registry.policy, speakers.policy);
  const asks = mayAskHuman(team);
  let isLed = false;
  const policy = definition.build(speakers, {
    agents,
    mayAskHuman: asks,
    languages: parts.executor.capabilities.languages,
    within,
    model: (name) => parts.modelNamed(name),
    anyModel: () => parts.modelNamed(anyModel(team, parts.settings.models) ?? ""),
    context: (settings) => contextOf(settings, parts),
    led(leader) {
      isLed = true;
      return ledBy(watched(leader));
    },
  });
  if (isLed || !("stallsMax" in speakers) || !(speakers.mayAskHuman ?? asks)) return policy;
  return unlessStuck(policy, { stallsMax: speakers.stallsMax, keepsFloor: definition.keepsFloor ?? false });
}

/** A team none of whose agents may ask people is not to wait for them either. */
const mayAskHuman = (team: TeamSettings): boolean =>
  team.agents.some((agent) => agent.kind === "human" || handoffsOf(agent).some((handoff) => targetOf(handoff) === HUMAN));
