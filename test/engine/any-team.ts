import fc from "fast-check";
import { assistant } from "../../src/engine/agents/assistant.ts";
import { ledger } from "../../src/engine/agents/ledger.ts";
import { selector } from "../../src/engine/agents/selector.ts";
import type { Model, ModelReply } from "../../src/engine/model.ts";
import { graph, type Edge } from "../../src/engine/policies/graph.ts";
import { ledBy } from "../../src/engine/policies/led-by.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { swarm } from "../../src/engine/policies/swarm.ts";
import type { Agent, SpeakerPolicy, Team } from "../../src/engine/team.ts";
import { maxMessages, maxTurns, textMention } from "../../src/engine/termination.ts";
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
    });
  });

export const anyTeam: fc.Arbitrary<AnyTeam> = fc
  .constantFrom<AnyTeam["policy"]>("round-robin", "selector", "swarm", "graph", "magentic")
  .chain(setup);

/** The same team each time: its models choose their replies by `nth` alone. */
export function build(any: AnyTeam): Team {
  const agents = any.names.map((name) =>
    assistant({
      name,
      description: `${name} helps.`,
      instructions: "",
      model: modelOf(any.replies[name] ?? []),
      tools: TOOLS_HAD,
      handoffs: ["Ada", "Ben", "human"],
      toolRoundsMax: 2,
      afterTools: "prose",
      // Small, so that windows move and summaries are made; not side by side, where chance decides who has heard enough.
      context:
        name === "Ada" && any.policy !== "graph"
          ? { kind: "summary", model: modelOf([{ kind: "text", text: "In short." }, { kind: "fails" }]), tokensMax: 60 }
          : { kind: "tokenBudget", tokens: 60 },
    }),
  );
  return team({
    agents,
    nextSpeakers: policyOf(any, agents),
    stopWhen: (log) => [...textMention("DONE")(log), ...maxMessages(any.messagesMax)(log)],
    limits: maxTurns(any.turnsMax),
  });
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
        yield { type: "text", text: reply.text };
        return { kind: "answer", text: reply.text, toolCalls: [], usage };
      }
      const toolCalls = reply.tools.map((tool, index) => ({
        call: `${request.agent}-${nth}-${index}`,
        tool,
        args: tool === "look" && nth % 2 === 1 ? "{broken" : "{}",
      }));
      return { kind: "answer", text: "", toolCalls, usage };
    },
  };
}

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
