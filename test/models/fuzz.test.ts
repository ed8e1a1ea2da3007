import { afterEach, beforeEach, describe, expect, test } from "vitest";
import fc from "fast-check";
import { systemClock } from "../../src/engine/clock.ts";
import type { ModelReply } from "../../src/engine/model.ts";
import { type AnyStream, anyStream, anthropicEvents, chatEvents, responsesEvents } from "./servers/any-stream.ts";
import { ask, request } from "./servers/asking.ts";
import { type ModelServer, type ServerAnswer, startModelServer } from "./servers/model-server.ts";
import { anthropicWire, chatWire, cutAt, modelOn, responsesWire } from "./servers/wires.ts";

const formats = [
  { name: chatWire.name, wire: chatWire, events: chatEvents, interleaved: true },
  { name: responsesWire.name, wire: responsesWire, events: responsesEvents, interleaved: true },
  { name: anthropicWire.name, wire: anthropicWire, events: anthropicEvents, interleaved: false },
];

describe.each(formats)("any stream of $name", ({ wire, events, interleaved }) => {
  let server: ModelServer;
  beforeEach(async () => {
    server = await startModelServer();
  });
  afterEach(() => server.close());

  async function replyTo(answer: ServerAnswer): Promise<ModelReply> {
    server.will(answer);
    return (await ask(modelOn(wire, server.url, systemClock), request())).reply;
  }

  test("in any order of its events that is allowed, split anywhere, it is put together as it was meant", async () => {
    await fc.assert(
      fc.asyncProperty(anyStream(interleaved), fc.array(fc.nat({ max: 20_000 }), { maxLength: 20 }), async (stream, cuts) => {
        const reply = await replyTo({ body: cutAt(events(stream.steps).join(""), cuts) });
        expect(said(reply)).toEqual(isSilent(stream) ? { failed: "empty" } : whole(stream));
      }),
      { numRuns: 80 },
    );
  });

  test("cut off anywhere, it is a failure with the words that came or the whole reply, and never half a call", async () => {
    const ends = fc.constantFrom("whole" as const, "cut" as const);
    await fc.assert(
      fc.asyncProperty(anyStream(interleaved), fc.double({ min: 0, max: 1, noNaN: true }), ends, async (stream, share, end) => {
        const bytes = Buffer.from(events(stream.steps).join(""));
        const reply = await replyTo({ body: [bytes.subarray(0, Math.floor(bytes.length * share))], ends: end });
        expect([whole(stream), { failed: "unavailable" }, { failed: "empty" }]).toContainEqual(said(reply));
        const received = reply.kind === "failure" ? (reply.received ?? "") : "";
        expect(stream.text.startsWith(received)).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  test("with events lost, doubled, out of order or replaced by any JSON, it ends in a reply", async () => {
    const edit = fc.record({ at: fc.nat({ max: 60 }), does: fc.constantFrom("lose", "double", "swap", "replace"), with: fc.jsonValue() });
    await fc.assert(
      fc.asyncProperty(anyStream(interleaved), fc.array(edit, { minLength: 1, maxLength: 8 }), async (stream, edits) => {
        const sent = events(stream.steps);
        for (const { at, does, with: value } of edits) {
          const index = at % sent.length;
          const one = sent[index] ?? "";
          if (does === "lose") sent.splice(index, 1, "");
          else if (does === "double") sent.splice(index, 0, one);
          else if (does === "swap") sent.push(...sent.splice(index, 1));
          else sent.splice(index, 1, `data: ${JSON.stringify(value)}\n\n`);
        }
        const reply = await replyTo({ body: [sent.join("")] });
        expect(["answer", "failure"]).toContain(reply.kind);
      }),
      { numRuns: 120 },
    );
  });
});

const isSilent = (stream: AnyStream): boolean => stream.calls.length === 0 && stream.text.trim() === "";

const whole = ({ text, calls }: AnyStream) => ({ text, calls });

const said = (reply: ModelReply) =>
  reply.kind === "failure"
    ? { failed: reply.error.kind }
    : { text: reply.text, calls: reply.toolCalls.map(({ tool, args }) => ({ tool, args })) };
