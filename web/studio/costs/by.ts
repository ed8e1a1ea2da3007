/** What costs are divided by, and how it is called; as the API has it (`COSTS_BY`). */
export const COSTS_BY_NAMES = { team: "team", agent: "agent", model: "model", place: "channel", person: "person" } as const;
export type CostsBy = keyof typeof COSTS_BY_NAMES;
