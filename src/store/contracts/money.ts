import assert from "node:assert/strict";
import type { EventBody, Usage } from "../../engine/events/events.ts";
import type { Store } from "../store.ts";
import { AT, append, commitOf, started } from "./commits.ts";
import { fakeClock } from "./fake-clock.ts";
import type { GivenStore } from "./given.ts";

/** What is spent on a day and set aside for a call, and what a person may not do without end. */
export function moneyContract({ tests, open }: GivenStore): void {
  const { describe, test, beforeEach, afterEach } = tests;
  let store: Store;
  beforeEach(async () => void (store = await open(fakeClock())));
  afterEach(() => store.close());

  describe("what is spent on a day", () => {
    const spoke = (usage: Usage): EventBody => ({ type: "message.posted", agent: "Ana", text: "…", usage });
    const costs = (usd: number) => spoke({ inputTokens: 1, outputTokens: 1, usd });

    test("is summed for each account that pays, by workspace and by the day of the commit", async () => {
      const accounts = ["workspace", "person/U1"];
      await append(store, "a", [started(), costs(0.25), costs(0.5)], { accounts });
      await append(store, "b", [started(), costs(1)], { accounts: ["workspace", "person/U2"] });
      await append(store, "c", [started(), costs(7)], { accounts, workspace: "T2" });
      await append(store, "a", [costs(2)], { accounts, at: "2026-01-06T00:00:00.000Z" });
      await append(store, "d", [started(), costs(9)]);
      assert.deepEqual(await store.spentOn("T1", "workspace", "2026-01-05"), { usd: 1.75, priced: true });
      assert.deepEqual(await store.spentOn("T1", "person/U1", "2026-01-05"), { usd: 0.75, priced: true });
      assert.deepEqual(await store.spentOn("T1", "person/U1", "2026-01-06"), { usd: 2, priced: true });
      assert.deepEqual(await store.spentOn("T2", "workspace", "2026-01-05"), { usd: 7, priced: true });
      assert.deepEqual(await store.spentOn("T1", "person/U3", "2026-01-05"), { usd: 0, priced: true });
    });

    test("counts for the workspace of the thread, also when whoever writes does not know it, as one who presses a button", async () => {
      const accounts = ["workspace"];
      await append(store, "t", [started()], { accounts });
      await append(store, "t", [costs(3)], { accounts, workspace: "" });
      assert.deepEqual(await store.spentOn("T1", "workspace", "2026-01-05"), { usd: 3, priced: true });
    });

    test("is at least so much, once the price of a call is unknown; a call that was not made has none", async () => {
      const accounts = ["workspace"];
      await append(store, "t", [started(), spoke({ inputTokens: 0, outputTokens: 0, usd: 0, calls: 0 }), costs(1)], { accounts });
      assert.deepEqual(await store.spentOn("T1", "workspace", "2026-01-05"), { usd: 1, priced: true });
      await append(store, "t", [spoke({ inputTokens: 5, outputTokens: 5 })], { accounts });
      await append(store, "t", [costs(1)], { accounts });
      assert.deepEqual(await store.spentOn("T1", "workspace", "2026-01-05"), { usd: 2, priced: false });
    });

    test("says that some of it rests on estimated tokens", async () => {
      const accounts = ["workspace"];
      await append(store, "t", [started(), spoke({ inputTokens: 5, outputTokens: 5, usd: 1, estimated: true })], { accounts });
      await append(store, "t", [costs(1)], { accounts });
      assert.deepEqual(await store.spentOn("T1", "workspace", "2026-01-05"), { usd: 2, priced: true, estimated: true });
    });

    test("is not counted for events that were refused", async () => {
      await append(store, "t", [started()]);
      assert.deepEqual(await store.commit(commitOf("t", 0, [costs(1)], { accounts: ["workspace"] })), { kind: "stale", lastSeq: 1 });
      assert.deepEqual(await store.spentOn("T1", "workspace", "2026-01-05"), { usd: 0, priced: true });
    });
  });

  test("of what a person may not do without end one more is refused, and nothing is written; an hour later it is not", async () => {
    const heard = [{ person: "U1", kind: "run", perHour: 2 }] as const;
    const say = (thread: string, at: string, more: object = {}) => store.commit(commitOf(thread, 0, [started()], { at, heard, ...more }));
    assert.equal((await say("a", "2026-01-05T09:00:00.000Z")).kind, "ok");
    assert.equal((await say("b", "2026-01-05T09:10:00.000Z")).kind, "ok");
    const late = { accounts: ["workspace"], posts: [{ event: 0, kind: "card", part: 0 }] };
    const refused = await say("c", "2026-01-05T09:59:59.999Z", late);
    assert.deepEqual(refused, { kind: "too many", heard: heard[0], at: Date.parse("2026-01-05T09:00:00.000Z") });
    assert.deepEqual([await store.load("c", 0), await store.duePosts(undefined, 10)], [[], []]);
    for (const other of [{ person: "U2" }, { kind: "message" as const }])
      assert.equal((await say(`c-${Object.values(other)[0]}`, AT, { heard: [{ ...heard[0], ...other }] })).kind, "ok");
    assert.equal((await say("d", AT, { workspace: "T2" })).kind, "ok");
    assert.equal((await say("c", "2026-01-05T10:00:00.000Z")).kind, "ok");
  });

  describe("money that is set aside", () => {
    const day = AT.slice(0, "2026-01-05".length);
    const call = (usd: number, limit = 1, account = "workspace") => ({ workspace: "T1", day, usd, budgets: [{ account, limit }] });
    const { signal } = new AbortController();
    const spent = (usd: number): EventBody => ({
      type: "message.posted",
      agent: "Ana",
      text: "…",
      usage: { inputTokens: 1, outputTokens: 1, usd },
    });

    test("a call may go where the budget is not used up, be it the last one; the next waits until it is known what is left", async () => {
      await append(store, "t", [started(), spent(0.5)], { accounts: ["workspace"] });
      const first = await store.reserve(call(0.7), signal);
      assert.equal(first.kind, "reserved");
      const told: string[] = [];
      const second = store.reserve(call(0.1), signal).then((reserved) => (told.push(reserved.kind), reserved));
      assert.equal((await store.reserve(call(0.1, 1, "person/U1"), signal)).kind, "reserved");
      assert.deepEqual(told, []);
      const reservation = first.kind === "reserved" ? first.reservation : "";
      await store.callEnded(reservation, 0.2);
      assert.equal((await second).kind, "reserved");
      // In the breath of the commit that tells the cost: nobody is let in by money that has just been spent.
      await append(store, "t", [spent(0.2)], { accounts: ["workspace"], settles: [reservation] });
      assert.deepEqual(await store.spentOn("T1", "workspace", day), { usd: 0.7, priced: true });
      await store.callEnded(reservation, 0.2);
    });

    test("what a call has cost is as good as spent before it is told, and a budget that is used up lets nobody wait", async () => {
      const first = await store.reserve(call(0.3), signal);
      const waiting = store.reserve(call(0.3, 0.2), signal);
      await store.callEnded(first.kind === "reserved" ? first.reservation : "", 0.25);
      assert.deepEqual(await waiting, { kind: "used up", account: "workspace", spent: 0.25 });
      assert.equal((await store.reserve(call(0.1, 0.25), signal)).kind, "used up");
      assert.equal((await store.reserve(call(0.1, 0.26), signal)).kind, "reserved");
    });

    test("a call that was not made gives it back, and who no longer waits is told", async () => {
      const first = await store.reserve(call(2), signal);
      const leaving = new AbortController();
      const left = store.reserve(call(2), leaving.signal);
      const waiting = store.reserve(call(2), signal);
      leaving.abort();
      assert.deepEqual(await left, { kind: "aborted" });
      await store.callEnded(first.kind === "reserved" ? first.reservation : "", 0);
      assert.equal((await waiting).kind, "reserved");
      assert.deepEqual(await store.reserve(call(2), AbortSignal.abort()), { kind: "aborted" });
    });

    test("costs that another way brings, as those of an import, are seen by who waits", async () => {
      await store.reserve(call(2), signal);
      const waiting = store.reserve(call(2), signal);
      await append(store, "t", [started(), spent(3)], { accounts: ["workspace"] });
      assert.deepEqual(await waiting, { kind: "used up", account: "workspace", spent: 3 });
    });
  });
}
