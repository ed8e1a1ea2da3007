import { afterEach, expect, test } from "vitest";
import { createLateCalls } from "../../../../src/slack/api/late-calls.ts";
import { StoreError } from "../../../../src/store/store.ts";
import { asks, question, says, selects, started, stopped } from "../../log.ts";
import { posting, type Posting, type PostingOptions } from "../../posting.ts";

let world: Posting | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});
async function begin(options?: PostingOptions): Promise<Posting> {
  return (world = await posting(options));
}
const blocksOf = (parley: Posting, thread: string, index: number) => JSON.stringify(parley.said(thread)[index]?.blocks);
const edits = (parley: Posting) => parley.slack.control.calls("chat.update");

test("the card follows the run: who is next, what it has cost, and no Stop button when it is over", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).toContain("parley.run.stop");
  expect(edits(parley)).toHaveLength(0);

  await parley.record(thread, selects("Coder"));
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).toContain("next: Coder");

  await parley.record(thread, says("Coder", "Done.", 0.02), stopped());
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).toContain("is done");
  expect(blocksOf(parley, thread, 0)).toContain("1 turn · 1.2k tokens · $0.02");
  expect(blocksOf(parley, thread, 0)).not.toContain("parley.run.stop");
  expect(parley.said(thread)[0]?.metadata?.event_payload["o"]).toBe("1.card.0");
});

test("the last edit of a run, which takes its Stop button away, is tried until Slack takes it", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  parley.slack.control.fault({ method: "chat.update", kind: "error", code: "request_timeout", times: 8 });
  await parley.record(thread, stopped());
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).not.toContain("parley.run.stop");
  expect(edits(parley)).toHaveLength(9);
});

/** Reads of the store that fail as often as is said, as while a database is away. */
function away<Name extends "receipt" | "unfinished">({ store }: Posting, name: Name, times: number): void {
  const real = store[name] as (...given: unknown[]) => Promise<unknown>;
  let left = times;
  const failing = (...given: unknown[]) =>
    left-- > 0 ? Promise.reject(new StoreError("it is away", { cause: new Error("away") })) : real(...given);
  Object.assign(store, { [name]: failing });
}

test("the last edit of a run waits for a store that cannot be read, and is made when it can be", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  away(parley, "receipt", 3);
  await parley.record(thread, stopped());
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).not.toContain("parley.run.stop");
});

test("whoever begins to keep the cards while the store cannot be read looks them over once it can be", async () => {
  const parley = await begin({ start: false });
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  parley.outbox.start();
  await parley.settle();
  await parley.record(thread, stopped());
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).toContain("parley.run.stop");
  away(parley, "unfinished", 2);
  parley.cards.start();
  await parley.settle();
  expect(blocksOf(parley, thread, 0)).not.toContain("parley.run.stop");
  expect(parley.problems).toHaveLength(1);
});

test("what one that stood still shows late, over what another may have shown since, is shown anew by whoever leads", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  const [{ store, cards, clock }, team] = [parley, parley.slack.teamId];
  const lateCalls = createLateCalls({ store, team, clock, log: () => undefined, onLate: (one) => cards.lookAgain(one) });
  lateCalls.start();
  let late = 1;
  Object.assign(parley.store, { stillHere: async () => (late-- > 0 ? Promise.reject(new StoreError("taken for gone")) : undefined) });
  await parley.record(thread, stopped());
  await parley.settle();
  expect(await lateCalls.told()).toHaveLength(1);
  await parley.settle();
  expect(edits(parley)).toHaveLength(2);
  expect(blocksOf(parley, thread, 0)).toContain("is done");
  await lateCalls.close();
});

test("many events in a moment are one edit, and edits of a thread are three seconds apart", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  for (let turn = 0; turn < 10; turn++) await parley.record(thread, selects("Coder"), says("Coder", `Turn ${turn}`));
  await parley.settle();
  const times = edits(parley).map(({ at }) => at);
  expect(times.length).toBeGreaterThan(0);
  expect(times.length).toBeLessThanOrEqual(3);
  for (let index = 1; index < times.length; index++) expect((times[index] ?? 0) - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(3_000);
  expect(blocksOf(parley, thread, 0)).toContain("10 turns of at most");
});

test("of a run that ends with its first turn the card is edited once, also when the end is recorded a moment later", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"));
  await parley.settle();
  await parley.record(thread, says("Coder", "Done."));
  await parley.clock.advance(200);
  expect(edits(parley)).toHaveLength(0);
  await parley.record(thread, stopped());
  await parley.settle();
  expect(edits(parley)).toHaveLength(1);
  expect(blocksOf(parley, thread, 0)).toContain("is done");
});

