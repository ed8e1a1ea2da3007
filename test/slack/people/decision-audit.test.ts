import { afterEach, expect, test, vi } from "vitest";
import { GENERAL, JONAS, listening, MARIA, waitsIn, type Listening } from "../heard.ts";

let parley: Listening;
afterEach(() => parley.close());

const decisions = async () => (await parley.settings.decisions(parley.slack.teamId, { limit: 50 })).toReversed();
const thread = (ts: string) => `${parley.slack.teamId}/${GENERAL}/${ts}`;

test("a decision that the process did not live to keep is in the audit log after the next start, once", async () => {
  parley = await listening();
  const ts = await parley.post("@parley careful: clean up");
  await waitsIn(parley, ts, "approval.requested");
  await parley.app.stop();
  // The ear is gone, as in a crash between the log and the audit log.
  expect(await parley.runner.approve(thread(ts), { call: "call-1", approved: true, person: { id: MARIA, name: "Maria" } })).toBe(true);
  expect(await decisions()).toEqual([]);
  for (let starts = 0; starts < 2; starts++) {
    parley = await parley.crash();
    await vi.waitFor(async () => expect(await decisions()).toHaveLength(1), { timeout: 10_000 });
  }
  expect(await decisions()).toMatchObject([
    { person: { id: MARIA }, deed: "approve once", subject: `${thread(ts)} call-1`, allowed: true },
  ]);
});

test("a press that is refused and handled again after a crash is counted once; pressed again, it counts as a second one", async () => {
  parley = await listening({ parts: { allow: { stop: "starter" } } });
  const ts = await parley.post("@parley coding: think");
  const stop = (triggerId: string) => ({
    type: "block_actions",
    team: { id: parley.slack.teamId },
    user: { id: JONAS, team_id: parley.slack.teamId },
    trigger_id: triggerId,
    container: { channel_id: GENERAL, message_ts: ts, thread_ts: ts },
    actions: [{ type: "button", block_id: "b", action_id: "parley.run.stop", value: "{}" }],
  });
  for (const [id, trigger] of [
    ["one", "1.1"],
    ["two", "1.1"],
    ["three", "2.2"],
  ] as const) {
    // The same press under another envelope is what an inbox that lost its last word hands out.
    await parley.store.receive({ id, at: new Date().toISOString(), body: JSON.stringify(stop(trigger)) });
  }
  parley = await parley.crash();
  await parley.quiet();
  expect((await decisions()).map(({ person, deed, allowed, times }) => [person.name, deed, allowed, times])).toEqual([
    ["Jonas", "stop", false, 2],
  ]);
  expect(await parley.running(ts)).toBe(true);
});

test("stops are kept with who stopped", async () => {
  parley = await listening();
  const ts = await parley.post("@parley coding: think");
  await parley.post("stop", { user: JONAS, threadTs: ts });
  await vi.waitFor(async () => expect(await decisions()).toMatchObject([{ person: { id: JONAS }, deed: "stop", subject: thread(ts) }]));
});
