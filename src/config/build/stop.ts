import {
  all,
  any,
  handoffTo,
  maxMessages,
  maxTurns,
  minutes,
  source,
  stopMessage,
  textMention,
  tokens,
  toolCalled,
  usd,
} from "../../engine/limits/termination.ts";
import type { TerminationCondition } from "../../engine/team.ts";
import type { Conditions, StopSettings } from "../schema/stop.ts";
import type { ToolSettings } from "../schema/tools.ts";
import { calledAs } from "../tool-names.ts";

/** A condition of the file has exactly one key; the schema sees to it. */
export function conditionOf(stop: StopSettings, tools: ReadonlyMap<string, ToolSettings>): TerminationCondition {
  if (stop.any) return any(...stop.any.map((inner) => conditionOf(inner, tools)));
  if (stop.all) return all(...stop.all.map((inner) => conditionOf(inner, tools)));
  const [[key, value] = []] = Object.entries(stop).filter(([, given]) => given !== undefined);
  if (key === undefined) throw new Error("a condition without a key got past the schema");
  return (CONDITIONS[key as keyof Conditions] as Make<unknown>)(value, tools);
}

type Make<Value> = (value: Value, tools: ReadonlyMap<string, ToolSettings>) => TerminationCondition;

/** A key of the schema without a line here does not compile. */
const CONDITIONS: { readonly [Key in keyof Conditions]-?: Make<NonNullable<Conditions[Key]>> } = {
  textMention: (words) => (typeof words === "string" ? textMention(words) : textMention(words.text, words.agents, words.where)),
  maxMessages: (most) => (typeof most === "number" ? maxMessages(most) : maxMessages(most.count, { events: most.events ?? false })),
  maxTurns,
  tokens: (limits) => tokens(tokenLimits(limits)),
  usd,
  minutes,
  handoff: handoffTo,
  source: (agents) => source(...[agents].flat()),
  toolCalled: (tool, tools) => toolCalled(calledAs(tool, tools) ?? tool),
  stopMessage,
};

function tokenLimits(limits: NonNullable<Conditions["tokens"]>): { total?: number; input?: number; output?: number } {
  if (typeof limits === "number") return { total: limits };
  const { total, input, output } = limits;
  return {
    ...(total === undefined ? {} : { total }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}
