import { expect, test } from "vitest";
import { assistant } from "../../src/engine/agents/assistant.ts";
import type { Person } from "../../src/engine/events/events.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import { FORGETTING } from "../../src/runner/upkeep/forgetting.ts";
import { textMention } from "../../src/engine/stops/text-mention.ts";
import { mention, open, said } from "../support/running.ts";
import { scripted, team } from "../support/scripted.ts";

const JONAS: Person = { id: "U0JONAS", name: "Jonas" };
const settings = { description: "", instructions: "", handoffs: [], toolRoundsMax: 3, afterTools: "prose" } as const;
const duo = () =>
  team({
    agents: ["A", "B"].map((name) => assistant({ ...settings, name, model: scripted("One.", "Two. DONE"), tools: [] })),
    nextSpeakers: roundRobin,
    stopWhen: textMention("DONE"),
    limits: maxTurns(4),
  });
const wish = { from: "T/C/1", seq: 4, workspace: "T", team: "duo", person: JONAS, speaker: "A" } as const;

/** A run that has ended. */
async function ran(more: Parameters<typeof open>[1] = {}) {
  const it = open(duo, more);
  it.runner.start();
  await it.runner.say(mention("count"));
  await it.stopped();
  return it;
}

test("begun twice, as after a crash, a fork is there once and is noted for the thread that it was made of", async () => {
  const { runner, store, stopped, problems } = await ran();
  expect((await store.load("T/C/1", 0))[3]).toMatchObject({ type: "message.posted", agent: "A" });
  const both = [await runner.fork({ ...wish, thread: "T/C/2" }), await runner.fork({ ...wish, thread: "T/C/2" })];
  expect(both).toEqual([0, 1].map(() => ({ kind: "forked", run: "T/C/2#1" })));
  await stopped("T/C/2");
  expect(said(await store.load("T/C/2", 0))).toEqual(["Maria: count", "A: One.", "A: One.", "B: One.", "A: Two. DONE"]);
  expect(await store.note("forks/T/C/1")).toBe('[{"thread":"T/C/2","seq":4}]');
  expect(problems).toEqual([]);
});

test("for the person's rate it is refused before anything is copied, and when it is handled again", async () => {
  const { runner, store } = await ran({ parts: { rates: { runsPerHour: 1, messagesPerHour: 9 } } });
  expect(await runner.fork({ ...wish, thread: "T/C/2" })).toMatchObject({ kind: "forked" });
  const refused = { kind: "refused", reason: expect.stringMatching(/^You have started 1 run/) };
  expect(await runner.fork({ ...wish, thread: "T/C/3" })).toMatchObject(refused);
  expect(await store.load("T/C/3", 0)).toEqual([]);
  expect(await store.note("forks/T/C/1")).not.toContain("T/C/3");
  expect(await runner.fork({ ...wish, thread: "T/C/3" })).toMatchObject(refused);
  // Handled again, what was begun is counted once.
  expect(await runner.fork({ ...wish, thread: "T/C/2" })).toMatchObject({ kind: "forked" });
});

test("whether it would be refused is known before it has a thread: where the run had ended, and for an unknown team", async () => {
  const { runner, store } = await ran();
  const last = (await store.load("T/C/1", 0)).length;
  expect(await runner.refusesFork(wish)).toBeUndefined();
  expect(await runner.refusesFork({ ...wish, seq: last })).toMatchObject({
    reason: "The run had ended there: there is nothing to go on from.",
  });
  expect(await runner.refusesFork({ ...wish, team: "trio" })).toMatchObject({ why: { kind: "team", team: "trio" } });
});

test("a fork that is made beside a forgetting has none of the words that it takes out, and is noted before anything is copied", async () => {
  const asked: string[] = [];
  const { runner, store } = await ran({
    wrapStore: (inner) => ({
      ...inner,
      swapNote: async (key, from, to) => {
        if (key === "forks/T/C/1") asked.push("noted");
        return inner.swapNote(key, from, to);
      },
      commit: async (commit) => {
        if (commit.thread === "T/C/2" && commit.afterSeq === 0) asked.push("copied");
        return inner.commit(commit);
      },
    }),
  });
  const letGo = Promise.withResolvers<void>();
  const forgetting = store.exclusively(FORGETTING, () => letGo.promise);
  const forking = runner.fork({ ...wish, thread: "T/C/2" });
  // So long as a forgetting lasts, nothing is written: it would not find it.
  for (let rounds = 0; rounds < 20; rounds++) await new Promise((resolve) => setImmediate(resolve));
  expect(asked).toEqual([]);
  expect(await store.load("T/C/2", 0)).toEqual([]);
  letGo.resolve();
  await forgetting;
  expect(await forking).toMatchObject({ kind: "forked" });
  expect(asked.slice(0, 2)).toEqual(["noted", "copied"]);
});

test("a fork is told of in the language of whoever forks, and not in that of the first run", async () => {
  const it = open(duo);
  it.runner.start();
  await it.runner.say({ ...mention("count"), language: "de" });
  await it.stopped();
  const languageOf = async (thread: string) => {
    const [started] = await it.store.load(thread, 0);
    return started?.type === "run.started" ? started.language : "not begun";
  };
  await it.runner.fork({ ...wish, thread: "T/C/2", language: "fr" });
  await it.runner.fork({ ...wish, thread: "T/C/3" });
  expect(await Promise.all(["T/C/1", "T/C/2", "T/C/3"].map(languageOf))).toEqual(["de", "fr", undefined]);
  await Promise.all([it.stopped("T/C/2"), it.stopped("T/C/3")]);
});
