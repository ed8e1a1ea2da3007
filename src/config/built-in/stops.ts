import {
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
import { checkCap, checkHandoff, checkSources, checkStopMessage, checkToolCalled } from "../checks/stop.ts";
import { defineStop } from "../define/stop.ts";
import { CONDITIONS, type Conditions } from "../schema/stop.ts";
import { calledAs } from "../tool-names.ts";

export const stops = [
  defineStop({
    name: "textMention",
    schema: CONDITIONS.textMention,
    build: (words) => (typeof words === "string" ? textMention(words) : textMention(words.text, words.agents, words.where)),
    check: (words, found) =>
      checkSources(
        (typeof words === "string" ? [] : (words.agents ?? [])).map((name, index) => ({ name, at: ["agents", index] })),
        found,
      ),
  }),
  defineStop({
    name: "maxMessages",
    schema: CONDITIONS.maxMessages,
    build: (most) => (typeof most === "number" ? maxMessages(most) : maxMessages(most.count, { events: most.events ?? false })),
  }),
  defineStop({
    name: "maxTurns",
    schema: CONDITIONS.maxTurns,
    build: (turns) => maxTurns(turns),
    check: (turns, found) => checkCap("turns", turns, found),
  }),
  defineStop({
    name: "tokens",
    schema: CONDITIONS.tokens,
    build: (limits) => tokens(tokenLimits(limits)),
    check: (limits, found) => checkCap("tokens", tokenLimits(limits).total, found),
  }),
  defineStop({ name: "usd", schema: CONDITIONS.usd, build: (most) => usd(most), check: (most, found) => checkCap("usd", most, found) }),
  defineStop({
    name: "minutes",
    schema: CONDITIONS.minutes,
    build: (most) => minutes(most),
    check: (most, found) => checkCap("minutes", most, found),
  }),
  defineStop({ name: "handoff", schema: CONDITIONS.handoff, build: (to) => handoffTo(to), check: (to, found) => checkHandoff(to, found) }),
  defineStop({
    name: "source",
    schema: CONDITIONS.source,
    build: (agents) => source(...[agents].flat()),
    check: (agents, found) =>
      checkSources(typeof agents === "string" ? [{ name: agents, at: [] }] : agents.map((name, index) => ({ name, at: [index] })), found),
  }),
  defineStop({
    name: "toolCalled",
    schema: CONDITIONS.toolCalled,
    build: (tool, { tools }) => toolCalled(calledAs(tool, tools) ?? tool),
    check: (tool, found) => checkToolCalled(tool, found),
  }),
  defineStop({
    name: "stopMessage",
    schema: CONDITIONS.stopMessage,
    build: () => stopMessage(),
    check: (_asked, found) => checkStopMessage(found),
  }),
];

function tokenLimits(limits: NonNullable<Conditions["tokens"]>): { total?: number; input?: number; output?: number } {
  if (typeof limits === "number") return { total: limits };
  const { total, input, output } = limits;
  return {
    ...(total === undefined ? {} : { total }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}
