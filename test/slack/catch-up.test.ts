import { afterEach, beforeEach, expect, test } from "vitest";
import { createCatchUp } from "../../src/slack/catch-up.ts";
import { Inbox } from "../../src/slack/inbox.ts";
import type { Web } from "../../src/slack/web.ts";
import { openSqlite } from "../../src/store/sqlite.ts";
import type { Store } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";
import { started } from "./log.ts";
import { eventually } from "../support/patience.ts";

const TEAM = "T0LOCAL";
let store: Store;
beforeEach(async () => {
  ({ store } = openSqlite({ path: ":memory:" }));
  for (const ts of ["1700000000.000100", "1700000001.000100", "1700000002.000100"])
    await store.commit({
      thread: `${TEAM}/C1/${ts}`,
      workspace: TEAM,
      afterSeq: 0,
      at: "2026-01-05T09:00:00.000Z",
      events: [started()],
      posts: [],
      wake: "none",
    });
});
afterEach(() => store.close());

test("a Slack that does not answer a look back holds up no stop, and is asked nothing more after it", async () => {
  const clock = manualClock();
  const problems: string[] = [];
  const log = (problem: string) => void problems.push(problem);
  const asked: unknown[] = [];
  const replies = (args: unknown) => {
    asked.push(args);
    return new Promise(() => undefined);
  };
  const catchUp = createCatchUp({
    store,
    runner: { read: async (thread) => ({ events: await store.load(thread, 0) }) },
    web: { read: { conversations: { replies } } } as unknown as Web,
    inbox: new Inbox({ store, clock, log, handle: async () => undefined }),
    team: TEAM,
    clock,
    log,
  });
  catchUp.begin();
  await eventually(() => expect(asked).toHaveLength(1));
  await clock.run(catchUp.stop());
  catchUp.begin();
  expect(asked).toHaveLength(1);
  expect(problems).toEqual([]);
});
