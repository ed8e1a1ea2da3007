import { expect, test } from "vitest";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import type { Fork } from "../../../src/store/forks/forks.ts";
import type { Forgetter, Forgetting } from "../../../src/store/forgetting.ts";
import type { Decision } from "../../../src/store/settings.ts";
import { MARIA } from "../../support/scripted.ts";

const TARGET = { kind: "workspace", workspace: "T" } as const;
const BY: Decision = { workspace: "T", person: MARIA, deed: "forget", subject: "T", allowed: true };
const forgettingOf = (id: number): Forgetting => ({ id, target: TARGET, at: "2026-01-05T09:00:00.000Z" });

/** Writes down what is asked of the store and of the runner, in order. `threads`: each with how many events change there. */
function recorded({
  threads = {},
  underWay = [],
  forks = {},
}: {
  threads?: { readonly [thread: string]: number };
  underWay?: readonly Forgetting[];
  forks?: { readonly [thread: string]: readonly Fork[] };
} = {}) {
  const steps: string[] = [];
  const forgetter = {
    async begin(target, by) {
      steps.push(`begin ${target.kind} by ${by.person.name}`);
      return forgettingOf(1);
    },
    underWay: async () => underWay,
    threads: async () => Object.keys(threads),
    async rewrite({ id }, thread) {
      steps.push(`${id}: rewrite ${thread}`);
      return threads[thread] ?? 0;
    },
    async finish({ id }) {
      steps.push(`${id}: finish`);
    },
    async message(thread, { id }, copiedIn) {
      steps.push(`message ${id} of ${thread}${copiedIn ? `, in ${copiedIn.thread} up to ${copiedIn.seq}` : ""}`);
      return threads[thread] ?? 0;
    },
    forks: async (thread) => forks[thread] ?? [],
    async compact(when) {
      steps.push(`compact ${when}`);
      return true;
    },
  } satisfies Partial<Forgetter>;
  let line = Promise.resolve<unknown>(undefined);
  const forgets = createForgetting({
    store: {
      exclusively: (_key, job) => {
        const done = line.then(() => job(new AbortController().signal));
        line = done.catch(() => undefined);
        return done;
      },
    },
    async rewrite(thread, rewrite, stoppedBy) {
      steps.push(`${thread} ${stoppedBy ? `stopped by ${stoppedBy.name}` : "goes on"}`);
      return rewrite();
    },
    forgetter: forgetter as unknown as Forgetter,
    compacts: "if small",
  });
  return { steps, forgets };
}

test("what is forgotten is stopped in the name of who decided it, rewritten thread by thread, finished, and the file made small", async () => {
  const { steps, forgets } = recorded({ threads: { "T/C/1": 2, "T/C/2": 0 } });
  await forgets.forget(TARGET, BY);
  expect(steps).toEqual([
    "begin workspace by Maria",
    "T/C/1 stopped by Maria",
    "1: rewrite T/C/1",
    "T/C/2 stopped by Maria",
    "1: rewrite T/C/2",
    "1: finish",
    "compact if small",
  ]);
});

test("what a crash has broken off is carried on in Parley's name, and the file is written anew where that is due", async () => {
  const { steps, forgets } = recorded({ threads: { "T/C/1": 1 }, underWay: [forgettingOf(4), forgettingOf(5)] });
  await forgets.resume();
  const each = (id: number) => ["T/C/1 stopped by Parley", `${id}: rewrite T/C/1`, `${id}: finish`];
  expect(steps).toEqual([...each(4), ...each(5), "compact if due"]);
  const none = recorded();
  await none.forgets.resume();
  expect(none.steps).toEqual(["compact if due"]);
});

test("the words of one message go without stopping the run; the write-ahead log is emptied only where something went", async () => {
  const { steps, forgets } = recorded({ threads: { "T/C/1": 3 } });
  expect(await forgets.message("T/C/1", { id: "m1", receipt: "" })).toBe(3);
  expect(await forgets.message("T/C/2", { id: "m2", receipt: "" })).toBe(0);
  expect(steps).toEqual(["T/C/1 goes on", "message m1 of T/C/1", "compact log", "T/C/2 goes on", "message m2 of T/C/2"]);
});

test("the words of a message go out of the forks of its thread first, and out of the thread itself once they are nowhere else", async () => {
  const { steps, forgets } = recorded({ threads: { "T/C/1": 1 }, forks: { "T/C/1": [{ thread: "T/C/2", seq: 4 }] } });
  expect(await forgets.message("T/C/1", { id: "m1", receipt: "" })).toBe(2);
  expect(steps).toEqual(["T/C/2 goes on", "message m1 of T/C/1, in T/C/2 up to 4", "T/C/1 goes on", "message m1 of T/C/1", "compact log"]);
});

test("one after the other, whatever it is", async () => {
  const { steps, forgets } = recorded({ threads: { "T/C/1": 1 } });
  await Promise.all([forgets.forget(TARGET, BY), forgets.message("T/C/1", { id: "m1", receipt: "" }), forgets.resume()]);
  expect(steps).toEqual([
    "begin workspace by Maria",
    "T/C/1 stopped by Maria",
    "1: rewrite T/C/1",
    "1: finish",
    "compact if small",
    "T/C/1 goes on",
    "message m1 of T/C/1",
    "compact log",
    "compact if due",
  ]);
});
