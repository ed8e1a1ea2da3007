import fc from "fast-check";
import { expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Model } from "../../src/engine/model.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import type { ContextStrategy } from "../../src/engine/reading/context.ts";
import { paid, type Prompt } from "../support/paid.ts";
import { openLog, team } from "../support/scripted.ts";

const WORDS = "The agents compared both answers, kept the second, and asked who pays for the rest of it when the plan is late. ".repeat(20);

interface Debate {
  readonly speakers: number;
  readonly turns: number;
  /** Characters of each turn, over and over. */
  readonly lengths: readonly number[];
  readonly isShared: boolean;
}

/** Paid units of such a debate under this bound. */
async function cost({ speakers, turns, lengths, isShared }: Debate, context: ContextStrategy): Promise<number> {
  const asked: Prompt[] = [];
  const model: Model = {
    name: "m",
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call({ system, messages }) {
      const nth = asked.length;
      asked.push({ by: "agent", model: "m", parts: [system, ...messages.map(({ role, text }) => `${role}: ${text}`)] });
      const text = `${nth}: ${WORDS.slice(nth % 50, (nth % 50) + (lengths[nth % lengths.length] ?? 0))}`;
      return { kind: "answer", text, toolCalls: [], usage: { inputTokens: 1, outputTokens: 1 } };
    },
  };
  const agents = Array.from({ length: speakers }, (_, nth) => `Agent${nth}`).map((name) =>
    assistant({
      name,
      description: "Argues.",
      ...(isShared ? { instructions: "You argue.", ownPart: `You are ${name}.` } : { instructions: `You are ${name}. You argue.` }),
      model,
      tools: [],
      handoffs: [],
      toolRoundsMax: 1,
      afterTools: "prose",
      context,
    }),
  );
  const log = openLog();
  log.start("Debate it.");
  await log.run(team({ agents, nextSpeakers: roundRobin, limits: maxTurns(turns) }));
  return paid(asked).units;
}

const debates = fc.record({
  speakers: fc.integer({ min: 2, max: 5 }),
  turns: fc.integer({ min: 40, max: 70 }),
  lengths: fc.array(fc.integer({ min: 1_000, max: 1_600 }), { minLength: 3, maxLength: 9 }),
  isShared: fc.boolean(),
});
/** What holds twice what a provider's cache begins with (1,024 tokens), so that some of it is cached soon after a move, and no more than half of the debate. */
const bounds = fc.oneof(
  fc.integer({ min: 14, max: 20 }).map((count): ContextStrategy => ({ kind: "lastMessages", count })),
  fc.integer({ min: 2_400, max: 4_000 }).map((tokens): ContextStrategy => ({ kind: "tokenBudget", tokens })),
);

test("a bound of twice what a cache begins with costs no more than none, whoever shares a prefix, in a debate that is twice as long", async () => {
  await fc.assert(
    fc.asyncProperty(debates, bounds, async (debate, bound) => {
      expect(await cost(debate, bound)).toBeLessThanOrEqual(await cost(debate, { kind: "all" }));
    }),
    { numRuns: 40 },
  );
});
