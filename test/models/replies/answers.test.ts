import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { jsonIn } from "../../../src/models/structured.ts";
import { ANSWER, ask, request } from "../servers/asking.ts";
import { chatServer, DONE, frame, modelAt, stream } from "../servers/chat-server.ts";

const CODER = '{"next":"Coder","reason":"r"}';
const RUNNER = '{"next":"Runner","reason":"r"}';
const answerTo = async (...frames: readonly string[]) => {
  const { url } = await chatServer((_, response) => stream(response, ...frames, frame({}, "stop"), DONE));
  return (await ask(modelAt(url), request({ tools: [], answer: ANSWER }))).reply;
};
const said = (content: unknown) => frame({ content });

describe("the answer to a schema, however a model gives it", () => {
  test.each<[string, string]>([
    ["behind thoughts that name another", said(`<think>${RUNNER}</think>\n${CODER}`)],
    ["behind thoughts whose beginning is missing", said(`It may be ${RUNNER}.\n</think>\n${CODER}`)],
    ["in a fence behind thoughts", said(`<think>x</think>\n\`\`\`json\n${CODER}\n\`\`\``)],
    ["in a tag behind thoughts", said(`<think>x</think><answer>${CODER}</answer>`)],
    ["behind half an object", said(`Either {"next":"Runner"} or so. Final: ${CODER}`)],
    ["twice", said(`${CODER}\n${CODER}`)],
    ["among braces that are no JSON", said(`The set {Coder, Runner} has two. ${CODER} I chose {Coder}.`)],
    ["in a formula's frame", said(`\\boxed{${CODER}}`)],
    ["in a string", said(JSON.stringify(CODER))],
    ["as a call that is written down", said(`<tool_call>{"name":"next_speaker","arguments":${CODER}}</tool_call>`)],
    [
      "as a call by the schema's name",
      frame({ tool_calls: [{ index: 0, id: "c", function: { name: "next_speaker", arguments: CODER } }] }),
    ],
    ["as an object in place of text", said(JSON.parse(CODER))],
    ["at the end of what the server took for reasoning", frame({ reasoning_content: `Hm.\n</think>\n${CODER}` })],
    ["in a fence at the end of the reasoning", frame({ reasoning_content: `Hm.\n\`\`\`json\n${CODER}\n\`\`\`` })],
  ])("%s", async (_, sent) => {
    const reply = await answerTo(sent);
    expect(reply).toMatchObject({ kind: "answer", toolCalls: [] });
    expect(reply.kind === "answer" && JSON.parse(reply.text)).toEqual({ next: "Coder", reason: "r" });
  });

  test("between two that fit and differ none is guessed, and none that was only thought of is taken", async () => {
    expect(jsonIn(`${CODER} or ${RUNNER}`, ["next"])).toBeUndefined();
    expect(await answerTo(frame({ reasoning_content: `Perhaps ${RUNNER}, but I do not know.` }))).toMatchObject({ kind: "failure" });
  });

  test("among any prose, the one object that has what is asked for is found", () => {
    const prose = fc.stringMatching(/^[a-z .,{}\n]{0,40}$/).filter((text) => !text.includes("{") || text.indexOf("}") > text.indexOf("{"));
    fc.assert(
      fc.property(prose, fc.string(), prose, (before, reason, after) => {
        fc.pre(before.split("{").length === before.split("}").length);
        const answer = JSON.stringify({ next: "Coder", reason });
        expect(jsonIn(`${before}. ${answer} ${after}`, ["next", "reason"])).toBe(answer);
      }),
    );
  });
});
