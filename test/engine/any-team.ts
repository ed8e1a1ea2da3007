import { createHash } from "node:crypto";
import fc from "fast-check";
import { assistant, type AssistantSettings } from "../../src/engine/agents/assistant.ts";
import { ledger } from "../../src/engine/agents/leaders/ledger.ts";
import { selector } from "../../src/engine/agents/leaders/selector.ts";
import { subTeam } from "../../src/engine/agents/sub-team.ts";
import type { Model, ModelReply } from "../../src/engine/model.ts";
import { graph, type Edge } from "../../src/engine/policies/graph.ts";
import { ledBy } from "../../src/engine/policies/led-by.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { swarm } from "../../src/engine/policies/swarm.ts";
import type { Agent, SpeakerPolicy, Team, TerminationCondition } from "../../src/engine/team.ts";
import { any as anyOf } from "../../src/engine/limits/combined.ts";
import { maxMessages } from "../../src/engine/stops/max-messages.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { tokens } from "../../src/engine/stops/tokens.ts";
import { toolCalled } from "../../src/engine/stops/tool-called.ts";
import type { Tool } from "../../src/engine/tool.ts";
import { team } from "../support/scripted.ts";

/** A team as plain data, so that it can be built again after a crash and printed when a property fails. */
export interface AnyTeam {
  readonly policy: "round-robin" | "selector" | "swarm" | "graph" | "magentic";
  readonly names: readonly string[];
  /** What each model says, by the number of its reply; over again when it is through. */
  readonly replies: { readonly [agent: string]: readonly AnyReply[] };
  readonly edges: readonly Edge[];
  readonly turnsMax: number;
  readonly messagesMax: number;
  /** A goal that may come true in the middle of a turn. */
  readonly goal: "words" | "tool" | "tokens" | "events";
  /** Whether the team is a participant of another one, beside one more agent: in turn with it, or side by side. */
  readonly inside: "no" | "in turn" | "side by side";
  readonly voice: "members" | "one";
}

export type AnyReply =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "calls"; readonly tools: readonly string[] }
  | { readonly kind: "fails" };

export const TURNS_MAX = 8;
const NAMES = ["Ada", "Ben", "Cleo", "Dan"];
const TOOLS = ["look", "break", "throw", "nowhere", "ask", "ask-once", "transfer_to_ada", "transfer_to_ben", "transfer_to_human"];

const words: fc.Arbitrary<AnyReply> = fc
  .constantFrom("Here it is.", "I am not sure.", "DONE", "Ben should look at it.", "")
  .map((text) => ({ kind: "text", text }));
// One question to a person a reply: after a crash between two, the second is asked when the first is answered, and the order differs.
const calls: fc.Arbitrary<AnyReply> = fc.array(fc.constantFrom(...TOOLS), { minLength: 1, maxLength: 3 }).map((tools) => ({
  kind: "calls",
  tools: tools.filter((name, index) => !name.startsWith("ask") || tools.findIndex((other) => other.startsWith("ask")) === index),
}));
const speech = fc.oneof(
  { weight: 5, arbitrary: words },
  { weight: 3, arbitrary: calls },
  { weight: 1, arbitrary: fc.constant<AnyReply>({ kind: "fails" }) },
);
const choice: fc.Arbitrary<AnyReply> = fc
  .oneof(
    fc
      .record({ next: fc.constantFrom(...NAMES, "human", "finish", "Zoe"), progress: fc.boolean() })
      .map((answer) => JSON.stringify({ ...answer, reason: "because", instruction: "Go on." })),
    fc.constantFrom("Ada", "Ben, please", "Ada and Ben", "nobody", "{broken", ""),
  )
  .map((text) => ({ kind: "text", text }));

