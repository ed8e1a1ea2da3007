import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Model } from "../../src/engine/model.ts";
import { ANSWER, ask, failureOf, request, textOf } from "../models/servers/asking.ts";
import type { Told } from "../models/servers/wires.ts";

/** A model with whoever stands behind it. */
export interface ModelUnderTest {
  readonly model: Model;
  /** What it is going to reply, call by call. */
  will(...replies: readonly ToldReply[]): void;
  close(): Promise<void>;
}

/** `hangs`: says this much and then nothing more, without an end. */
export type ToldReply = Told | { readonly hangs: string } | { readonly fails: "overloaded" };

/** What whoever stands behind a model may be unable to do on demand: count as told, call tools, speak beside its calls, break their arguments, fail. */
export type Ability = "usage" | "calls" | "words beside calls" | "broken calls" | "failure";

/** What every model does. `open` makes one that has nothing to say yet; what is in `lacking` cannot be had of it, and is not tested. */
export function modelContract(
  name: string,
  open: () => Promise<ModelUnderTest>,
  { lacking = [] }: { readonly lacking?: readonly Ability[] } = {},
): void {
  const where = (ability: Ability) => (lacking.includes(ability) ? leftOut : test);

  describe(`${name}, as a model`, () => {
    let under: ModelUnderTest;
    beforeEach(async () => {
      under = await open();
    });
    afterEach(() => under.close());

    test("the text comes as it is written, and the reply holds all of it", async () => {
      under.will({ text: ["Six times ", "seven is ", "42 ✨."], usage: { input: 20, output: 6, cached: 8, reasoning: 2 } });
      const { deltas, reply } = await ask(under.model, request());
      expect(textOf(deltas)).toBe("Six times seven is 42 ✨.");
      expect(reply).toMatchObject({ kind: "answer", text: "Six times seven is 42 ✨.", toolCalls: [] });
    });

    where("usage")("the usage counts cached tokens as a part of the input", async () => {
      under.will({ text: ["Yes."], usage: { input: 20, output: 6, cached: 8, reasoning: 2 } });
      const { reply } = await ask(under.model, request());
      expect(reply.usage).toMatchObject({ inputTokens: 20, outputTokens: 6, cachedTokens: 8 });
    });

    where("calls")("several tool calls of one reply come whole, in order and with an id each", async () => {
      const calls = [
        { id: "call_a", name: "search", args: ['{"q":"', "Zürich", '"}'] },
        { id: "call_b", name: "search", args: ['{"q":', '"Bern"}'] },
        { id: "call_c", name: "search", args: [] },
      ];
      const mute = lacking.includes("words beside calls");
      under.will({ ...(mute ? {} : { text: ["Let me look."] }), calls });
      const { reply } = await ask(under.model, request());
      if (reply.kind !== "answer") throw new Error(reply.error.message);
      if (!mute) expect(reply.text).toBe("Let me look.");
      expect(reply.toolCalls.map(({ tool, args }) => [tool, args])).toEqual([["search", '{"q":"Zürich"}'], ["search", '{"q":"Bern"}'], ["search", "{}"]]); // prettier-ignore
      expect(new Set(reply.toolCalls.map((call) => call.call)).size).toBe(3);
    });

    where("broken calls")("broken arguments are handed on as the model wrote them", async () => {
      under.will({ calls: [{ id: "call_a", name: "search", args: ['{"q": unquoted'] }] });
      const { reply } = await ask(under.model, request());
      expect(reply).toMatchObject({ kind: "answer", toolCalls: [{ tool: "search", args: '{"q": unquoted' }] });
    });

    test("an answer that was asked for in a shape is JSON text", async () => {
      under.will({ text: ['{"next":"Runner",', '"reason":"there is code to run"}'] });
      const { reply } = await ask(under.model, request({ tools: [], answer: ANSWER }));
      if (reply.kind !== "answer") throw new Error(reply.error.message);
      expect(JSON.parse(reply.text)).toMatchObject({ next: "Runner", reason: "there is code to run" });
    });

    where("failure")("a provider that fails is a reply, not an exception", async () => {
      under.will({ fails: "overloaded" });
      const { reply } = await ask(under.model, request());
      expect(failureOf(reply).kind).toBe("overloaded");
    });

    test("a call that is stopped before it began is not made", async () => {
      const { deltas, reply } = await ask(under.model, request(), AbortSignal.abort());
      expect(deltas).toEqual([]);
      expect(failureOf(reply).kind).toBe("aborted");
    });

    test("a call that is stopped in the middle of its words ends at once", async () => {
      under.will({ hangs: "One moment, I am still thinking" });
      const stop = new AbortController();
      const { deltas, reply } = await ask(under.model, request(), stop.signal, () => stop.abort());
      expect(textOf(deltas)).not.toBe("");
      expect(failureOf(reply).kind).toBe("aborted");
    });

    test("calls at the same time do not mix", async () => {
      under.will({ text: ["one"] }, { text: ["two"] }, { text: ["three"] });
      const replies = await Promise.all([1, 2, 3].map(() => ask(under.model, request())));
      const said = replies.map(({ deltas, reply }) => {
        expect(reply).toMatchObject({ kind: "answer", text: textOf(deltas) });
        return textOf(deltas);
      });
      expect(said.toSorted()).toEqual(["one", "three", "two"]);
    });
  });
}

const leftOut = (_title: string, _story: () => Promise<void>): void => undefined;
