import type { EventBody, Person } from "../../src/engine/events/events.ts";
import { keptCaseLines } from "../../src/eval/cases/kept-cases.ts";
import { createForgetting } from "../../src/runner/upkeep/forgetting.ts";
import { casesIn, keepCase, type KeptCase } from "../../src/store/cases/kept-cases.ts";
import { noteFork } from "../../src/store/forks/forks.ts";
import type { Opened } from "../../src/store/own-store.ts";
import { decision } from "./sqlite/planted-database.ts";

const MARIA: Person = { id: "U0MARIA", name: "Maria" };
/** The last one begins as the first does, and is another one. */
const [ORIGIN, FORK, OTHER] = ["T1/C1/1.1", "T1/C1/2.2", "T1/C1/1.12"] as const;
const CASE: KeptCase = { version: 1, at: "2026-11-23T10:00:00.000Z", team: "pair", input: "1?", answer: "1", expected: "1", answers: [] };

/** Cases of a thread, of its fork and of another one: which are left as words are forgotten, one way after the other. */
export async function casesLeft({
  store,
  settings,
  audit,
  forgetter,
}: Pick<Opened, "store" | "settings" | "audit" | "forgetter">): Promise<object> {
  const forgets = createForgetting({ store, forgetter, rewrite: async (_thread, job) => job(), compacts: "if small" });
  for (const [thread, id] of [
    [ORIGIN, "m1"],
    [FORK, "m1"],
    [OTHER, "m2"],
  ] as const) {
    const started: EventBody = { type: "run.started", run: `${thread}#1`, team: "pair", startedBy: MARIA };
    const task: EventBody = { type: "message.posted", person: MARIA, text: "XYLOPHONE?", id };
    const at = "2026-11-23T10:00:00.000Z";
    await store.commit({ thread, workspace: "T1", afterSeq: 0, at, events: [started, task], posts: [], wake: "none" });
  }
  await noteFork(store, ORIGIN, { thread: FORK, seq: 2 });
  const keep = async (...threads: readonly string[]) => {
    for (const thread of threads)
      await keepCase(settings, { thread, seq: 1, people: [MARIA.id] }, { kept: CASE, decision: decision("keep case") });
  };
  const left = async () => (await casesIn(settings, "T1")).map(({ name }) => name);

  await keep(ORIGIN, FORK, OTHER);
  const kept = await left();
  // Who keeps no decisions for long finds them all the same.
  await audit.dropBefore("9999-01-01T00:00:00.000Z");
  const exported = (await keptCaseLines(settings, {})).length;
  const changed = await forgets.message(ORIGIN, { id: "m1", receipt: "1.1" });
  const withoutMessage = await left();
  await keep(ORIGIN, FORK);
  await forgets.forget({ kind: "thread", thread: ORIGIN }, decision("forget"));
  const withoutThread = await left();
  await forgets.forget({ kind: "older", before: "2026-11-25T00:00:00.000Z", costs: true, memory: true }, decision("forget"));
  return { kept, exported, changed, withoutMessage, withoutThread, withoutOld: await left() };
}

/** What was kept goes with the words of its thread, in whatever way they go, and in a fork of it too. */
export const CASES_LEFT = {
  kept: ["case/C1/1.1/1/U0MARIA", "case/C1/1.12/1/U0MARIA", "case/C1/2.2/1/U0MARIA"],
  exported: 3,
  changed: 2,
  withoutMessage: ["case/C1/1.12/1/U0MARIA"],
  withoutThread: ["case/C1/1.12/1/U0MARIA"],
  withoutOld: [],
};