const judgement: fc.Arbitrary<AnyReply> = fc
  .record({
    satisfied: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
    inLoop: fc.boolean(),
    progress: fc.boolean(),
    next: fc.constantFrom(...NAMES),
  })
  .map((answer) => ({ kind: "text", text: JSON.stringify({ ...answer, instruction: "Go on.", reason: "because" }) }));

const setup = (policy: AnyTeam["policy"]): fc.Arbitrary<AnyTeam> =>
  fc.integer({ min: 1, max: NAMES.length }).chain((count) => {
    const names = NAMES.slice(0, count);
    return fc.record({
      policy: fc.constant(policy),
      names: fc.constant(names),
      replies: fc.record({
        ...Object.fromEntries(names.map((name) => [name, fc.array(speech, { minLength: 1, maxLength: 5 })])),
        Lead: fc.array(
          fc.oneof(
            { weight: 8, arbitrary: judgement },
            { weight: 3, arbitrary: words },
            { weight: 1, arbitrary: fc.constant<AnyReply>({ kind: "fails" }) },
          ),
          {
            minLength: 1,
            maxLength: 6,
          },
        ),
        selector: fc.array(fc.oneof({ weight: 8, arbitrary: choice }, { weight: 1, arbitrary: fc.constant<AnyReply>({ kind: "fails" }) }), {
          minLength: 1,
          maxLength: 6,
        }),
      }),
      edges: fc.array(
        fc.record({ from: fc.constantFrom(...names), to: fc.constantFrom(...names), join: fc.constantFrom<"all" | "any">("all", "any") }),
        { maxLength: 5 },
      ),
      turnsMax: fc.integer({ min: 1, max: TURNS_MAX }),
      messagesMax: fc.integer({ min: 2, max: 14 }),
      inside: fc.constantFrom<AnyTeam["inside"]>("no", "no", "in turn", "side by side"),
      voice: fc.constantFrom<AnyTeam["voice"]>("members", "one"),
      goal: fc.constantFrom<AnyTeam["goal"]>("words", "words", "tool", "tokens", "events"),
    });
  });

export const anyTeam: fc.Arbitrary<AnyTeam> = fc
  .constantFrom<AnyTeam["policy"]>("round-robin", "selector", "swarm", "graph", "magentic")
  .chain(setup)
  .map((any) => (any.policy === "graph" && any.inside !== "no" ? { ...any, replies: withoutFailures(any.replies) } : any));

/** The log does not say which of those who speak side by side inside a team has failed: the team has. */
const withoutFailures = (replies: AnyTeam["replies"]): AnyTeam["replies"] =>
  Object.fromEntries(
    Object.entries(replies).map(([name, all]) => [
      name,
      all.map((reply): AnyReply => (reply.kind === "fails" ? { kind: "text", text: "No." } : reply)),
    ]),
  );

/** The same team each time: its models choose their replies by `nth`, and by what they are told. `as`: what is put around each agent. */
export function build(any: AnyTeam, as: (agent: Agent) => Agent = (agent) => agent): Team {
  const own = teamOf(any, as);
  if (any.inside === "no") return own;
  const voice = any.voice === "members" ? any.voice : { model: modelOf([{ kind: "text", text: "We say." }]), instructions: "" };
  const panel = subTeam({ name: "Panel", description: "Several.", team: own, voice });
  const zed = assistant({ ...agentOf("Zed", any.replies["Ada"] ?? []), handoffs: ["human"] });
  return team({
    agents: [panel, zed].map(as),
    nextSpeakers: any.inside === "in turn" ? roundRobin : (_log, agents) => agents,
    stopWhen: maxMessages(2 * any.messagesMax),
    limits: maxTurns(any.turnsMax),
  });
}

