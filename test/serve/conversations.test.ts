import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import type { Follower } from "../../src/runner/runner.ts";
import { createConversations } from "../../src/serve/conversations.ts";
import { followed } from "../../src/serve/progress.ts";

const PERSON = { id: "mcp", name: "A program" };
const TEAM = { name: "pair", description: "Two.", agents: [{ name: "Ana" }], stopWords: [] };

/** Runs that begin, and go on until they are stopped. */
function endless() {
  const events: RunEvent[] = [];
  const stopped: string[] = [];
  const followers = new Set<Follower>();
  const record = (thread: string, body: EventBody): void => {
    const event = { ...body, seq: events.length + 1, at: "2026-01-01T00:00:00.000Z" };
    events.push(event);
    for (const follower of followers) follower(thread, event);
  };
  const runner: Parameters<typeof createConversations>[0]["runner"] = {
    async say({ thread }) {
      record(thread, { type: "run.started", run: `r${events.length}`, team: "pair", startedBy: PERSON });
      record(thread, { type: "speaker.selected", agent: "Ana", by: "policy", reason: "" });
      return { kind: "started", run: "r", team: "pair" };
    },
    approve: async () => true,
    async stop(thread) {
      stopped.push(thread);
      record(thread, { type: "run.stopped", run: "r", outcome: "stopped", reason: "", reasons: [{ kind: "person", person: PERSON }] });
      return true;
    },
    read: async () => ({ events }),
    follow(follower) {
      followers.add(follower);
      return () => followers.delete(follower);
    },
  };
  return { runner, stopped, followers, record };
}

test("a question is told with what stands before it", async () => {
  const { runner, record } = endless();
  const asking: typeof runner = {
    ...runner,
    async say(said) {
      const heard = await runner.say(said);
      record(said.thread, { type: "handoff.made", agent: "Ana", to: "human", text: "Which one?", beside: "There are two.", call: "1" });
      return heard;
    },
  };
  const conversations = createConversations({ runner: asking, teams: [TEAM], workspace: "mcp" });
  const words = { conversation: conversations.begin(), team: "pair", person: PERSON, text: "Go" };
  const step = conversations.say(words, new AbortController().signal);
  let next = await step.next();
  while (!next.done) next = await step.next();
  expect(next.value).toMatchObject({ kind: "asks", seq: 3, text: "There are two.\nWhich one?" });
});

test("a step that is left in the middle makes room for the next, and its run is stopped", async () => {
  const { runner, stopped, followers } = endless();
  const conversations = createConversations({ runner, teams: [TEAM], workspace: "mcp" });
  const conversation = conversations.begin();
  const left = () =>
    followed(conversations.say({ conversation, team: "pair", person: PERSON, text: "Go" }, new AbortController().signal), () => {
      throw new Error("the client is gone");
    });
  await expect(left()).rejects.toThrow("the client is gone");
  expect({ stopped, followers: followers.size }).toEqual({ stopped: [conversation], followers: 0 });
  await expect(left()).rejects.toThrow("the client is gone");
});
