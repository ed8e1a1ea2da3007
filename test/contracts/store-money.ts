import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { EventBody, Usage } from "../../src/engine/events/events.ts";
import type { Store } from "../../src/store/store.ts";
import { AT, append, commitOf, started } from "../../src/store/contracts/commits.ts";
import { type FakeClock, fakeClock } from "../../src/store/contracts/fake-clock.ts";

/** What every store does about what runs cost. `open` makes an empty one that tells the time by this clock. */
export function moneyContract(name: string, open: (clock: FakeClock) => Promise<Store>): void {
  describe(`${name}, as a store of costs`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open(fakeClock());
    });
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
        expect(await store.spentOn("T1", "workspace", "2026-01-05")).toEqual({ usd: 1.75, priced: true });
        expect(await store.spentOn("T1", "person/U1", "2026-01-05")).toEqual({ usd: 0.75, priced: true });
        expect(await store.spentOn("T1", "person/U1", "2026-01-06")).toEqual({ usd: 2, priced: true });
        expect(await store.spentOn("T2", "workspace", "2026-01-05")).toEqual({ usd: 7, priced: true });
        expect(await store.spentOn("T1", "person/U3", "2026-01-05")).toEqual({ usd: 0, priced: true });
      });

      test("counts for the workspace of the thread, also when whoever writes does not know it, as one who presses a button", async () => {
        const accounts = ["workspace"];
        await append(store, "t", [started()], { accounts });
        await append(store, "t", [costs(3)], { accounts, workspace: "" });
        expect(await store.spentOn("T1", "workspace", "2026-01-05")).toEqual({ usd: 3, priced: true });
      });

      test("is at least so much, once the price of a call is unknown; a call that was not made has none", async () => {
        const accounts = ["workspace"];
        await append(store, "t", [started(), spoke({ inputTokens: 0, outputTokens: 0, usd: 0, calls: 0 }), costs(1)], { accounts });
        expect(await store.spentOn("T1", "workspace", "2026-01-05")).toEqual({ usd: 1, priced: true });
        await append(store, "t", [spoke({ inputTokens: 5, outputTokens: 5 })], { accounts });
        await append(store, "t", [costs(1)], { accounts });
        expect(await store.spentOn("T1", "workspace", "2026-01-05")).toEqual({ usd: 2, priced: false });
      });

      test("says that some of it rests on estimated tokens", async () => {
        const accounts = ["workspace"];
        await append(store, "t", [started(), spoke({ inputTokens: 5, outputTokens: 5, usd: 1, estimated: true })], { accounts });
        await append(store, "t", [costs(1)], { accounts });
        expect(await store.spentOn("T1", "workspace", "2026-01-05")).toEqual({ usd: 2, priced: true, estimated: true });
      });

      test("is not counted for events that were refused", async () => {
        await append(store, "t", [started()]);
        expect(await store.commit(commitOf("t", 0, [costs(1)], { accounts: ["workspace"] }))).toEqual({ kind: "stale", lastSeq: 1 });
        expect(await store.spentOn("T1", "workspace", "2026-01-05")).toEqual({ usd: 0, priced: true });
      });
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
        expect(first).toMatchObject({ kind: "reserved" });
        const told: string[] = [];
        const second = store.reserve(call(0.1), signal).then((reserved) => (told.push(reserved.kind), reserved));
        expect(await store.reserve(call(0.1, 1, "person/U1"), signal)).toMatchObject({ kind: "reserved" });
        expect(told).toEqual([]);
        const reservation = first.kind === "reserved" ? first.reservation : "";
        await store.callEnded(reservation, 0.2);
        expect(await second).toMatchObject({ kind: "reserved" });
        // In the breath of the commit that tells the cost: nobody is let in by money that has just been spent.
        await append(store, "t", [spent(0.2)], { accounts: ["workspace"], settles: [reservation] });
        expect(await store.spentOn("T1", "workspace", day)).toEqual({ usd: 0.7, priced: true });
        await store.callEnded(reservation, 0.2);
      });

      test("what a call has cost is as good as spent before it is told, and a budget that is used up lets nobody wait", async () => {
        const first = await store.reserve(call(0.3), signal);
        const waiting = store.reserve(call(0.3, 0.2), signal);
        await store.callEnded(first.kind === "reserved" ? first.reservation : "", 0.25);
        expect(await waiting).toEqual({ kind: "used up", account: "workspace", spent: 0.25 });
        expect(await store.reserve(call(0.1, 0.25), signal)).toMatchObject({ kind: "used up" });
        expect(await store.reserve(call(0.1, 0.26), signal)).toMatchObject({ kind: "reserved" });
      });

      test("a call that was not made gives it back, and who no longer waits is told", async () => {
        const first = await store.reserve(call(2), signal);
        const leaving = new AbortController();
        const left = store.reserve(call(2), leaving.signal);
        const waiting = store.reserve(call(2), signal);
        leaving.abort();
        expect(await left).toEqual({ kind: "aborted" });
        await store.callEnded(first.kind === "reserved" ? first.reservation : "", 0);
        expect(await waiting).toMatchObject({ kind: "reserved" });
        expect(await store.reserve(call(2), AbortSignal.abort())).toEqual({ kind: "aborted" });
      });

      test("costs that another way brings, as those of an import, are seen by who waits", async () => {
        await store.reserve(call(2), signal);
        const waiting = store.reserve(call(2), signal);
        await append(store, "t", [started(), spent(3)], { accounts: ["workspace"] });
        expect(await waiting).toEqual({ kind: "used up", account: "workspace", spent: 3 });
      });
    });
  });
}