function teamOf(any: AnyTeam, as: (agent: Agent) => Agent): Team {
  const agents = any.names.map((name) =>
    as(
      assistant({
        ...agentOf(name, any.replies[name] ?? []),
        // Small, so that windows move and summaries are made.
        context:
          name === "Ada"
            ? { kind: "summary", model: modelOf([{ kind: "text", text: "In short." }, { kind: "fails" }]), tokensMax: 60 }
            : { kind: "tokenBudget", tokens: 60 },
      }),
    ),
  );
  return team({
    agents,
    nextSpeakers: policyOf(any, agents),
    stopWhen: anyOf(textMention("DONE"), maxMessages(any.messagesMax), goalOf(any)),
    limits: maxTurns(any.turnsMax),
  });
}

const agentOf = (name: string, replies: readonly AnyReply[]): AssistantSettings => ({
  name,
  description: `${name} helps.`,
  instructions: "",
  model: modelOf(replies),
  tools: TOOLS_HAD,
  handoffs: ["Ada", "Ben", "human"],
  toolRoundsMax: 2,
  afterTools: "prose",
});

function goalOf({ goal, messagesMax }: AnyTeam): TerminationCondition {
  switch (goal) {
    case "words":
      return () => [];
    case "tool":
      return toolCalled("look");
    case "tokens":
      return tokens({ total: messagesMax * 3 });
    case "events":
      return maxMessages(messagesMax, { events: true });
  }
}

function policyOf(any: AnyTeam, agents: readonly Agent[]): SpeakerPolicy {
  switch (any.policy) {
    case "round-robin":
      return roundRobin;
    case "swarm":
      return swarm;
    case "graph":
      return graph(any.edges, any.names);
    case "magentic": {
      const model = modelOf(any.replies["Lead"] ?? []);
      return ledBy(
        ledger({
          name: "Lead",
          model,
          agents,
          attempts: 2,
          mayAskHuman: any.turnsMax % 2 === 0,
          reviewPlan: any.messagesMax % 2 === 0,
          stallsMax: 2,
          replansMax: 1,
        }),
      );
    }
    case "selector":
      return ledBy(
        selector({ model: modelOf(any.replies["selector"] ?? []), agents, allowRepeats: false, attempts: 2, mayAskHuman: true }),
      );
  }
}

function modelOf(replies: readonly AnyReply[]): Model {
  return {
    name: "any",
    async *call(request): AsyncGenerator<{ type: "text"; text: string }, ModelReply, void> {
      const nth = request.nth ?? 0;
      const reply = replies[nth % replies.length] ?? { kind: "text", text: "…" };
      if (reply.kind === "fails") return { kind: "failure", error: { kind: "overloaded", message: "busy" } };
      const usage = { inputTokens: 2, outputTokens: 1 };
      if (reply.kind === "text") {
        // Whoever is told something else says something else.
        const text = request.answer ? reply.text : `${reply.text} [${request.messages.length} heard: ${digest(request.messages)}]`;
        yield { type: "text", text };
        return { kind: "answer", text, toolCalls: [], usage };
      }
      const toolCalls = reply.tools.map((tool, index) => ({
        // Some providers number the calls of each reply anew.
        call: nth % 3 === 2 ? `call_${index}` : `${request.agent}-${nth}-${index}`,
        tool,
        args: tool === "look" && nth % 2 === 1 ? "{broken" : "{}",
      }));
      return { kind: "answer", text: "", toolCalls, usage };
    },
  };
}

const digest = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 8);

const tool = (name: string, run: Tool["run"], approval: Tool["approval"] = "never"): Tool => ({
  name,
  description: "",
  parameters: { type: "object" },
  approval,
  run,
});
const TOOLS_HAD: readonly Tool[] = [
  tool("look", async () => ({ kind: "returned", output: "seen" })),
  tool("break", async () => ({ kind: "failed", error: { kind: "broken", message: "it broke" } })),
  tool("ask", async () => ({ kind: "returned", output: "done", usage: { inputTokens: 9, outputTokens: 9 } }), "always"),
  tool("ask-once", async () => ({ kind: "returned", output: "done" }), "first-time"),
  tool("throw", () => Promise.reject(new Error("thrown"))),
];
