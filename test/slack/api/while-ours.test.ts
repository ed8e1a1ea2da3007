import { expect, onTestFinished, test } from "vitest";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { whileOurs } from "../../../src/slack/api/while-ours.ts";
import { createWorkspace } from "../../../local-slack/index.ts";

const said = { channel: "C0GENERAL", text: "said" };

/** Whoever is asked last finds out that all that this process had is another's, and is a new one by then. */
async function world() {
  const slack = await createWorkspace({ port: 0, rateLimits: false });
  onTestFinished(() => slack.close());
  const lost = new AbortController();
  const { write } = createWeb({ token: slack.botToken, apiUrl: slack.apiUrl, beforeWriting: async () => lost.abort() });
  return { lost, write, posts: () => slack.control.calls("chat.postMessage").length };
}

test("a call of work that is lost while the call is on its way is not made", async () => {
  const { lost, write, posts } = await world();
  await expect(whileOurs(lost.signal, () => write.chat.postMessage(said))).rejects.toThrow("is another process' by now");
  expect(posts()).toBe(0);
});

test("a call of nobody's work, and one of work that is not lost, are made", async () => {
  const { write, posts } = await world();
  await write.chat.postMessage(said);
  await whileOurs(new AbortController().signal, () => write.chat.postMessage(said));
  expect(posts()).toBe(2);
});