test("where neither an end nor a next speaker follows the first turn, the card shows the turn all the same", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"));
  await parley.settle();
  await parley.record(thread, says("Coder", "Done."));
  await parley.settle();
  expect(edits(parley)).toHaveLength(1);
  expect(blocksOf(parley, thread, 0)).toContain("1 turn of at most");
});

test("a turn and who is next are one edit where the choice takes a while; where it takes longer, the turn is shown after three seconds", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"));
  await parley.settle();
  for (const [nth, [said, next]] of [
    ["One.", "Critic"],
    ["Two.", "Coder"],
  ].entries()) {
    const before = edits(parley).length;
    await parley.clock.advance(10_000);
    await parley.record(thread, says(nth === 0 ? "Coder" : "Critic", said ?? ""));
    await parley.clock.advance(2_000);
    expect(edits(parley)).toHaveLength(before);
    await parley.record(thread, selects(next ?? ""));
    await parley.settle();
    expect(edits(parley)).toHaveLength(before + 1);
    expect(blocksOf(parley, thread, 0)).toContain(`next: ${next}`);
  }
  const before = edits(parley).length;
  await parley.clock.advance(10_000);
  await parley.record(thread, says("Coder", "Three."));
  const saidAtMs = parley.clock.now();
  await parley.settle();
  expect(edits(parley)).toHaveLength(before + 1);
  expect(edits(parley).at(-1)?.at).toBeGreaterThanOrEqual(saidAtMs + 3_000);
  expect(blocksOf(parley, thread, 0)).toContain("3 turns of at most");
});

test("that a run has come to a limit, or is paused, behind a turn is shown at once", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"));
  await parley.settle();
  await parley.clock.advance(10_000);
  const person = { id: "U0ADA", name: "Ada" };
  await parley.record(thread, says("Coder", "One."), { type: "run.paused", run: "run-1", person, id: "p1" });
  const pausedAtMs = parley.clock.now();
  await parley.settle();
  expect(edits(parley).at(-1)?.at).toBeLessThan(pausedAtMs + 3_000);
  expect(blocksOf(parley, thread, 0)).toContain("paused by <@U0ADA>");
});

test("a turn is shown three seconds after its end also where another card of the thread is edited before", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"), question("Coder", "Which?", ["One", "Two"]));
  await parley.settle();
  await parley.clock.advance(10_000);
  const answer = { type: "message.posted", person: { id: "U0ADA", name: "Ada" }, text: "Two", id: "m2" } as const;
  await parley.record(thread, answer, says("Coder", "Done."));
  const saidAtMs = parley.clock.now();
  const before = edits(parley).length;
  await parley.settle();
  expect(edits(parley)).toHaveLength(before + 2);
  expect(blocksOf(parley, thread, 0)).toContain("1 turn of at most");
  expect(edits(parley).at(-1)?.at).toBeGreaterThanOrEqual(saidAtMs + 3_000);
  expect(edits(parley).at(-1)?.at).toBeLessThan(saidAtMs + 6_000);
});

test("a question loses its buttons and shows the answer, whoever pressed", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"), question("Coder", "Which?", ["One", "Two"]));
  await parley.settle();
  expect(blocksOf(parley, thread, 1)).toContain("parley.question.answer.1");
  expect(blocksOf(parley, thread, 0)).toContain("Coder waits for an answer");

  await parley.record(thread, { type: "message.posted", person: { id: "U0ADA", name: "Ada" }, text: "Two", id: "m2" });
  await parley.settle();
  expect(blocksOf(parley, thread, 1)).toContain("answered by <@U0ADA>: Two");
  expect(blocksOf(parley, thread, 1)).not.toContain("parley.question.answer");
});

test("what already shows the log is not edited again, also not by the next process", async () => {
  const first = await begin();
  const thread = await first.thread();
  await first.record(thread, started(), asks("Add"), selects("Coder"), says("Coder", "Done."), stopped());
  await first.settle();
  const before = edits(first).length;
  const second = (world = await first.restart());
  await second.settle();
  expect(edits(second)).toHaveLength(before);
});

test("a run that stopped while nobody was there to edit its card is brought up to date at the next start", async () => {
  const first = await begin();
  const thread = await first.thread();
  await first.record(thread, started(), asks("Add"));
  await first.settle();
  await first.cards.close();
  await first.record(thread, selects("Coder"), says("Coder", "Done."), stopped());
  await first.settle();
  expect(blocksOf(first, thread, 0)).toContain("parley.run.stop");
  const second = (world = await first.restart());
  await second.settle();
  expect(blocksOf(second, thread, 0)).not.toContain("parley.run.stop");
});

