import { expect, test } from "vitest";
import type { EventBody, Person } from "../../src/engine/events/events.ts";
import { createForgetting } from "../../src/runner/upkeep/forgetting.ts";
import { forksUnder, noteFork, type Fork } from "../../src/store/forks/forks.ts";
import type { Target } from "../../src/store/forgetting.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { CASES_LEFT, casesLeft } from "./cases-forgotten.ts";
import { decision } from "./sqlite/planted-database.ts";

const MARIA: Person = { id: "U0MARIA", name: "Maria" };
const JONAS: Person = { id: "U0JONAS", name: "Jonas" };
const [ORIGIN, FORK, AGAIN, TERMINAL] = ["T1/C1/1.1", "T1/C1/2.2", "T1/C1/3.3", "terminal-4"];

const started = (thread: string, startedBy: Person, from?: Fork): EventBody => ({
  type: "run.started",
  run: `${thread}#1`,
  team: "pair",
  startedBy,
  ...(from ? { forkedFrom: { run: `${from.thread}#1`, seq: from.seq, team: "pair" } } : {}),
});
const task: EventBody = { type: "message.posted", person: MARIA, text: "XYLOPHONE?", id: "m1" };
const turn = (text: string): EventBody => ({ type: "message.posted", agent: "Ana", text });

/** Maria's run, which Jonas forked; that fork he forked again, and the operator in a terminal. Each says its own name where it goes on. */
async function forked() {
  const opened = openSqlite({ path: ":memory:" });
  const { store } = opened;
  const put = async (thread: string, workspace: string, events: readonly EventBody[]) =>
    store.commit({ thread, workspace, afterSeq: 0, at: "2026-11-23T10:00:00.000Z", events, posts: [], wake: "none" });
  await put(ORIGIN, "T1", [started(ORIGIN, MARIA), task, turn("XYLOPHONE."), turn("origin")]);
  await put(FORK, "T1", [started(FORK, JONAS, { thread: ORIGIN, seq: 3 }), task, turn("XYLOPHONE."), turn("fork"), turn("fork")]);
  await put(AGAIN, "T1", [started(AGAIN, JONAS, { thread: FORK, seq: 4 }), task, turn("XYLOPHONE."), turn("fork"), turn("again")]);
  await put(TERMINAL, "terminal", [started(TERMINAL, JONAS, { thread: ORIGIN, seq: 2 }), task, turn("terminal")]);
  await noteFork(store, ORIGIN, { thread: FORK, seq: 3 });
  await noteFork(store, FORK, { thread: AGAIN, seq: 4 });
  await noteFork(store, ORIGIN, { thread: TERMINAL, seq: 2 });
  const words = async (thread: string) =>
    (await store.load(thread, 0)).flatMap((event) => (event.type === "message.posted" ? [event.text] : []));
  const stopped: string[] = [];
  const forgets = createForgetting({
    store,
    async rewrite(thread, job, stoppedBy) {
      if (stoppedBy) stopped.push(thread);
      return job();
    },
    forgetter: opened.forgetter,
    compacts: "if small",
  });
  return { ...opened, forgets, words, stopped, forget: (target: Target) => forgets.forget(target, decision("forget")) };
}
const GONE = "(forgotten)";

test("a thread is forgotten in its forks and theirs as far as they are a copy of it; what was said in them stays", async () => {
  const { forget, words, stopped, store, forgetter } = await forked();
  expect(await forgetter.find({ kind: "thread", thread: ORIGIN })).toMatchObject({ threads: 1, events: 4 + 3 + 3 + 2 });
  await forget({ kind: "thread", thread: ORIGIN });
  expect(await words(ORIGIN)).toEqual([GONE, GONE, GONE]);
  expect(await words(FORK)).toEqual([GONE, GONE, "fork", "fork"]);
  expect(await words(AGAIN)).toEqual([GONE, GONE, "fork", "again"]);
  expect(await words(TERMINAL)).toEqual([GONE, "terminal"]);
  expect(stopped.toSorted()).toEqual([ORIGIN, FORK, AGAIN, TERMINAL].toSorted());
  expect(await store.note(`forks/${ORIGIN}`)).toBeUndefined();
  await store.close();
});

