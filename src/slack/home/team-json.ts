import { z } from "zod";
import { nameKey } from "../../engine/names.ts";
import type { Translator } from "../language/translator.ts";
import type { Filled } from "../words/form-inputs.ts";
import { INPUT_CHARS_MAX } from "../words/limits.ts";

/**
 * A team as the team file has it, as far as the forms of App Home know it. What they do not know stays as it is; whether the whole is right,
 * the shelf says (team-shelf.ts).
 */
const optionalText = z.string().optional().catch(undefined);
const number = z.number().optional().catch(undefined);

export const AgentJson = z.looseObject({
  name: z.string().catch(""),
  kind: optionalText,
  icon: optionalText,
  description: z.string().catch(""),
  model: optionalText,
  instructions: optionalText,
  tools: z.array(z.string()).optional().catch(undefined),
  handoffs: z.array(z.unknown()).optional().catch(undefined),
  runs: z.array(z.string()).optional().catch(undefined),
  hears: z
    .array(z.looseObject({ from: z.string() }))
    .optional()
    .catch(undefined),
});
export type AgentJson = z.output<typeof AgentJson>;

const TeamShape = z.looseObject({
  description: z.string().catch(""),
  speakers: z.looseObject({ policy: z.string().catch(""), model: optionalText }).catch({ policy: "", model: undefined }),
  agents: z.array(AgentJson).catch([]),
  limits: z.looseObject({ turns: number, minutes: number, tokens: number, usd: number }).optional().catch(undefined),
  stop: z.unknown().optional(),
  quiet: z.boolean().optional().catch(undefined),
});
export type TeamJson = z.output<typeof TeamShape>;

/** A value that is no team at all reads as an empty one. */
export const teamJson = (value: unknown): TeamJson => TeamShape.catch(TeamShape.parse({})).parse(value);

/** Whether the forms can change it: those with more to say are for YAML. */
export const POLICIES = ["round-robin", "selector", "swarm", "magentic"] as const;
export const isKnownPolicy = (policy: string): policy is (typeof POLICIES)[number] => POLICIES.some((one) => one === policy);

/** Agents with a model of their own, which the form can change. */
export const thinks = ({ kind }: AgentJson): boolean => kind === undefined || kind === "assistant" || kind === "coder";
export const hasTools = ({ kind }: AgentJson): boolean => kind === undefined || kind === "assistant";

/** The goal as a list of words, where it is no more than that. */
export function plainStopWords(stop: unknown): readonly string[] | undefined {
  if (stop === undefined) return [];
  const one = z.strictObject({ textMention: z.string() });
  const single = one.safeParse(stop).data;
  if (single) return [single.textMention];
  return z
    .strictObject({ any: z.array(one) })
    .safeParse(stop)
    .data?.any.map(({ textMention }) => textMention);
}

/** The fields of the team's form. */
export const TEAM = {
  name: "name",
  description: "description",
  from: "from",
  policy: "policy",
  model: "model",
  agents: "agents",
  turns: "turns",
  minutes: "minutes",
  tokens: "tokens",
  usd: "usd",
  stop: "stop",
  quiet: "quiet",
} as const;

const LIMITS = ["turns", "minutes", "tokens", "usd"] as const;

/** The team as the form would have it. What cannot be read is said by block. */
export function teamOfForm(t: Translator, before: TeamJson, form: Filled): { readonly team: TeamJson } | { readonly errors: Errors } {
  const errors: { [block: string]: string } = {};
  const team: TeamJson = { ...before, description: form.text(TEAM.description) || before.description };
  const policy = form.chosen(TEAM.policy) ?? before.speakers.policy;
  const model = form.chosen(TEAM.model);
  // Another policy has other settings: only the model goes with it.
  team.speakers = policy === before.speakers.policy ? { ...before.speakers } : { policy };
  if (policy === "selector" || policy === "magentic") {
    if (model !== undefined) team.speakers.model = model;
  }
  if (form.has(TEAM.agents)) {
    const order = linesOf(form.text(TEAM.agents));
    const unknown = order.filter((name) => !before.agents.some((agent) => isSame(agent.name, name)));
    if (unknown.length > 0) errors[TEAM.agents] = t("teamForms.error.unknownAgents", { names: unknown.join(", ") });
    else if (new Set(order.map(nameKey)).size < order.length) errors[TEAM.agents] = t("teamForms.error.twice");
    team.agents = order.flatMap((name) => before.agents.find((agent) => isSame(agent.name, name)) ?? []);
  }
  if (form.has(TEAM.turns)) {
    const limits: { [limit: string]: unknown } = { ...before.limits };
    for (const limit of LIMITS) {
      const text = form.text(limit);
      if (text === "") Reflect.deleteProperty(limits, limit);
      else if (!Number.isFinite(Number(text))) errors[limit] = t("teamForms.error.number");
      else limits[limit] = Number(text);
    }
    team.limits = limits;
    if (Object.keys(limits).length === 0) Reflect.deleteProperty(team, "limits");
  }
  if (form.has(TEAM.stop)) {
    const words = linesOf(form.text(TEAM.stop)).map((textMention) => ({ textMention }));
    team.stop = words.length > 1 ? { any: words } : words[0];
    if (words.length === 0) Reflect.deleteProperty(team, "stop");
  }
  if (form.has(TEAM.quiet)) {
    team.quiet = form.several(TEAM.quiet).length > 0;
    if (!team.quiet) Reflect.deleteProperty(team, "quiet");
  }
  return Object.keys(errors).length > 0 ? { errors } : { team };
}

