import { expect, test } from "vitest";
import { inputTokensMax } from "../../../src/engine/limits/budget.ts";
import { reserving } from "../../../src/engine/limits/reserving.ts";
import type { Model, ModelReply, ModelRequest } from "../../../src/engine/model.ts";
import type { Turn } from "../../../src/engine/turn.ts";
import { aside } from "../../support/turn.ts";

const request: ModelRequest = { agent: "A", system: "Talk.", messages: [{ role: "user", text: "Go" }], tools: [], outputTokensMax: 100 };
const ANSWER: ModelReply = { kind: "answer", text: "Well.", toolCalls: [], usage: { inputTokens: 5, outputTokens: 5, usd: 0.25 } };

/** A model of that price for each token, and those who hold the money: what is set aside, and what of it is given back. */
async function called(
  parts: {
    readonly usdPerToken?: number | undefined;
    readonly left?: boolean;
    readonly reply?: ModelReply | Error;
    readonly request?: ModelRequest;
  } = {},
) {
  const { left = true, reply = ANSWER } = parts;
  const usdPerToken = "usdPerToken" in parts ? parts.usdPerToken : 0.5;
  const told: string[] = [];
  const model: Model = {
    name: "m",
    terms: {
      outputTokensMax: 1_000,
      usdMax: ({ inputTokens, outputTokens }) => (usdPerToken === undefined ? undefined : (inputTokens + outputTokens) * usdPerToken),
    },
    // oxlint-disable-next-line require-yield -- It has no delta to show.
    async *call() {
      told.push("called");
      if (reply instanceof Error) throw reply;
      return reply;
    },
  };
  const stop = new AbortController();
  const reserve: NonNullable<Turn["reserve"]> = (usd) => {
    told.push(`set aside ${usd}`);
    return Promise.resolve(left ? { ended: (cost) => void told.push(`cost ${cost}`) } : undefined);
  };
  const call = async (turn: Turn) => {
    try {
      return (
        await reserving(model)
          .call(parts.request ?? request, turn)
          .next()
      ).value as ModelReply;
    } catch (error) {
      return error;
    }
  };
  return { told, stop, reserved: () => call({ ...aside(stop.signal), reserve }), free: () => call(aside()), model };
}

test("what a call may cost is set aside before it, and what it did cost is told after it", async () => {
  const { told, reserved } = await called();
  expect(await reserved()).toEqual(ANSWER);
  const usd = (inputTokensMax(request) + 100) * 0.5;
  expect(told).toEqual([`set aside ${usd}`, "called", "cost 0.25"]);
});

test("the longest reply is that of the model where the request names none, and the shorter of both", async () => {
  const { outputTokensMax: _none, ...open } = request;
  const longest = await called({ request: open });
  await longest.reserved();
  const shorter = await called({ request: { ...open, outputTokensMax: 5_000 } });
  await shorter.reserved();
  expect([longest.told[0], shorter.told[0]]).toEqual(Array(2).fill(`set aside ${(inputTokensMax(request) + 1_000) * 0.5}`));
});

test("nothing is set aside where nobody shares a budget, or the price is nothing or not known", async () => {
  const alone = await called();
  expect(await alone.free()).toEqual(ANSWER);
  const free = await called({ usdPerToken: 0 });
  await free.reserved();
  const unknown = await called({ usdPerToken: undefined });
  await unknown.reserved();
  expect([alone.told, free.told, unknown.told]).toEqual(Array(3).fill(["called"]));
  const { terms: _terms, ...bare } = alone.model;
  expect(reserving(bare)).toBe(bare);
});

test("where nothing is left the call is not made: a limit, that cost nothing; given up, where nobody waits any more", async () => {
  const { told, reserved } = await called({ left: false });
  expect(await reserved()).toEqual({
    kind: "failure",
    error: { kind: "limit", message: "of a budget of the day nothing is left for the next call" },
    usage: { inputTokens: 0, outputTokens: 0, usd: 0, calls: 0 },
  });
  expect(told).not.toContain("called");
  const given = await called({ left: false });
  given.stop.abort();
  expect(await given.reserved()).toEqual({
    kind: "failure",
    error: { kind: "aborted", message: "The call was given up before it was made." },
  });
});

test("what was set aside is given back after a call that tells no cost, and after one that throws", async () => {
  const untold = await called({ reply: { kind: "failure", error: { kind: "overloaded", message: "" } } });
  await untold.reserved();
  const unpriced = await called({ reply: { kind: "answer", text: "", toolCalls: [], usage: { inputTokens: 1, outputTokens: 1 } } });
  await unpriced.reserved();
  const broken = await called({ reply: new Error("broken") });
  expect(await broken.reserved()).toEqual(new Error("broken"));
  for (const { told } of [untold, unpriced, broken]) expect(told.at(-1)).toBe("cost 0");
});
