import { expect, test } from "vitest";
import { ANSWER, ask, request } from "../servers/asking.ts";
import { chatServer, modelAt, says, type ChatRequest } from "../servers/chat-server.ts";
import { lessonsInMemory } from "../../../src/models/refusals/lessons.ts";

const asked = (more = {}) => request({ tools: [], answer: ANSWER, ...more });
const inWords = ({ messages }: ChatRequest) => JSON.stringify(messages).includes("JSON Schema");

test("a server that takes a schema and holds nobody to it is asked in words, from its second answer in prose on", async () => {
  const { url, asked: bodies } = await chatServer((body, response) =>
    says(response, inWords(body) ? '{"next":"Runner","reason":"code"}' : "I think that Runner should go on."),
  );
  const lessons = lessonsInMemory();
  const log: string[] = [];
  const model = modelAt(url, {}, { lessons, log: (line) => log.push(line) });
  for (let nth = 0; nth < 3; nth++) await ask(model, asked());
  expect(bodies.map((body) => [body.response_format !== undefined, inWords(body)])).toEqual([[true, false], [true, false], [false, true]]); // prettier-ignore
  expect(log).toHaveLength(1);
  // The next process knows.
  expect((await ask(modelAt(url, {}, { lessons }), asked())).reply).toMatchObject({ text: '{"next":"Runner","reason":"code"}' });
  expect(bodies).toHaveLength(4);
});

test("one answer in prose is the model's own, and prose that was not asked to be JSON says nothing", async () => {
  const texts = [
    "Runner, please.",
    "Hello.",
    '{"next":"Runner","reason":"x"}',
    "Runner again.",
    '```json\n{"next":"Coder","reason":"y"}\n```',
    "Hm.",
  ];
  const { url, asked: bodies } = await chatServer((_, response) => says(response, texts[bodies.length - 1] ?? ""));
  const model = modelAt(url);
  for (let nth = 0; nth < texts.length; nth++) await ask(model, nth === 1 ? asked({ answer: undefined }) : asked());
  expect(bodies.filter(inWords)).toEqual([]);
});