/** The team with no limit above these: a copy of one that may have more. */
export function lowered(team: TeamJson, ceilings: { readonly [limit in (typeof LIMITS)[number]]: number }): TeamJson {
  if (!team.limits) return team;
  const limits = { ...team.limits };
  for (const limit of LIMITS) limits[limit] &&= Math.min(limits[limit], ceilings[limit]);
  return { ...team, limits };
}

/** What is wrong, by block of the form. */
export type Errors = { readonly [block: string]: string };

/** The fields of an agent's form. */
export const AGENT = {
  team: "team",
  kind: "kind",
  name: "name",
  icon: "icon",
  description: "description",
  instructions: "instructions",
  more: "more",
  model: "model",
  tools: "tools",
  handoffs: "handoffs",
} as const;

/** The instructions in two pieces, as two fields hold them; `undefined` when they are too long for the form. */
export function inTwo(instructions: string): readonly [string, string] | undefined {
  if (instructions.length <= INPUT_CHARS_MAX) return [instructions, ""];
  const line = instructions.lastIndexOf("\n", INPUT_CHARS_MAX);
  const cut = line > 0 ? line : instructions.lastIndexOf(" ", INPUT_CHARS_MAX);
  const [first, second] = [instructions.slice(0, cut), instructions.slice(cut + 1)];
  return cut > 0 && second.length <= INPUT_CHARS_MAX ? [first, second] : undefined;
}

/** The team with one agent changed or, with no `name`, one more. */
export function withAgent(before: TeamJson, name: string | undefined, form: Filled): TeamJson {
  const old = before.agents.find((agent) => agent.name === name);
  const kind = old?.kind ?? form.chosen(AGENT.kind);
  const agent: AgentJson = { ...old, name: form.text(AGENT.name), description: form.text(AGENT.description) };
  if (kind !== undefined && kind !== "assistant") agent.kind = kind;
  set(agent, "icon", form.text(AGENT.icon));
  if (thinks(agent)) {
    set(agent, "model", form.chosen(AGENT.model) ?? agent.model ?? "");
    if (form.has(AGENT.instructions))
      set(agent, "instructions", [form.text(AGENT.instructions), form.text(AGENT.more)].filter(Boolean).join("\n"));
  }
  if (form.has(AGENT.tools)) list(agent, "tools", form.several(AGENT.tools));
  if (form.has(AGENT.handoffs)) {
    const wanted = form.several(AGENT.handoffs);
    // A hand-over with a tool's name or words of its own keeps them.
    const kept = (old?.handoffs ?? []).filter((handoff) => wanted.includes(targetOf(handoff)));
    list(agent, "handoffs", [...kept, ...wanted.filter((to) => !kept.some((handoff) => targetOf(handoff) === to))]);
  }
  if (!old) return { ...before, agents: [...before.agents, agent] };
  const agents = before.agents.map((one) => (one === old ? agent : one));
  return { ...before, agents: agent.name === old.name ? agents : agents.map((one) => renamed(one, old.name, agent.name)) };
}

/** Without this agent, and without the hand-overs to it. */
export const withoutAgent = (before: TeamJson, name: string): TeamJson => ({
  ...before,
  agents: before.agents
    .filter((agent) => agent.name !== name)
    .map((agent) =>
      agent.handoffs?.some((handoff) => targetOf(handoff) === name)
        ? { ...agent, handoffs: agent.handoffs.filter((handoff) => targetOf(handoff) !== name) }
        : agent,
    ),
});

/** To whom a hand-over goes, as the team file may write it. */
export const targetOf = (handoff: unknown): string =>
  typeof handoff === "string" ? handoff : (z.looseObject({ to: z.string() }).safeParse(handoff).data?.to ?? "");

function renamed(agent: AgentJson, from: string, to: string): AgentJson {
  const name = (one: string) => (one === from ? to : one);
  return {
    ...agent,
    ...(agent.handoffs
      ? { handoffs: agent.handoffs.map((one) => (typeof one === "string" ? name(one) : { ...(one as object), to: name(targetOf(one)) })) }
      : {}),
    ...(agent.runs ? { runs: agent.runs.map(name) } : {}),
    ...(agent.hears ? { hears: agent.hears.map((one) => ({ ...one, from: name(one.from) })) } : {}),
  };
}

function set(agent: AgentJson, key: "icon" | "model" | "instructions", text: string): void {
  if (text === "") Reflect.deleteProperty(agent, key);
  else agent[key] = text;
}

function list(agent: AgentJson, key: "tools" | "handoffs", values: unknown[] | readonly string[]): void {
  if (values.length === 0) Reflect.deleteProperty(agent, key);
  else (agent as { [key: string]: unknown })[key] = [...values];
}

const isSame = (one: string, other: string): boolean => nameKey(one) === nameKey(other);
const linesOf = (text: string): string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
