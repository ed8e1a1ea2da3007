import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { answersBy, NoAnswerError } from "../../../src/slack/api/fetch-answer.ts";

const fetchAnswer = answersBy();

async function answering(body: string, status = 200): Promise<string> {
  const server = createServer((_request, response) => void response.writeHead(status, { "x-oauth-scopes": "chat:write" }).end(body));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth.test`;
}

test("an answer is the one that came, its words to be read once it has been looked at", async () => {
  const url = await answering('{"ok":true,"team":"Grüße"}');
  const answer = await fetchAnswer(url);
  expect([answer.url, answer.status, answer.headers.get("x-oauth-scopes"), await answer.text()]).toEqual([
    url,
    200,
    "chat:write",
    '{"ok":true,"team":"Grüße"}',
  ]);
});

test.each(["", '{"ok":tr', "<html>a proxy</html>", '{"ok":false}'])(
  "what is no answer of Slack's is a call that did not come back: %j",
  async (body) => {
    await expect(fetchAnswer(await answering(body))).rejects.toBeInstanceOf(NoAnswerError);
  },
);

test("another status is handed on unread", async () => {
  const answer = await fetchAnswer(await answering("slow down", 503));
  expect([answer.status, await answer.text()]).toEqual([503, "slow down"]);
});
