import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Claim, Signal, Work, WorkKind } from "../../src/store/dispatch.ts";
import type { Committed, Store } from "../../src/store/store.ts";
import { append, commitOf, said } from "../../src/store/contracts/commits.ts";
import type { OpenedForWork as Opened } from "../../src/store/contracts/given.ts";
import { type FakeClock, fakeClock, settled as turnsOfTheLoop, until } from "../../src/store/contracts/fake-clock.ts";

/** One store of two openers: each call goes to the other one than the call before. Turns are served by the second, and closing closes both. */
export function takingTurns(first: Opened, second: Opened): Opened {
  let isFirst = false;
  const next = (): Store => {
    isFirst = !isFirst;
    return (isFirst ? first : second).store;
  };
  const store = Object.fromEntries(
    Object.entries(first.store).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === "function" ? (...args: unknown[]) => (next() as unknown as Methods)[name]?.(...args) : value,
    ]),
  ) as unknown as Store;
  const close = async () => {
    await first.store.close();
    await second.store.close();
  };
  return { store: { ...store, close }, dispatch: second.dispatch };
}

interface Methods {
  readonly [name: string]: ((...args: unknown[]) => unknown) | undefined;
}

/** What holds between two openers of one database, as between two machines. */
export function openersContract(
  name: string,
  open: (clock: FakeClock) => Promise<readonly [Opened, Opened]>,
  settled: () => Promise<void> = turnsOfTheLoop,
): void {
  describe(`${name}, of two openers`, () => {
    let one: Opened;
    let other: Opened;
    let clock: FakeClock;
    beforeEach(async () => {
      clock = fakeClock(undefined, settled);
      [one, other] = await open(clock);
    });
    afterEach(async () => {
      await one.store.close();
      await other.store.close();
    });

    /** Each piece of work that was begun, with who has it and how to end it. */
    interface Begun extends Work {
      readonly by: "one" | "other";
      readonly signals: Signal[];
      end(error?: Error): void;
    }
    const begun: Begun[] = [];
    beforeEach(() => void begun.splice(0));
    const serve = (by: "one" | "other", kind: WorkKind = "turn", slots = 4) =>
      (by === "one" ? one : other).dispatch.serve(
        kind,
        { slots, perWorkspace: slots, onBug: () => undefined },
        (work) =>
          new Promise((resolve, reject) => {
            const signals: Signal[] = [];
            work.onSignal((what) => signals.push(what));
            begun.push({ ...work, by, signals, end: (error) => (error ? reject(error) : resolve()) });
          }),
      );
    const claimed = (claim: Claim, afterSeq: number) => commitOf(claim.key, afterSeq, [said("mine")], { claim });

    test("what one records the other reads and hears, in order, and each knows what it has recorded itself", async () => {
      const heard: { readonly one: Committed[]; readonly other: Committed[] } = { one: [], other: [] };
      one.store.follow((committed) => heard.one.push(committed));
      other.store.follow((committed) => heard.other.push(committed));
      await append(one.store, "t", [said("a")]);
      await append(other.store, "t", [said("b"), said("c")]);
      await append(one.store, "t", [said("d")], { wake: "now" });
      await settled();
      for (const told of [heard.one, heard.other]) expect(told.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([1, 2, 3, 4]);
      expect(heard.one.map(({ here }) => here)).toEqual([true, false, true]);
      expect(heard.other.map(({ here, wakes }) => [here, wakes])).toEqual([
        [false, false],
        [true, false],
        [false, true],
      ]);
    });

    test("of two that write from the same place one is told that it is stale, and may write once it has read on", async () => {
      const results = await Promise.all([one, other].map(({ store }) => store.commit(commitOf("t", 0, [said("first")]))));
      expect(results.map(({ kind }) => kind).toSorted()).toEqual(["ok", "stale"]);
      expect(await other.store.commit(commitOf("t", 1, [said("second")]))).toMatchObject({ kind: "ok" });
    });

    test("a thread is handled by one of them at a time, whoever woke it, and both are given work", async () => {
      serve("one", "turn", 1);
      serve("other", "turn", 1);
      for (const thread of ["a", "b", "c"]) await append(one.store, thread, [said("go")], { wake: "now" });
      await until(() => begun.length === 2);
      expect(begun.map(({ by }) => by).toSorted()).toEqual(["one", "other"]);
      await append(other.store, "a", [said("again")], { wake: "now" });
      await settled();
      expect(begun.map(({ key }) => key)).toEqual(["a", "b"]);
      begun[0]?.end();
      await until(() => begun.length === 3);
      begun[1]?.end();
      await until(() => begun.length === 4);
      expect(begun.slice(2).map(({ key }) => key)).toEqual(["c", "a"]);
    });

    test("a signal reaches whoever has the turn, and nobody else", async () => {
      serve("one");
      await append(other.store, "a", [said("go")], { wake: "now" });
      await append(other.store, "b", [said("go")], { wake: "now" });
      await until(() => begun.length === 2);
      await other.dispatch.signal("a", "stop");
      await other.dispatch.signal("nobody's", "skip");
      await settled();
      begun[0]?.end();
      await settled();
      await other.dispatch.signal("a", "park");
      expect(begun.map(({ signals }) => signals)).toEqual([["stop"], []]);
    });

    test("who has the turn writes in its name; when it has ended, a late commit in that name is fenced", async () => {
      serve("one");
      await append(one.store, "a", [said("go")], { wake: "now" });
      await until(() => begun.length === 1);
      const { claim } = begun[0]!;
      expect(await one.store.commit(claimed(claim, 1))).toMatchObject({ kind: "ok" });
      begun[0]?.end();
      await settled();
      const post = { event: 0, kind: "turn", part: 0 };
      expect(await one.store.commit({ ...claimed(claim, 2), posts: [post], wake: "now" })).toEqual({ kind: "fenced" });
      expect(await one.store.load("a", 2)).toEqual([]);
      expect(await one.store.duePosts(undefined, 10)).toEqual([]);
      await settled();
      expect(begun).toHaveLength(1);
    });

    test("what one was handling when it went the other handles; the one that went is told, and what it still writes is fenced", async () => {
      serve("one");
      await append(one.store, "a", [said("go")], { wake: "now" });
      await until(() => begun.length === 1);
      serve("other");
      await settled();
      expect(begun).toHaveLength(1);
      await one.store.close();
      await until(() => begun.length === 2);
      const [lost, taken] = begun as [Begun, Begun];
      expect([lost.by, taken.by, lost.signals]).toEqual(["one", "other", ["lost"]]);
      expect(await other.store.commit(claimed(lost.claim, 1))).toEqual({ kind: "fenced" });
      // The late end of the one that went ends nothing.
      lost.end();
      await settled();
      expect(await other.store.commit(claimed(taken.claim, 1))).toMatchObject({ kind: "ok" });
      taken.end();
      await settled();
      expect(begun).toHaveLength(2);
    });

    test("stopping one leaves what is due to the other", async () => {
      serve("one", "turn", 1);
      serve("other", "turn", 1);
      for (const thread of ["a", "b"]) await append(one.store, thread, [said("go")], { wake: "now" });
      await until(() => begun.length === 2);
      const stopped = begun.find(({ by }) => by === "one")!;
      const stopping = one.dispatch.stop();
      await append(other.store, stopped.key, [said("more")], { wake: "now" });
      stopped.end();
      await stopping;
      begun.find(({ by }) => by === "other")?.end();
      await until(() => begun.length === 3);
      expect(begun[2]).toMatchObject({ by: "other", key: stopped.key });
    });

    test("how often the work has failed before is known to whoever has it next", async () => {
      serve("one");
      await append(one.store, "a", [said("go")], { wake: "now" });
      for (const failures of [0, 1, 2]) {
        await until(() => begun.length === failures + 1);
        expect(begun[failures]?.failures).toBe(failures);
        begun[failures]?.end(new Error("a bug"));
        await settled();
        await clock.advance(60_000);
      }
    });

    test("what one is alone with the other waits for, and has when the one goes", async () => {
      const told: string[] = [];
      const first = one.store.exclusively("k", () => new Promise<never>(() => void told.push("one")));
      await settled();
      const second = other.store.exclusively("k", async () => void told.push("other"));
      await settled();
      expect(told).toEqual(["one"]);
      await Promise.all([expect(first).rejects.toThrow(/has been closed/), one.store.close()]);
      await second;
      expect(told).toEqual(["one", "other"]);
    });

    test("each knows how many have it open, as they come and go", async () => {
      await until(() => [one, other].every(({ store }) => store.openers() === 2));
      await one.store.close();
      await until(() => other.store.openers() < 2);
      expect(other.store.openers()).toBe(1);
    });

    test("of money that one has set aside the other sees what is left, and has it when the one goes", async () => {
      const call = { workspace: "T1", day: "2026-01-05", usd: 1, budgets: [{ account: "workspace", limit: 1 }] };
      const { signal } = new AbortController();
      expect(await one.store.reserve(call, signal)).toMatchObject({ kind: "reserved" });
      let isTold = false;
      const waiting = other.store.reserve(call, signal).finally(() => (isTold = true));
      await settled();
      expect(isTold).toBe(false);
      await one.store.close();
      expect(await waiting).toMatchObject({ kind: "reserved" });
    });

    test("a person is heard by both no more often than they may be by one", async () => {
      const heard = [{ person: "U1", kind: "message", perHour: 1 }] as const;
      const results = await Promise.all([one, other].map(({ store }, index) => store.commit(commitOf(`t${index}`, 0, [], { heard }))));
      expect(results.map(({ kind }) => kind).toSorted()).toEqual(["ok", "too many"]);
    });

    test("a job that is alone hears when it is not any more; one that waits for it is let in, and one of who has gone is not begun", async () => {
      const told: string[] = [];
      const leads = (name: string) => (lost: AbortSignal) =>
        new Promise<void>((resolve) => {
          told.push(`${name} begins`);
          lost.addEventListener("abort", () => (told.push(`${name} is told`), resolve()));
        });
      const first = one.store.exclusively("k", leads("one"));
      const waiting = one.store.exclusively("k", leads("one again"));
      await settled();
      const second = other.store.exclusively("k", leads("other"));
      await settled();
      const ends = [first, waiting].map((job) => expect(job).rejects.toThrow(/has been closed/));
      await one.store.close();
      await Promise.all(ends);
      await until(() => told.length === 3);
      expect(told).toEqual(["one begins", "one is told", "other begins"]);
      await Promise.all([expect(second).rejects.toThrow(/has been closed/), other.store.close()]);
    });

    test("each is told of the notes that the other puts, and of the posts that the other delivers", async () => {
      const told: string[] = [];
      one.store.followNotes((key) => void told.push(key));
      one.store.follow(({ thread, delivered, here }) => void (delivered && told.push(`${thread} ${here ? "here" : "elsewhere"}`)));
      await other.store.putNote("a", "1");
      await append(one.store, "T1/C1/1", [said("a")], { posts: [{ event: 0, kind: "turn", part: 0 }] });
      const [post] = await other.store.duePosts(undefined, 1);
      await other.store.markDelivered(post!.id, { receipt: "1.1" });
      await settled();
      expect(told).toEqual(["a", "T1/C1/1 elsewhere"]);
    });

    describe("envelopes", () => {
      const receive = (by: "one" | "other", id: string, lane: string) =>
        (by === "one" ? one : other).store.receive({ id, at: new Date(clock.now()).toISOString(), body: "{}", lane });

      test("those of a lane are one piece of work, for one of them at a time, whoever received them, also before anybody served", async () => {
        await receive("one", "Ev1", "T1/C1/1");
        await receive("other", "Ev2", "T1/C1/1");
        await receive("one", "Ev3", "T1/C1/2");
        serve("one", "envelope", 1);
        serve("other", "envelope", 1);
        await until(() => begun.length === 2);
        // Whoever is told no of the one takes the other, and may be there first.
        expect(begun.map(({ key, workspace }) => [key, workspace]).toSorted()).toEqual([
          ["T1/C1/1", "T1"],
          ["T1/C1/2", "T1"],
        ]);
        expect(new Set(begun.map(({ by }) => by)).size).toBe(2);
        await receive("other", "Ev4", "T1/C1/1");
        await settled();
        expect(begun).toHaveLength(2);
        begun.find(({ key }) => key === "T1/C1/1")?.end();
        await until(() => begun.length === 3);
        expect(begun[2]?.key).toBe("T1/C1/1");
      });

      test("what one had when it went the other has, and a late mark of the one that went marks nothing", async () => {
        await receive("one", "Ev1", "T1/C1/1");
        serve("one", "envelope");
        await until(() => begun.length === 1);
        serve("other", "envelope");
        await one.store.close();
        await until(() => begun.length === 2);
        const [lost, taken] = begun as [Begun, Begun];
        expect([lost.by, taken.by, lost.signals]).toEqual(["one", "other", ["lost"]]);
        expect(await other.store.handled("Ev1", lost.claim)).toBe(false);
        expect(await other.store.unhandled(1)).toHaveLength(1);
        expect(await other.store.handled("Ev1", taken.claim)).toBe(true);
        expect(await other.store.unhandled(1)).toEqual([]);
      });

      test("what one leaves when it stops the other has, of envelopes and of posts", async () => {
        await receive("one", "Ev1", "T1/C1/1");
        await append(one.store, "T1/C1/1", [said("a")], { posts: [{ event: 0, kind: "turn", part: 0 }] });
        const stops = [serve("one", "envelope"), serve("one", "post")];
        await until(() => begun.length === 2);
        serve("other", "envelope");
        serve("other", "post");
        await settled();
        expect(begun).toHaveLength(2);
        const stopped = stops.map((serving) => serving.stop());
        for (const work of begun) work.end();
        await Promise.all(stopped);
        await until(() => begun.length === 4);
        expect(
          begun
            .slice(2)
            .map(({ by, key }) => `${by} ${key}`)
            .toSorted(),
        ).toEqual(["other T1/C1", "other T1/C1/1"]);
      });
    });

    describe("posts", () => {
      const posts = [{ event: 0, kind: "turn", part: 0 }];

      test("those of a place are one piece of work, for one of them at a time, when they are committed and when it begins", async () => {
        await append(one.store, "T1/C1/1", [said("a")], { posts });
        await append(one.store, "T1/C1/2", [said("a")], { posts });
        await append(one.store, "T2/C1/1", [said("a")], { posts, workspace: "T2" });
        await append(one.store, "T1/C3/1", [said("nothing to post")]);
        serve("one", "post");
        serve("other", "post");
        await until(() => begun.length === 2);
        expect(begun.map(({ key, workspace }) => [key, workspace]).toSorted()).toEqual([
          ["T1/C1", "T1"],
          ["T2/C1", "T2"],
        ]);
        await append(other.store, "T1/C1/2", [said("b")], { posts });
        await settled();
        expect(begun).toHaveLength(2);
        begun.find(({ key }) => key === "T1/C1")?.end();
        await until(() => begun.length === 3);
        expect(begun[2]?.key).toBe("T1/C1");
      });

      test("what a handler has left waits for the next post there, or until everything is looked at again", async () => {
        await append(one.store, "T1/C1/1", [said("a")], { posts });
        const serving = serve("one", "post");
        await until(() => begun.length === 1);
        begun[0]?.end();
        await serving.idle();
        await settled();
        expect(begun).toHaveLength(1);
        serving.lookAgain();
        await until(() => begun.length === 2);
        begun[1]?.end();
        await append(other.store, "T1/C1/2", [said("b")], { posts });
        await until(() => begun.length === 3);
        begun[2]?.end();
        await serving.stop();
        await append(other.store, "T1/C1/2", [said("c")], { posts });
        await settled();
        expect(begun).toHaveLength(3);
      });

      test("one that serves a workspace alone is given no other's", async () => {
        await append(one.store, "T1/C1/1", [said("a")], { posts });
        await append(one.store, "T2/C2/1", [said("a")], { posts, workspace: "T2" });
        await settled();
        const keys: string[] = [];
        const options = { slots: 4, perWorkspace: 4, onBug: () => undefined, workspace: "T2" };
        const serving = other.dispatch.serve("post", options, async ({ key }) => void keys.push(key));
        await serving.idle();
        expect(keys).toEqual(["T2/C2"]);
      });
    });

    test("one that is closed says so, and the other goes on", async () => {
      await one.store.close();
      await expect(one.store.load("t", 0)).rejects.toThrow(/has been closed/);
      await append(other.store, "t", [said("on")]);
      expect(await other.store.load("t", 0)).toHaveLength(1);
    });
  });
}
