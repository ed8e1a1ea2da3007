import { nameKey } from "../../engine/names.ts";

/** What an agent is referred to in a team: fields of agents, of the policy and of the team's goal that hold names, or lists of them. */
const REFERENCES: ReadonlySet<string> = new Set([
  "handoffs",
  "to",
  "runs",
  "from",
  "after",
  "next",
  "entry",
  "handoff",
  "source",
  "agents",
]);

/**
 * A team in which every reference to one of its agents is spelled as the agent's own name: in the form that Unicode composes, in upper or lower
 * case, they are one name. References to nobody of the team stay as they are, for the checks to tell of.
 */
export function withOwnSpellings<Team extends { readonly agents: readonly { readonly name: string }[] }>(team: Team): Team {
  const own = new Map(team.agents.map(({ name }) => [nameKey(name), name]));
  const names = new Set(own.values());
  const spelled = (value: unknown): unknown => {
    if (typeof value === "string") return names.has(value) ? value : (own.get(nameKey(value)) ?? value);
    return Array.isArray(value) ? value.map((one) => (typeof one === "string" ? spelled(one) : walked(one))) : walked(value);
  };
  const walked = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walked);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, REFERENCES.has(key) ? spelled(one) : walked(one)]));
  };
  const { agents, speakers, stop, stances } = team as Team & {
    readonly speakers?: unknown;
    readonly stop?: unknown;
    readonly stances?: unknown;
  };
  const members = agents.map((agent) => {
    const { handoffs, runs, hears } = agent as { readonly handoffs?: unknown; readonly runs?: unknown; readonly hears?: unknown };
    return {
      ...agent,
      ...(handoffs === undefined ? {} : { handoffs: spelled(handoffs) }),
      ...(runs === undefined ? {} : { runs: spelled(runs) }),
      ...(hears === undefined ? {} : { hears: walked(hears) }),
    };
  });
  return {
    ...team,
    agents: members,
    ...(speakers === undefined ? {} : { speakers: walked(speakers) }),
    ...(stop === undefined ? {} : { stop: walked(stop) }),
    ...(Array.isArray(stances) ? { stances: spelled(stances) } : {}),
  };
}