test("an edit waits when Slack says slow down, and is made again when it is unclear whether it was made", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  parley.slack.control.fault({ method: "chat.update", kind: "ratelimited", retryAfterSeconds: 30 });
  parley.slack.control.fault({ method: "chat.update", kind: "status500_after" });
  await parley.record(thread, stopped());
  await parley.settle();
  const times = edits(parley).map(({ at }) => at);
  expect(times).toHaveLength(3);
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
  expect(blocksOf(parley, thread, 0)).toContain("is done");
  expect(parley.problems).toEqual([]);
});

test("a card that somebody has deleted costs nothing but the edit, and does not come back", async () => {
  const parley = await begin();
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"));
  await parley.settle();
  parley.slack.control.fault({ method: "chat.update", kind: "error", code: "message_not_found" });
  await parley.record(thread, selects("Coder"));
  await parley.record(thread, says("Coder", "Done."), stopped());
  await parley.settle();
  expect(edits(parley)).toHaveLength(1);
  expect(parley.lines(thread)).toHaveLength(2);
  expect(parley.problems).toEqual([{ kind: "uneditable", thread, seq: 1, code: "message_not_found" }]);
});

test("the cards of many runs together stay within Slack's tier", async () => {
  const parley = await begin();
  const channels = ["C0GENERAL", "C0ENG", "C0RESEARCH", "C0RANDOM"];
  const threads = await Promise.all([...channels, ...channels].map((channel) => parley.thread(channel)));
  for (const thread of threads) await parley.record(thread, started(thread), asks("Add"));
  await parley.settle();
  for (let turn = 0; turn < 12; turn++) {
    for (const thread of threads) await parley.record(thread, selects("Coder", `turn ${turn}`), says("Coder", `Turn ${turn}`));
    await parley.clock.advance(5_000);
  }
  await parley.settle();
  expect(edits(parley).every(({ ok }) => ok)).toBe(true);
  const times = edits(parley).map(({ at }) => at);
  const inAMinute = times.map((from) => times.filter((at) => at >= from && at < from + 60_000).length);
  expect(Math.max(...inAMinute)).toBeLessThanOrEqual(46);
  for (const thread of threads) expect(blocksOf(parley, thread, 0)).toContain("12 turns of at most");
});

test("of a long run whose turns follow quickly, one edit in ten seconds, and then in twenty, tells of several; what people wait for is shown at once", async () => {
  const parley = await begin({ rateLimits: false });
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"));
  const turn = async (gapMs: number) => {
    await parley.clock.advance(gapMs);
    await parley.record(thread, says("Coder", "One more."), selects("Coder"));
  };
  for (let nth = 0; nth < 12; nth++) await turn(4_000);
  await parley.settle();
  for (const everyMs of [10_000, 20_000]) {
    const before = edits(parley).length;
    const sinceMs = parley.clock.now();
    for (let nth = 0; nth < 12; nth++) await turn(3_000);
    await parley.settle();
    expect(edits(parley).length - before).toBeLessThanOrEqual(Math.ceil((parley.clock.now() - sinceMs) / everyMs) + 1);
  }
  expect(blocksOf(parley, thread, 0)).toContain("Turn 37 of at most");

  await parley.clock.advance(1_000);
  await parley.record(thread, says("Coder", "And one."), question("Coder", "Which one?"));
  const askedAtMs = parley.clock.now();
  await parley.settle();
  expect(edits(parley).at(-1)?.at).toBeLessThan(askedAtMs + 5_000);
  expect(blocksOf(parley, thread, 0)).toContain("37 turns of at most");
});

test("of a long run whose turns take their time each is shown as it ends", async () => {
  const parley = await begin({ rateLimits: false });
  const thread = await parley.thread();
  await parley.record(thread, started(), asks("Add"), selects("Coder"));
  await parley.settle();
  for (let nth = 1; nth <= 15; nth++) {
    await parley.clock.advance(12_000);
    await parley.record(thread, says("Coder", "One more."), selects("Coder"));
    const saidAtMs = parley.clock.now();
    await parley.settle();
    expect(edits(parley).at(-1)?.at).toBeLessThanOrEqual(saidAtMs + 3_000);
    expect(blocksOf(parley, thread, 0)).toContain(`Turn ${nth + 1} of at most`);
  }
});
