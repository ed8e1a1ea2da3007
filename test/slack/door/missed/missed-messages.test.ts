import { expect, onTestFinished, test } from "vitest";
import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Web } from "../../../../src/slack/api/web-client.ts";
import { createMissed } from "../../../../src/slack/door/missed/missed-messages.ts";
import { createPace } from "../../../../src/slack/post/pace.ts";
import { openSqlite } from "../../../../src/store/sqlite/store.ts";
import { manualClock } from "../../../support/clock.ts";
import { eventually } from "../../../support/patience.ts";

test("who is stopped while Slack lets it ask for no conversations waits no longer, and leaves all to be read by the next one", async () => {
  const clock = manualClock();
  const { store } = openSqlite({ path: ":memory:" });
  onTestFinished(() => store.close());
  await store.putNote("heard/T1", String(clock.now() / 1_000 - 3_600));
  const [told, asked]: [string[], object[]] = [[], []];
  const conversations = async (args: object) => {
    asked.push(args);
    throw new WebAPIRateLimitedError(500);
  };
  const missed = createMissed({
    web: { read: { users: { conversations } } } as unknown as Web,
    store,
    inbox: { receive: () => expect.unreachable("nothing was read") },
    me: { team: "T1", user: "U0PARLEY" },
    bots: new Set(),
    reads: createPace(clock).reads,
    clock,
    log: (line) => void told.push(line),
  });
  const stopping = new AbortController();
  const reading = missed.read(stopping.signal);
  await eventually(() => expect(clock.sleeping()).toBe(1));
  stopping.abort();
  expect(await reading).toBe(false);
  expect([asked.length, told, await store.note("missed/T1")]).toEqual([1, [], expect.stringMatching(/^\d/)]);
});
