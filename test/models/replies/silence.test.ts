import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ask, request } from "../servers/asking.ts";
import { chatServer, DONE, frame, modelAt, stream } from "../servers/chat-server.ts";

/** Behind the result of a call: what the tool gave may be all that there is to say. */
const afterTool = () =>
  request({
    messages: [
      { role: "user", text: "The door code is 12: note it." },
      { role: "assistant", text: "", toolCalls: [{ call: "c1", tool: "remember", args: "{}" }] },
      { role: "tool", call: "c1", tool: "remember", text: "noted", failed: false },
    ],
  });
const end = frame({}, "stop");
const document = (content: unknown) =>
  JSON.stringify({ choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }] });

describe("a model that has nothing to add", () => {
  test.each<[string, readonly string[]]>([
    ["empty words", [frame({ role: "assistant", content: "" }), end, DONE]],
    ["null for words", [frame({ role: "assistant", content: null }), end, DONE]],
    ["a role alone", [frame({ role: "assistant" }), end, DONE]],
    ["an end alone", [end, DONE]],
    ["an end and no [DONE]", [frame({ content: "" }), end]],
    ["blanks and line ends", [frame({ content: " " }), frame({ content: "\n\n" }), end, DONE]],
    ["no parts", [frame({ content: [] }), end, DONE]],
    ["a part without words", [frame({ content: [{ type: "text", text: "" }] }), end, DONE]],
    ["no calls beside no words", [frame({ content: "", tool_calls: [] }), end, DONE]],
    ["thoughts alone, in tags", [frame({ content: "<think>It is noted.</think>" }), end, DONE]],
    ["thoughts alone, in a field", [frame({ reasoning_content: "It is noted." }), end, DONE]],
    ["the end of its template", [frame({ content: "<|im_end|>" }), end, DONE]],
    ["one document", [document("")]],
    ["one document, null for words", [document(null)]],
  ])("says it by %s: no failure behind a tool's result", async (_, frames) => {
    const { url } = await chatServer((_request, response) => stream(response, ...frames));
    expect((await ask(modelAt(url), afterTool())).reply).toMatchObject({ kind: "answer", text: "" });
  });

  test("in whatever pieces it comes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("", " ", "\n", "\t"), { maxLength: 6 }), async (pieces) => {
        const { url } = await chatServer((_request, response) =>
          stream(response, ...pieces.map((content) => frame({ content })), end, DONE),
        );
        expect((await ask(modelAt(url), afterTool())).reply).toMatchObject({ kind: "answer", text: "" });
      }),
      { numRuns: 15 },
    );
  });

  test("where a person waits for an answer, it is a failure", async () => {
    const { url } = await chatServer((_request, response) => stream(response, frame({ content: "" }), end, DONE));
    expect((await ask(modelAt(url), request())).reply).toMatchObject({ kind: "failure" });
  });
});
