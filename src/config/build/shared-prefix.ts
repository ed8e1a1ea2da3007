import { handoffsOf, recallOf, type AssistantSettings } from "../schema/agents.ts";
import type { TeamSettings } from "../schema/team-file.ts";

/** Policies under which agents speak one after the other, each having heard all that was said before. */
const ONE_BY_ONE = new Set(["selector", "round-robin"]);
/**
 * What is said to one agent alone is read anew on each call, what its own prefix would hold is read from the cache; but each message of the others
 * is read anew by every agent with a prefix of its own. So a shared prefix pays while an agent's instructions are shorter than what the others
 * say between two turns of it: some 600 characters each.
 */
const OWN_CHARS_PER_OTHER_MAX = 600;

/**
 * The agents of the team who begin their requests alike, this one among them: same model, nothing to call, nothing that only one of them hears. None
 * where it is the only one, or has more instructions of its own than that saves.
 */
export function sharersWith(agent: AssistantSettings, team: TeamSettings): readonly AssistantSettings[] {
  if (!ONE_BY_ONE.has(team.speakers.policy) || team.knowledge || !isPlain(agent)) return [];
  const alike = team.agents.filter((one): one is AssistantSettings => isPlain(one) && one.model === agent.model);
  const sharers = alike.filter(({ instructions }) => instructions.length <= OWN_CHARS_PER_OTHER_MAX * (alike.length - 1));
  return sharers.length > 1 && sharers.some(({ name }) => name === agent.name) ? sharers : [];
}

function isPlain(agent: TeamSettings["agents"][number]): agent is AssistantSettings {
  if ((agent.kind ?? "assistant") !== "assistant") return false;
  const { tools, answer, context, hears } = agent as AssistantSettings;
  const calls = tools.length > 0 || handoffsOf(agent).length > 0 || recallOf(agent as AssistantSettings) !== undefined;
  return !calls && answer === undefined && hears === undefined && !(typeof context === "object" && "summary" in context);
}
