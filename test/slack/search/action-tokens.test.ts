import { expect, onTestFinished, test } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import { createActionTokens, KEPT_MAX, KEPT_MS } from "../../../src/slack/search/action-tokens.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { decision } from "../../store/sqlite/planted-database.ts";

const NOW = new AbortController();
NOW.abort();
const THREAD = "T1/C1/1.1";
const KEY = `search/${THREAD}/U0MARIA`;

function world() {
  const opened = openSqlite({ path: ":memory:" });
  onTestFinished(() => opened.store.close());
  let now = Date.UTC(2026, 10, 23);
  const clock = { ...systemClock, now: () => now };
  const tokens = createActionTokens({ store: opened.store, team: "T1", clock });
  const keep = (token: string, ts = "1.1") =>
    tokens.keepFrom({
      type: "event_callback",
      team_id: "T1",
      event_id: `Ev${token}`,
      event: { type: "message", channel: "C1", channel_type: "channel", user: "U0MARIA", ts, text: "look", action_token: token },
    });
  const find = () => tokens.find("U0MARIA", THREAD, NOW.signal);
  return { ...opened, tokens, keep, find, pass: (ms: number) => (now += ms) };
}

test.each<Target>([
  { kind: "thread", thread: THREAD },
  { kind: "scope", scope: "T1/C1" },
  { kind: "person", person: "U0MARIA" },
  { kind: "workspace", workspace: "T1" },
])("the leave to search goes with what is forgotten: $kind", async (target) => {
  const { keep, find, store, forgetter } = world();
  const events = [{ type: "message.posted", person: { id: "U0MARIA", name: "Maria" }, text: "look" } as const];
  await store.commit({ thread: THREAD, workspace: "T1", afterSeq: 0, at: "2026-11-23T10:00:00.000Z", events, posts: [], wake: "none" });
  await keep("leave-1");
  expect(await find()).toBe("leave-1");
  const forgetting = await forgetter.begin(target, decision("forget"));
  for (const thread of await forgetter.threads(target)) await forgetter.rewrite(forgetting, thread);
  await forgetter.finish(forgetting);
  expect(await store.note(KEY)).toBeUndefined();
  expect(await find()).toBeUndefined();
});

test("an hour later it is kept no more, whether it is asked for or another one comes", async () => {
  const { keep, find, store, pass } = world();
  await keep("leave-1");
  pass(KEPT_MS - 1);
  expect(await find()).toBe("leave-1");
  pass(1);
  expect(await find()).toBeUndefined();
  expect(await store.note(KEY)).toBe("");
  await keep("leave-2");
  pass(KEPT_MS);
  await keep("leave-3", "2.2");
  expect(await store.note(KEY)).toBe("");
});

test("which Slack takes no more goes; a newer one stays", async () => {
  const { keep, find, tokens } = world();
  await keep("leave-1");
  await keep("leave-2");
  await tokens.drop("U0MARIA", THREAD, "leave-1");
  expect(await find()).toBe("leave-2");
  await tokens.drop("U0MARIA", THREAD, "leave-2");
  expect(await find()).toBeUndefined();
});

test("of more than are kept the oldest go", async () => {
  const { keep, find } = world();
  await keep("leave-0");
  for (let nth = 2; nth <= KEPT_MAX; nth++) await keep(`leave-${nth}`, `${nth}.1`);
  expect(await find()).toBe("leave-0");
  await keep("one-more", "9999.1");
  expect(await find()).toBeUndefined();
});
