import { expect, onTestFinished, test } from "vitest";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import type { Follower } from "../../../src/runner/runner.ts";
import { createWeb } from "../../../src/slack/api/web-client.ts";
import { createSessions } from "../../../src/slack/signs/sessions.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { createWorkspace } from "../../../local-slack/index.ts";
import { manualClock } from "../../support/clock.ts";
import { GENERAL, MARIA } from "../heard.ts";
import { asks, question, says, selects, started, stopped } from "../log.ts";

const METHOD = "agents.sessions.setStatus";

test("of a session that stays at work nothing is looked up, and what ends it or makes it wait is told", async () => {
  const clock = manualClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now(), rateLimits: false });
  const { store } = openSqlite({ path: ":memory:" });
  const { ts } = await slack.control.post({ user: MARIA, channel: GENERAL, text: "fix the build" });
  const thread = `${slack.teamId}/${GENERAL}/${ts}`;
  const events: RunEvent[] = [];
  const followers = new Set<Follower>();
  let isAtHand = true;
  let looks = 0;
  const sessions = createSessions({
    runner: {
      read: async () => ({ events: [...events] }),
      atHand: () => (isAtHand ? { events: [...events] } : undefined),
      follow: (follower) => (followers.add(follower), () => void followers.delete(follower)),
    },
    store: { ...store, note: (key) => ((looks += 1), store.note(key)) },
    web: createWeb({ token: slack.botToken, apiUrl: slack.apiUrl }),
    clock,
    log: () => undefined,
  });
  onTestFinished(async () => {
    await sessions.close();
    await store.close();
    await slack.close();
  });
  const record = (...bodies: readonly EventBody[]) => {
    for (const body of bodies) {
      const event = { ...body, seq: events.length + 1, at: new Date(clock.now()).toISOString() };
      events.push(event);
      for (const follower of followers) follower(thread, event);
    }
  };
  const told = () => slack.control.calls(METHOD).map(({ args }) => args["status"]);
  const settled = () => clock.run(sessions.settled());

  record(started(), asks("fix the build"), selects("Coder"));
  await settled();
  looks = 0;
  for (let turn = 0; turn < 5; turn++) record(says("Coder", "More."), selects("Coder"));
  await settled();
  expect([told(), looks, sessions.atWorkSince()]).toEqual([["processing"], 0, Date.parse(events.at(-1)?.at ?? "")]);
  // Where it would have to be read, it is looked at, and says the same.
  isAtHand = false;
  record(says("Coder", "More."));
  await settled();
  isAtHand = true;
  expect([told(), looks]).toEqual([["processing"], 1]);

  record(question("Coder", "Which way?"));
  await settled();
  expect([told(), sessions.atWorkSince()]).toEqual([["processing", "suspended"], undefined]);
  record(asks("left", "m2"), selects("Coder"));
  await settled();
  // Somebody else may have shown something there.
  await store.putNote(`session/${thread}`, "unknown");
  sessions.lookAgain(thread);
  await settled();
  record(stopped());
  await settled();
  expect(told()).toEqual(["processing", "suspended", "processing", "processing", "active"]);
});
