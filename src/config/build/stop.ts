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
} from "../../engine/termination.ts";
import type { TerminationCondition } from "../../engine/team.ts";
import type { StopSettings } from "../schema/stop.ts";
import type { ToolSettings } from "../schema/tools.ts";
import { calledAs } from "../tool-names.ts";

/** A condition of the file has exactly one key; the schema sees to it. */
export function conditionOf(stop: StopSettings, tools: ReadonlyMap<string, ToolSettings>): TerminationCondition {
  if (stop.any) return any(...stop.any.map((inner) => conditionOf(inner, tools)));
  if (stop.all) return all(...stop.all.map((inner) => conditionOf(inner, tools)));
  if (stop.textMention !== undefined)
    return typeof stop.textMention === "string"
      ? textMention(stop.textMention)
      : textMention(stop.textMention.text, stop.textMention.agents);
  if (stop.maxMessages !== undefined)
    return typeof stop.maxMessages === "number"
      ? maxMessages(stop.maxMessages)
      : maxMessages(stop.maxMessages.count, { events: stop.maxMessages.events ?? false });
  if (stop.maxTurns !== undefined) return maxTurns(stop.maxTurns);
  if (stop.tokens !== undefined) return tokens(tokenLimits(stop.tokens));
  if (stop.usd !== undefined) return usd(stop.usd);
  if (stop.minutes !== undefined) return minutes(stop.minutes);
  if (stop.handoff !== undefined) return handoffTo(stop.handoff);
  if (stop.source !== undefined) return source(...[stop.source].flat());
  if (stop.toolCalled !== undefined) return toolCalled(calledAs(stop.toolCalled, tools) ?? stop.toolCalled);
  if (stop.stopMessage) return stopMessage();
  throw new Error("a condition without a key got past the schema");
}

function tokenLimits(limits: NonNullable<StopSettings["tokens"]>): { total?: number; input?: number; output?: number } {
  if (typeof limits === "number") return { total: limits };
  const { total, input, output } = limits;
  return {
    ...(total === undefined ? {} : { total }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}
