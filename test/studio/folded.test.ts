import { expect, test } from "vitest";
import type { EventBody, RunEvent } from "../../src/engine/events/events.ts";
import { runState } from "../../src/engine/reading/run-state.ts";
import { entriesIn, timeline } from "../../web/studio/run/entries.ts";
import { createFolded, STEPS_PER_PLACE, type Reading } from "../../web/studio/run/folded.ts";
import { withFirst, withNext } from "../../web/studio/list/pages.ts";
import { codingRun, longRun } from "./stories.ts";
import { ADA } from "./studio.ts";

const logOf = (bodies: readonly EventBody[]): RunEvent[] =>
  bodies.map((body, index) => ({ ...body, seq: index + 1, at: new Date(Date.UTC(2026, 0, 5) + index * 1_000).toISOString() }));

test("a log is folded to any of its events as from its beginning, in a few steps, also while it grows", () => {
  // Side by side, so that results and choices stand far from what they belong to.
  const events = logOf([...codingRun(), ...longRun(900).slice(1, -1), ...codingRun().slice(2)]);
  let steps = 0;
  const counted: typeof timeline = { ...timeline, step: (state, event) => (steps++, timeline.step(state, event)) };
  const [entriesAt, statesAt] = [createFolded(counted), createFolded(statesOf())];
  statesAt(events.slice(0, 300), 300);
  entriesAt(events, events.length);
  for (let nth = 0; nth < 200; nth++) {
    const count = 1 + ((nth * 379) % events.length);
    steps = 0;
    expect(entriesIn(entriesAt(events, count))).toEqual(entriesIn(createFolded(timeline)(events, count)));
    expect(steps).toBeLessThan(STEPS_PER_PLACE);
    if (nth % 10 === 0) expect(statesAt(events, count)).toEqual(createFolded(statesOf())(events, count));
  }
  // What has not changed is not drawn again.
  expect(entriesIn(entriesAt(events, 600))[10]).toBe(entriesIn(entriesAt(events, 900))[10]);
});

const statesOf = (): Reading<RunEvent, ReturnType<typeof runState.initial>> => ({ ...runState, copy: (state) => state });

const line = (nth: number) => ({
  thread: `T1/C1/${nth}.1`,
  seq: 1,
  place: "T1/C1",
  state: "done" as const,
  team: "pair",
  startedBy: ADA,
  startedAt: "2026-01-01T00:00:00.000Z",
  task: "",
  turns: 1,
  inputTokens: 0,
  outputTokens: 0,
  usd: 0,
  priced: true,
});
/** Newest first: from this one down to that. */
const page = (from: number, to: number, older?: string) => ({
  waiting: [],
  going: [],
  found: Array.from({ length: from - to + 1 }, (_, nth) => line(from - nth)),
  ...(older === undefined ? {} : { older }),
});

test("runs that end while somebody is further down the list push no other out of it, and none is there twice", () => {
  const two = withNext(page(9, 7, "behind 7"), "behind 7", page(6, 4, "behind 4"));
  expect(two).toEqual(page(9, 4, "behind 4"));
  expect(withFirst(two, page(11, 9, "behind 9"))).toEqual(page(11, 4, "behind 4"));
  // More than a page has room for: what is behind is read when it is come to.
  expect(withFirst(two, page(13, 11, "behind 11"))).toEqual(page(13, 11, "behind 11"));
  expect(withFirst(two, page(3, 2))).toEqual(page(3, 2));
  // Asked for behind what is no end any more.
  expect(withNext(page(13, 11, "behind 11"), "behind 7", page(6, 4))).toEqual(page(13, 11, "behind 11"));
});