test("a workspace is forgotten in forks that are in none of its threads", async () => {
  for (const target of [{ kind: "workspace", workspace: "T1" } as const, { kind: "scope", scope: "T1/C1" } as const]) {
    const { forget, words, store } = await forked();
    await forget(target);
    expect(await words(AGAIN)).toEqual([GONE, GONE, GONE, GONE]);
    expect(await words(TERMINAL)).toEqual([GONE, "terminal"]);
    expect([await store.note(`forks/${ORIGIN}`), await store.note(`forks/${FORK}`)]).toEqual([undefined, undefined]);
    await store.close();
  }
});

test("broken off, it goes on in the forks that it found when it began, though nothing names them any more", async () => {
  const { forgets, forgetter, words, store } = await forked();
  const begun = await forgetter.begin({ kind: "thread", thread: ORIGIN }, decision("forget"));
  await forgetter.rewrite(begun, ORIGIN);
  await forgets.resume();
  expect(await words(AGAIN)).toEqual([GONE, GONE, "fork", "again"]);
  await store.close();
});

test("a fork of a person's run is a run of theirs, whoever made it: its agents repeat what they were asked", async () => {
  const { forget, words, store } = await forked();
  await forget({ kind: "person", person: MARIA.id });
  for (const [thread, texts] of [
    [ORIGIN, 3],
    [FORK, 4],
    [TERMINAL, 2],
  ] as const)
    // prettier-ignore
    expect(await words(thread)).toEqual(Array.from({ length: texts }, () => GONE));
  expect((await store.load(FORK, 0))[0]).toMatchObject({ startedBy: JONAS });
  await store.close();
});

test("where only what is old was forgotten, a message that is deleted is still found in the forks", async () => {
  const { forget, forgets, words, store } = await forked();
  await store.commit({
    thread: FORK, workspace: "T1", afterSeq: 5, at: "2026-11-26T10:00:00.000Z", events: [turn("late")], posts: [], wake: "none",
  }); // prettier-ignore
  await forget({ kind: "older", before: "2026-11-25T00:00:00.000Z", costs: true, memory: true });
  expect(await words(FORK)).toEqual(["XYLOPHONE?", "XYLOPHONE.", "fork", "fork", "late"]);
  expect(await forgets.message(ORIGIN, { id: "m1", receipt: "1.1" })).toBe(1);
  expect(await words(FORK)).toEqual([GONE, "XYLOPHONE.", "fork", "fork", "late"]);
  await store.close();
});

test("how much of a fork's fork is a copy of the first is the least that was copied on the way", () => {
  const notes: { readonly [key: string]: readonly Fork[] } = {
    "forks/a": [{ thread: "b", seq: 9 }],
    "forks/b": [
      { thread: "c", seq: 5 },
      { thread: "d", seq: 12 },
    ],
    "forks/d": [{ thread: "a", seq: 1 }],
  };
  const under = (threads: readonly string[]) => forksUnder(threads, (key) => notes[key] && JSON.stringify(notes[key]));
  expect(under(["a"]).toSorted((x, y) => x.seq - y.seq)).toEqual([
    { thread: "c", seq: 5 },
    { thread: "b", seq: 9 },
    { thread: "d", seq: 9 },
  ]);
  expect(under(["a", "b"])).toEqual([
    { thread: "c", seq: 5 },
    { thread: "d", seq: 12 },
  ]);
});

test("what was kept as a case goes with the words of its thread, and of the one that it copies", async () => {
  const opened = openSqlite({ path: ":memory:" });
  expect(await casesLeft(opened)).toEqual(CASES_LEFT);
  await opened.store.close();
});

test("a fork that a crash kept from being written is looked for, and is no trouble", async () => {
  const { forget, forgets, words, store } = await forked();
  await noteFork(store, ORIGIN, { thread: "T1/C1/5.5", seq: 3 });
  expect(await forgets.message(ORIGIN, { id: "m1", receipt: "1.1" })).toBeGreaterThan(0);
  await forget({ kind: "thread", thread: ORIGIN });
  expect(await words(ORIGIN)).toEqual([GONE, GONE, GONE]);
  expect(await store.load("T1/C1/5.5", 0)).toEqual([]);
});
