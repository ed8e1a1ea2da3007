import { z } from "zod";
import { handoffTo } from "../../engine/stops/handoff.ts";
import { maxMessages } from "../../engine/stops/max-messages.ts";
import { maxTurns } from "../../engine/stops/max-turns.ts";
import { minutes } from "../../engine/stops/minutes.ts";
import { source } from "../../engine/stops/source.ts";
import { stopMessage } from "../../engine/stops/stop-message.ts";
import { textMention } from "../../engine/stops/text-mention.ts";
import { tokens } from "../../engine/stops/tokens.ts";
import { toolCalled } from "../../engine/stops/tool-called.ts";
import { usd } from "../../engine/stops/usd.ts";
import { checkCap, checkHandoff, checkSources, checkStopMessage, checkToolCalled } from "../checks/stop.ts";
import { defineStop } from "../define/stop.ts";
import { agentRef } from "../schema/names.ts";
import { CONDITIONS, STOP_LIST_MAX } from "../schema/stop.ts";
import { calledAs } from "../tool-names.ts";

const tokenCaps = z.union([
  z.int().positive(),
  z
    .strictObject({
      total: z.int().positive().optional(),
      input: z.int().positive().optional(),
      output: z.int().positive().optional(),
    })
    .refine((limits) => Object.keys(limits).length > 0, { error: "name at least one of total, input, output" }),
]);

const messages = z.int().positive().max(10_000);

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
    schema: z
      .union([
        messages,
        z.strictObject({ count: messages, events: z.boolean().optional().describe("Counts tool calls and code runs too.") }),
      ])
      .describe("Counts people's messages too."),
    build: (most) => (typeof most === "number" ? maxMessages(most) : maxMessages(most.count, { events: most.events ?? false })),
    check(most, { path, report }) {
      // Under `all` another condition has to hold as well.
      if ((typeof most === "number" ? most : most.count) === 1 && !path.includes("all"))
        report("warning", path, "is reached by the task itself, and nobody would speak. Write 2 or more.");
    },
  }),
  defineStop({
    name: "maxTurns",
    schema: z.int().positive().max(1000),
    build: (turns) => maxTurns(turns),
    check: (turns, found) => checkCap("turns", turns, found),
  }),
  defineStop({
    name: "tokens",
    schema: tokenCaps,
    build: (limits) => tokens(tokenLimits(limits)),
    check: (limits, found) => checkCap("tokens", tokenLimits(limits).total, found),
  }),
  defineStop({
    name: "usd",
    schema: z.number().positive(),
    build: (most) => usd(most),
    check: (most, found) => checkCap("usd", most, found),
  }),
  defineStop({
    name: "minutes",
    schema: z.number().positive(),
    build: (most) => minutes(most),
    check: (most, found) => checkCap("minutes", most, found),
  }),
  defineStop({ name: "handoff", schema: CONDITIONS.handoff, build: (to) => handoffTo(to), check: (to, found) => checkHandoff(to, found) }),
  defineStop({
    name: "source",
    schema: z
      .union([agentRef, z.array(agentRef).min(1).max(STOP_LIST_MAX)])
      .describe("Stops when this agent, or one of these, has spoken."),
    build: (agents) => source(...[agents].flat()),
    check: (agents, found) =>
      checkSources(typeof agents === "string" ? [{ name: agents, at: [] }] : agents.map((name, index) => ({ name, at: [index] })), found),
  }),
  defineStop({
    name: "toolCalled",
    schema: z
      .string()
      .min(1)
      .max(250)
      .describe("Stops when this tool has been called: a name under `tools`, server/tool, or transfer_to_…"),
    build: (tool, { tools }) => toolCalled(calledAs(tool, tools) ?? tool),
    check: (tool, found) => checkToolCalled(tool, found),
  }),
  defineStop({
    name: "stopMessage",
    schema: z.literal(true).describe("Stops when an agent asks for the end by itself."),
    build: () => stopMessage(),
    check: (_asked, found) => checkStopMessage(found),
  }),
];

function tokenLimits(limits: z.output<typeof tokenCaps>): { total?: number; input?: number; output?: number } {
  if (typeof limits === "number") return { total: limits };
  const { total, input, output } = limits;
  return {
    ...(total === undefined ? {} : { total }),
    ...(input === undefined ? {} : { input }),
    ...(output === undefined ? {} : { output }),
  };
}
