import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask, request } from "../servers/asking.ts";
import { chatServer, DONE, frame, modelAt } from "../servers/chat-server.ts";
import { cutAt } from "../servers/wires.ts";

const sent = async (contentType: string, parts: readonly (string | Uint8Array)[]) => {
  const { url } = await chatServer((_, response) => {
    response.writeHead(200, { "content-type": contentType });
    for (const part of parts) response.write(part);
    response.end();
  });
  return (await ask(modelAt(url), request())).reply;
};
const BLUE = frame({ content: "Blåu" }) + frame({ content: "e €." });
const SAID = "Blåue €.";
const end = frame({}, "stop");
const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } })}\n\n`;
const choice = (own: object) => `data: ${JSON.stringify({ choices: [{ index: 0, ...own }] })}\n\n`;

/** How a server says that its reply is whole. */
const ENDINGS: readonly [string, string][] = [
  ["[DONE] alone", DONE],
  ["[DONE] without a blank", "data:[DONE]\n\n"],
  ["[done]", "data: [done]\n\n"],
  ["[DONE] as a string", 'data: "[DONE]"\n\n'],
  ["[EOF]", "data: [EOF]\n\n"],
  ["<|DONE|>", "data: <|DONE|>\n\n"],
  ["[DONE] on a line of its own", "[DONE]\n\n"],
  ["an event of that name", "event: done\ndata: {}\n\n"],
  ["an event of that name with something in it", 'event: end\ndata: {"status":"completed"}\n\n'],
  ["[DONE] behind counts", usage + DONE],
  ["a reason alone", end],
  ["an empty reason, then [DONE]", frame({}, "") + DONE],
  ["a reason in the delta", frame({ finish_reason: "stop" })],
  ["a reason in Google's spelling", choice({ delta: {}, finishReason: "STOP" })],
  ["a reason under Anthropic's name", choice({ delta: {}, stop_reason: "end_turn" })],
  ["a reason, then counts", end + usage],
  ["a flag", 'data: {"done":true}\n\n'],
  ["everything twice", end + DONE + DONE],
];

/** What stands in a stream beside what is said. */
const ODDITIES: readonly [string, string][] = [
  ["lines that end as on Windows", (BLUE + end + DONE).replaceAll("\n", "\r\n")],
  ["lines that end as on old Macs", (BLUE + end + DONE).replaceAll("\n", "\r")],
  ["a mark of byte order", `\ufeff${BLUE}${end}${DONE}`],
  ["two marks of byte order", `\ufeff\ufeff\n${BLUE}${end}${DONE}`],
  ["comments", `: PROCESSING\n\n${BLUE}: keep-alive\n\n${end}${DONE}`],
  ["comments as data", `data: : PROCESSING\n\n${BLUE}${end}${DONE}`],
  ["ids and times to retry after", `id: 1\nretry: 3000\n${BLUE}${end}${DONE}`],
  ["the name of the field twice", `data: ${BLUE}${end}${DONE}`],
  ["no blank behind the colon", (BLUE + end + DONE).replaceAll("data: ", "data:")],
  ["a tab behind the colon", (BLUE + end + DONE).replaceAll("data: ", "data:\t")],
  ["events by name", `event: message\n${BLUE}event: chat.completion.chunk\n${end}${DONE}`],
  ["beats as events", `event: ping\ndata: {"time":"now"}\n\n${BLUE}event: heartbeat\ndata: 1732\n\n${end}${DONE}`],
  ["beats as JSON", `data: {"type":"ping"}\n\ndata: {}\n\ndata: []\n\ndata: null\n\ndata: 0\n\n${BLUE}${end}${DONE}`],
  ["numbers of Python's", `data: {"choices":[],"logprobs":[NaN,-Infinity]}\n\n${BLUE}${end}${DONE}`],
  ["choices null", `data: {"choices":null}\n\n${BLUE}${end}${DONE}`],
  ["results of a filter first", `data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n${BLUE}${end}${DONE}`],
  ["events that stand on one line", BLUE.replaceAll("\n", "") + end + DONE],
  ["an event over two lines", `data: {"choices":[{"index":0,\ndata: "delta":{"content":"${SAID}"}}]}\n\n${end}${DONE}`],
];

const message = { choices: [{ index: 0, message: { role: "assistant", content: SAID }, finish_reason: "stop" }] };
const chunks = [{ delta: { content: "Blåu" } }, { delta: { content: "e €." } }, { delta: {}, finish_reason: "stop" }].map((own) => ({ choices: [{ index: 0, ...own }] })); // prettier-ignore
const lines = chunks.map((one) => JSON.stringify(one));

/** What comes in place of a stream. */
const DOCUMENTS: readonly [string, string][] = [
  ["a document", JSON.stringify(message)],
  ["one over many lines", JSON.stringify(message, null, 2)],
  ["one behind blank lines and a mark of byte order", `\n\n \ufeff${JSON.stringify(message)}`],
  ["one in an event", `data: ${JSON.stringify(message)}\n\n`],
  ["one in a string", JSON.stringify(JSON.stringify(message))],
  ["one in a gateway's field", JSON.stringify({ success: true, errors: [], result: message })],
  ["one beside an empty error", JSON.stringify({ ...message, error: {}, code: 0, message: "success" })],
  ["one with text alone", JSON.stringify({ choices: [{ text: SAID }] })],
  ["one of Ollama's own", JSON.stringify({ message: { role: "assistant", content: SAID }, done: true })],
  ["a list of chunks", JSON.stringify(chunks)],
  ["chunks as lines", lines.join("\n")],
  ["chunks as lines, with [DONE]", `${lines.join("\n")}\n[DONE]\n`],
  ["chunks without anything between them", lines.join("")],
  ["lines of a prompt's answer", `{"response":"Blåu","done":false}\n{"response":"e €.","done":true}\n`],
];

describe("a reply is whole", () => {
  test.each(ENDINGS)("by %s", async (_, ending) => {
    expect(await sent("text/event-stream", [BLUE, ending])).toMatchObject({ kind: "answer", text: SAID });
  });
});

describe("a reply is read", () => {
  test.each(ODDITIES)("in a stream with %s", async (_, stream) => {
    expect(await sent("text/event-stream", [stream])).toMatchObject({ kind: "answer", text: SAID });
  });

  test.each(DOCUMENTS)("in place of a stream, from %s, whatever its type", async (_, document) => {
    for (const type of ["application/json", "text/event-stream", "text/plain"])
      expect(await sent(type, [document])).toMatchObject({ kind: "answer", text: SAID });
  });

  test("wherever packets cut any of these", async () => {
    const all = [
      ...ENDINGS.map(([, ending]) => BLUE + ending),
      ...ODDITIES.map(([, stream]) => stream),
      ...DOCUMENTS.map(([, one]) => one),
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), fc.array(fc.nat({ max: 2_000 }), { maxLength: 12 }), async (whole, cuts) => {
        expect(await sent("text/event-stream", cutAt(whole, cuts))).toMatchObject({ kind: "answer", text: SAID });
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    ["of another API", JSON.stringify({ type: "message", content: [{ type: "text", text: "Blue." }] })],
    ["of a server's state", JSON.stringify({ status: "ok", version: "0.9.1" })],
    ["without a choice", JSON.stringify({ id: "c", choices: [] })],
  ])("JSON %s is told of as what came", async (_, document) => {
    expect(await sent("application/json", [document])).toMatchObject({
      kind: "failure",
      error: { message: expect.stringContaining("in place of a reply came JSON, which begins with") as string },
    });
  });
});
