import { afterEach, beforeEach, describe, expect, test } from "vitest";
import fc from "fast-check";
import type { ModelReply } from "../../src/engine/model.ts";
import { MODEL_DEFAULTS } from "../../src/models/create.ts";
import { ANSWER, ask, failureOf, request, textOf } from "../models/servers/asking.ts";
import { type ModelServer, startModelServer } from "../models/servers/model-server.ts";
import { cutAt, type ErrorCase, KEY, modelOn, type Told, type Wire } from "../models/servers/wires.ts";
import { type FakeClock, fakeClock, until } from "../../src/store/contracts/fake-clock.ts";
import { aside } from "../support/turn.ts";

const TOLD: Told = {
  reasoning: ["Let me ", "think."],
  text: ["Grüße, ", "Ada 👩‍🔬: ", "𝟞 × 7\n\n```python\nprint(6 * 7)\n```\n"],
  calls: [
    { id: "call_a", name: "search", args: ['{"q": "Z', 'ürich 🏔"', "}"] },
    { id: "call_b", name: "search", args: ['{"q"', ': "a\\"b\\\\"}'] },
  ],
  usage: { input: 120, output: 45, cached: 100, reasoning: 7 },
};

/** What every provider's wire format has to survive, over HTTP and through the provider's own SDK. */
export function providerContract(wire: Wire): void {
  describe(`${wire.name}, on the wire`, () => {
    let server: ModelServer;
    let clock: FakeClock;
    beforeEach(async () => {
      server = await startModelServer();
      clock = fakeClock();
    });
    afterEach(() => server.close());

    const tell = (told: Told) => wire.events(told).join("");
    const askOnce = async (...body: (string | Uint8Array)[]): Promise<ModelReply> => {
      server.will({ body });
      return (await ask(modelOn(wire, server.url, clock), request())).reply;
    };
    const whole = () => askOnce(tell(TOLD));

    describe("pieces", () => {
      test("the same bytes give the same reply, however they are split", async () => {
        const expected = await whole();
        expect(expected).toMatchObject({
          kind: "answer",
          text: TOLD.text?.join(""),
          toolCalls: [{ call: "call_a", args: '{"q": "Zürich 🏔"}' }, { call: "call_b" }],
        });
        const splits = fc.array(fc.nat({ max: 50_000 }), { maxLength: 60 });
        await fc.assert(
          fc.asyncProperty(splits, async (positions) => {
            expect(await askOnce(...cutAt(tell(TOLD), positions))).toEqual(expected);
          }),
          { numRuns: 40 },
        );
      });

      test("one byte at a time is enough", async () => {
        const bytes = Buffer.from(tell({ text: ["é🙂"], calls: TOLD.calls ?? [] }));
        const single = Array.from(bytes, (_byte, at) => bytes.subarray(at, at + 1));
        expect(await askOnce(...single)).toMatchObject({ kind: "answer", text: "é🙂", toolCalls: [{ args: '{"q": "Zürich 🏔"}' }, {}] });
      });

      test("comments and pings between the events, and other line ends, change nothing", async () => {
        const expected = await whole();
        expect(await askOnce(wire.events(TOLD).map((event) => wire.keepAlive + event).join(""))).toEqual(expected); // prettier-ignore
        expect(await askOnce(tell(TOLD).replaceAll("\n", "\r\n"))).toEqual(expected);
      });

      test("reasoning is heard but is no part of the reply", async () => {
        server.will({ body: [tell(TOLD)] });
        const { deltas, reply } = await ask(modelOn(wire, server.url, clock), request());
        const thoughts = deltas.filter((delta) => delta.type === "reasoning").map((delta) => delta.text);
        expect(thoughts.join("")).toBe("Let me think.");
        expect(reply).toMatchObject({ kind: "answer", text: textOf(deltas) });
      });
    });

    describe("streams that break", () => {
      test("a stream cut off anywhere gives a failure or the whole reply, and never half the arguments of a call", async () => {
        const expected = await whole();
        if (expected.kind !== "answer") throw new Error("the whole stream is an answer");
        const bytes = Buffer.from(tell(TOLD));
        const ending = fc.constantFrom("whole" as const, "cut" as const);
        await fc.assert(
          fc.asyncProperty(fc.nat({ max: bytes.length }), ending, async (at, ends) => {
            server.will({ body: [bytes.subarray(0, at)], ends });
            const { reply } = await ask(modelOn(wire, server.url, clock), request());
            if (reply.kind === "answer") expect({ ...reply, usage: undefined }).toEqual({ ...expected, usage: undefined });
            else expect(reply.error.kind).toBe("unavailable");
          }),
          { numRuns: 80 },
        );
      });

      test("a stream that dies half-way is a failure with the words that came, and none of its calls", async () => {
        const events = wire.events({ text: ["The answer is not "], calls: TOLD.calls ?? [] });
        server.will({ body: events.slice(0, 5), ends: "cut" });
        const { reply } = await ask(modelOn(wire, server.url, clock), request());
        expect(failureOf(reply).kind).toBe("unavailable");
        expect(reply).toMatchObject({ received: "The answer is not " });
        expect(reply).not.toHaveProperty("toolCalls");
      });

      test("a stream that dies half-way is asked for again, and its words are not in the reply", async () => {
        const events = wire.events({ text: ["The answer is not "] });
        const half = events.slice(0, events.findIndex((event) => event.includes("is not")) + 1);
        server.will({ body: half, ends: "cut" }, { body: [tell(TOLD)] });
        const asked = ask(modelOn(wire, server.url, clock, { attempts: 2 }), request());
        while (server.requests.length < 2) await clock.advance(100);
        expect((await asked).reply).toMatchObject({ kind: "answer", text: TOLD.text?.join(""), usage: { calls: 2 } });
      });

      test("a stream that ends before it says that it is whole is no reply", async () => {
        const events = wire.events({ text: ["The answer is not "], calls: TOLD.calls ?? [] });
        expect(failureOf(await askOnce(...events.slice(0, 5))).kind).toBe("unavailable");
      });

      test("an error in the middle of the stream is a failure that says what the provider said", async () => {
        const error = failureOf(await askOnce(...wire.events(TOLD).slice(0, 4), wire.errorEvent));
        expect(error.kind).toBe("unavailable");
        expect(error.message).toMatch(/server (had an )?error/i);
      });

      test("an event that is not JSON is a failure", async () => {
        expect(failureOf(await askOnce(...wire.events(TOLD).slice(0, 3), 'event: content_block_delta\ndata: {"oops\n\n')).kind).toBe(
          "unavailable",
        );
      });

      test("a page instead of a stream is a failure", async () => {
        server.will({ body: ["<html><body>Sign in to the hotel's network</body></html>"], headers: { "content-type": "text/html" } });
        const error = failureOf((await ask(modelOn(wire, server.url, clock), request())).reply);
        expect(error.kind).toBe("unknown_model");
        expect(error.message).toMatch(/a web page came.* at http:\/\/127.0.0.1:\d+.*(check the address|is `\/v1` missing)/);
        expect(error.message).not.toContain("<");
      });

      test("nobody behind the address is a failure that names the address", async () => {
        const gone = await startModelServer();
        await gone.close();
        const error = failureOf((await ask(modelOn(wire, gone.url, clock), request())).reply);
        expect(error.kind).toBe("unavailable");
        expect(error.message).toContain(gone.url);
      });

      test("a redirect is not followed, because it would take the key along", async () => {
        const elsewhere = await startModelServer();
        server.will({ status: 307, headers: { location: `${elsewhere.url}/v1` }, body: [] });
        expect((await ask(modelOn(wire, server.url, clock), request())).reply.kind).toBe("failure");
        expect(elsewhere.requests).toEqual([]);
        await elsewhere.close();
      });
    });

    describe("replies that are none", () => {
      test("an empty reply is a failure", async () => {
        expect(failureOf(await askOnce(tell({ text: [" "] }))).kind).toBe("empty");
        expect(failureOf(await askOnce(tell({}))).kind).toBe("empty");
      });

      test("a refusal is a failure", async () => {
        expect(failureOf(await askOnce(tell({ text: ["I cannot"], finish: "refused" }))).kind).toBe("refused");
      });

      test("a reply cut off at the token limit is a failure that names the setting, and its calls are not made", async () => {
        const reply = await askOnce(tell({ ...TOLD, finish: "length" }));
        expect(failureOf(reply)).toMatchObject({ kind: "bad_answer", message: expect.stringContaining("outputTokensMax") as string });
        expect(reply.usage).toMatchObject({ inputTokens: 120, outputTokens: 45 });
      });

      test("words cut off at the token limit are said, with a notice that names the setting", async () => {
        const { calls: _, ...words } = TOLD;
        expect(await askOnce(tell({ ...words, finish: "length" }))).toMatchObject({
          kind: "answer",
          text: TOLD.text?.join(""),
          notices: [expect.stringContaining("outputTokensMax") as string],
        });
      });

      test("an answer in a shape that is cut off at the token limit is a failure", async () => {
        server.will({ body: [tell({ text: ['{"next":"Runner"}'], finish: "length" })] });
        const { reply } = await ask(modelOn(wire, server.url, clock), request({ tools: [], answer: ANSWER }));
        expect(failureOf(reply).kind).toBe("bad_answer");
      });

      test("words that use up all the tokens that were asked for are cut off, whatever the server calls them", async () => {
        const usage = { input: 20, output: 16, cached: 0, reasoning: 0 };
        server.will(
          { body: [tell({ text: ["The sky is"], usage })] },
          { body: [tell({ text: ["The sky is blue."], usage: { ...usage, output: 15 } })] },
        );
        const model = modelOn(wire, server.url, clock, { outputTokensMax: 16 });
        expect((await ask(model, request())).reply).toMatchObject({
          kind: "answer",
          notices: [expect.stringContaining("outputTokensMax") as string],
        });
        expect((await ask(model, request())).reply).not.toHaveProperty("notices");
      });
    });

    describe("errors", () => {
      const kinds = Object.keys(wire.errors) as ErrorCase[];
      test.each(kinds)("the provider's answer for %s is a failure of this kind, in one sentence without the key", async (kind) => {
        const { status, body } = wire.errors[kind];
        server.will({ status, body: [JSON.stringify(body)] });
        const error = failureOf((await ask(modelOn(wire, server.url, clock), request())).reply);
        expect(error.kind).toBe(kind);
        expect(error.message).toContain(wire.settings.model);
        expect(error.message).not.toContain(KEY);
        expect(error.message).not.toMatch(/sk-|\n/);
      });

      test("a wait that the provider asks for is handed on, in seconds, in milliseconds and as a date", async () => {
        const { status, body } = wire.errors.rate_limited;
        const asked = { "retry-after": "7", "retry-after-ms": "1500", date: new Date(clock.now() + 90_000).toUTCString() };
        const after = async (headers: { [name: string]: string }) => {
          server.will({ status, headers, body: [JSON.stringify(body)] });
          return failureOf((await ask(modelOn(wire, server.url, clock), request())).reply).retryAfterMs;
        };
        expect(await after({ "retry-after": asked["retry-after"] })).toBe(7_000);
        expect(await after({ "retry-after-ms": asked["retry-after-ms"] })).toBe(1_500);
        expect(await after({ "retry-after": asked.date })).toBe(90_000);
        expect(await after({})).toBeUndefined();
      });

      test("the key is not accepted: the message names the variable to look at", async () => {
        const { status, body } = wire.errors.bad_key;
        server.will({ status, body: [JSON.stringify(body)] });
        expect(failureOf((await ask(modelOn(wire, server.url, clock), request())).reply).message).toMatch(
          /OPENAI_API_KEY|ANTHROPIC_API_KEY/,
        );
      });

      test("the SDK does not retry by itself", async () => {
        const { status, body } = wire.errors.overloaded;
        server.will({ status, body: [JSON.stringify(body)] });
        await ask(modelOn(wire, server.url, clock), request());
        expect(server.requests).toHaveLength(1);
      });

      test("a busy provider is asked again, and the usage counts both calls", async () => {
        const { status, body } = wire.errors.overloaded;
        server.will({ status, body: [JSON.stringify(body)] }, { body: [tell(TOLD)] });
        const asked = ask(modelOn(wire, server.url, clock, { attempts: 2 }), request());
        while (server.requests.length < 2) await clock.advance(100);
        expect((await asked).reply).toMatchObject({ kind: "answer", usage: { inputTokens: 120, calls: 2 } });
      });
    });

    describe("silence", () => {
      const events = () => wire.events({ text: ["One moment", " please"] });
      const untilText = () => events().filter((_event, index) => index <= events().findIndex((event) => event.includes("One moment")));

      test("stopping a call closes the connection at once", async () => {
        server.will({ body: untilText(), ends: "hang" });
        const stop = new AbortController();
        const { reply } = await ask(modelOn(wire, server.url, clock), request(), stop.signal, () => stop.abort());
        expect(failureOf(reply).kind).toBe("aborted");
        await server.requests[0]?.gone;
      });

      test("stopping a call before the first byte closes the connection at once", async () => {
        server.will({ body: [], ends: "hang" });
        const stop = new AbortController();
        const asked = ask(modelOn(wire, server.url, clock), request(), stop.signal);
        await until(() => server.requests.length === 1);
        stop.abort();
        expect(failureOf((await asked).reply).kind).toBe("aborted");
        await server.requests[0]?.gone;
      });

      test("a reader that goes away closes the connection", async () => {
        server.will({ body: untilText(), ends: "hang" });
        for await (const delta of modelOn(wire, server.url, clock).call(request(), aside())) {
          expect(delta.text).toBe("One moment");
          break;
        }
        await server.requests[0]?.gone;
      });

      test("a provider that never begins runs into the time-out for the first token, whatever keep-alives it sends", async () => {
        server.will({ body: [wire.keepAlive, wire.keepAlive], ends: "hang" });
        const asked = ask(modelOn(wire, server.url, clock), request());
        await until(() => server.requests.length === 1 && clock.sleepers === 1);
        await clock.advance(MODEL_DEFAULTS.timeouts.firstTokenMsMax);
        expect(failureOf((await asked).reply)).toMatchObject({
          kind: "timeout",
          message: expect.stringContaining("nothing came for 180 s") as string,
        });
        await server.requests[0]?.gone;
      });

      test("a provider that falls silent in the middle runs into the shorter time-out between tokens", async () => {
        server.will({ body: untilText(), ends: "hang" });
        let heard = 0;
        const asked = ask(modelOn(wire, server.url, clock), request(), undefined, () => heard++);
        await until(() => heard === 1 && clock.sleepers === 1);
        await clock.advance(MODEL_DEFAULTS.timeouts.betweenTokensMsMax);
        expect(failureOf((await asked).reply)).toMatchObject({
          kind: "timeout",
          message: expect.stringContaining("nothing came for 60 s") as string,
        });
      });

      test("a provider that goes on and on runs into the time-out for the whole call", async () => {
        server.will({ body: untilText(), ends: "hang" });
        let heard = 0;
        const timeouts = { betweenTokensMsMax: 60_000, callMsMax: 5_000 };
        const asked = ask(modelOn(wire, server.url, clock, { timeouts }), request(), undefined, () => heard++);
        await until(() => heard === 1 && clock.sleepers === 1);
        await clock.advance(5_000);
        expect(failureOf((await asked).reply)).toMatchObject({
          kind: "timeout",
          message: expect.stringContaining("the whole call took over 5 s") as string,
        });
        await server.requests[0]?.gone;
      });

      test("who asks may have less time for the whole call than the model has, before its first word too", async () => {
        server.will({ body: [], ends: "hang" });
        const asked = ask(modelOn(wire, server.url, clock), request({ callMsMax: 3_000 }));
        await until(() => clock.sleepers === 1);
        await clock.advance(3_000);
        expect(failureOf((await asked).reply)).toMatchObject({
          kind: "timeout",
          message: expect.stringContaining("the whole call took over 3 s") as string,
        });
        await server.requests[0]?.gone;
      });
    });
  });
}
