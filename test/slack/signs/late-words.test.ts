import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import type { Follower } from "../../../src/runner/runner.ts";
import { loadTranslator } from "../../../src/slack/language/translator.ts";
import { createLateWords } from "../../../src/slack/signs/late-words.ts";
import { manualClock } from "../../support/clock.ts";

const THREAD = "T1/C1/1700000000.000100";
const maria = { id: "U0MARIA", name: "Maria" };
const jonas = { id: "U0JONAS", name: "Jonas" };
const said = (person: typeof maria, text: string, ts: string): EventBody => ({ type: "message.posted", person, text, id: `T1:C1:${ts}` });
const stopped = (reasons: Extract<EventBody, { type: "run.stopped" }>["reasons"]): EventBody =>
  ({
    type: "run.stopped",
    run: "r1",
    outcome: "done",
    reasons,
    usage: { input: 1, output: 1 },
    turns: 1,
    elapsedMs: 1,
  }) as never;

function world(bodies: readonly EventBody[], atMs?: number) {
  const clock = manualClock();
  const at = new Date(atMs ?? clock.now()).toISOString();
  const events = bodies.map((body, index) => ({ ...body, seq: index + 1, at }) as RunEvent);
  const notes = new Map<string, string>();
  const told: string[] = [];
  const open = () => {
    let follower: Follower = () => undefined;
    const signs = createLateWords({
      runner: { follow: (one) => ((follower = one), () => undefined), read: async () => ({ events }) },
      store: {
        recent: async () => [{ thread: THREAD, workspace: "T1", lastSeq: events.length, at }],
        swapNote: async (key, from, to) => notes.get(key) === from && notes.set(key, to) !== undefined,
      },
      whisper: { tell: async ({ user, threadTs }, text) => void told.push(`${user} in ${threadTs}: ${text}`) },
      languages: { of: async (user) => loadTranslator(user === jonas.id ? "de" : "en") },
      clock,
      log: (problem, error) => void told.push(`${problem} ${String(error)}`),
      team: "T1",
    });
    return { ...signs, stop: () => follower(THREAD, events.at(-1) as RunEvent) };
  };
  return { open, told };
}

const START: EventBody = { type: "run.started", run: "r1", team: "pair", startedBy: maria };
const SELECTED: EventBody = { type: "speaker.selected", agent: "Ana", by: "policy" } as never;

test("whoever was read by nobody is told, also by the next process, and once", async () => {
  const { open, told } = world([
    START,
    said(maria, "the task", "1700000000.000100"),
    said(jonas, "read", "1700000000.000200"),
    SELECTED,
    said(jonas, "first", "1700000000.000300"),
    said(jonas, "second", "1700000000.000400"),
    said(maria, "and mine", "1700000000.000500"),
    stopped([{ kind: "textMention", text: "DONE", agent: "Ana" } as never]),
  ]);
  const first = open();
  first.start();
  await expect.poll(() => told).toHaveLength(2);
  expect(told).toEqual([
    "U0JONAS in 1700000000.000100: Der Lauf endete, bevor jemand deine Worte las: second",
    "U0MARIA in 1700000000.000100: The run ended before anybody read your words: and mine",
  ]);
  await first.close();
  const next = open();
  next.start();
  next.stop();
  await next.close();
  expect(told).toHaveLength(2);
});

test("nobody is told of what was read, taken back, their own stop, or a run of long ago", async () => {
  const task = said(maria, "the task", "1700000000.000100");
  const late = said(jonas, "late", "1700000000.000300");
  const done = stopped([{ kind: "textMention", text: "DONE", agent: "Ana" } as never]);
  for (const [bodies, atMs] of [
    [[START, task, late, SELECTED, done]],
    [[START, task, SELECTED, late, { type: "message.deleted", of: 4, id: "T1:C1:1700000000.000300", person: jonas } as never, done]],
    [[START, task, SELECTED, late, stopped([{ kind: "person", person: jonas }])]],
    [[START, task, SELECTED, late, done], 1],
  ] as const) {
    const { open, told } = world(bodies as readonly EventBody[], atMs);
    const signs = open();
    signs.start();
    signs.stop();
    await signs.close();
    expect(told).toEqual([]);
  }
});
