import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import type { RunEvent } from "../../src/engine/events/events.ts";
import type { Fold } from "../../src/engine/reading/fold.ts";
import { wasHeard } from "../../src/engine/reading/transcript.ts";
import { MARIA } from "../support/scripted.ts";
import { runsOf } from "../support/chance.ts";
import { anyTeam } from "./any-team.ts";
import { interruptions, play } from "./any-play.ts";
import { watching, type Watch } from "./watched-folds.ts";

const held = vi.hoisted((): { watch?: Watch } => ({}));
vi.mock(import("../../src/engine/reading/fold.ts"), async (importOriginal) => {
  const original = await importOriginal();
  held.watch = (await import("./watched-folds.ts")).watching(original.read);
  return { ...original, read: held.watch.read };
});
const watch = held.watch as Watch;

test("no fold changes what it is given, whatever the team and wherever it was interrupted", async () => {
  await fc.assert(
    fc.asyncProperty(anyTeam, interruptions, async (any, at) => {
      const events = await play(any, at);
      expect(wasHeard({ events }, "task-0")).toBe(true);
      expect(watch.faults).toEqual([]);
    }),
    { numRuns: runsOf(50) },
  );
});

/** Conversations of which no team above has any: code, rules, filters, people who take part. What else they show is shown there. */
await import("./approval.test.ts");
await import("./agents/code/code-runner.test.ts");
await import("./held-code/held-code.test.ts");
await import("./agents/message-filter.test.ts");
await import("./memory.test.ts");
await import("./reading/own-view.test.ts");
await import("./limits/combined.test.ts");
await import("./policies/selector-rules.test.ts");
await import("./agents/coder-steps.test.ts");
await import("./agents/leaks.test.ts");
await import("../slack/render/reading-on.test.ts");
await import("../slack/post/cards/card-updates.test.ts");

test("nor has one of them in those conversations, and every fold of the source was read in one", () => {
  expect(watch.faults).toEqual([]);
  expect(watch.steps.size, `the folds that were read are not those of src:\n${[...watch.steps].join("\n---\n")}`).toBe(folds());
});

/** How many the source has; of a run's state, which is one, the parts are not counted. */
function folds(): number {
  const src = join(import.meta.dirname, "../../src");
  const texts = globSync("**/*.{ts,tsx}", { cwd: src }).map((file) => readFileSync(join(src, file), "utf8"));
  return texts.flatMap((text) => text.match(/^ *initial: /gm) ?? []).length - PARTS_OF_RUN_STATE;
}
const PARTS_OF_RUN_STATE = 6;

const POSTED: RunEvent = { type: "message.posted", person: MARIA, text: "x", id: "m", seq: 1, at: "2026-01-01T00:00:00.000Z" };

/** What is found in a log of three by a fold that is watched alone. */
function faultsOf<State>(fold: Fold<State>): readonly string[] {
  const events = [1, 2, 3].map((seq) => ({ ...POSTED, seq }));
  const alone = watching((transcript, { initial, step }) => transcript.events.reduce(step, initial()));
  try {
    alone.read({ events }, fold);
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
  }
  return alone.faults;
}

test("one that does is found: in its state, in an event, with a part that two states have in common, or with another state at the same step", () => {
  const shared: number[] = [];
  let steps = 0;
  const found = [
    faultsOf<number[]>({ initial: () => [], step: (state, { seq }) => (state.push(seq), state) }),
    faultsOf<{ deep: Map<number, Set<number>> }>({
      initial: () => ({ deep: new Map([[0, new Set()]]) }),
      step: (state, { seq }) => (state.deep.get(0)?.add(seq), { ...state }),
    }),
    faultsOf<number>({ initial: () => 0, step: (state, event) => (((event as { seq: number }).seq = 9), state) }),
    faultsOf<{ all: number[] }>({
      growsInPlace: true,
      initial: () => ({ all: shared }),
      step: (state, { seq }) => (state.all.push(seq), state),
    }),
    faultsOf<number>({ initial: () => 0, step: () => ++steps }),
  ];
  expect(found.map(([first]) => first?.split(/ at | in | before /)[0])).toEqual([
    "a step changes what it is given",
    "a step changes what it is given",
    "a step changes what it is given",
    "two states have a part",
    "the same step twice gives two states",
  ]);
  expect(
    faultsOf<{ all: number[] }>({
      growsInPlace: true,
      initial: () => ({ all: [] }),
      step: (state, { seq }) => (state.all.push(seq), state),
    }),
  ).toEqual([]);
});
