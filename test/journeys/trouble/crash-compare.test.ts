import { expect, test } from "vitest";
import type { RunEvent } from "../../../src/engine/events/events.ts";
import type { ThreadMessage } from "../../../local-slack/index.ts";
import { callsIn } from "../../support/crash/together/calls.ts";
import { createLooks } from "../../support/crash/together/left.ts";
import { nextStepsIn } from "../../support/crash/together/next-steps.ts";
import type { TogetherReport } from "../../support/crash/together/suite.ts";
import { leftOut } from "../../support/crash/together/told.ts";
import { expectedOf, violationsOf } from "../../support/crash/compare.ts";
import { CONVERSATIONS } from "../../support/crash/conversations.ts";
import type { Outcome } from "../../support/crash/stage.ts";

/** What the suites that kill Parley would overlook, nobody would see: each fault that they are there for is planted here. */

let ts = 0;
const message = (n: number, kind: string, text: string, more: object = {}): ThreadMessage => ({
  ts: `${++ts}`,
  user: "U0PARLEY",
  text,
  blocks: [{ type: "markdown", text }],
  files: [],
  reactions: [],
  edited: false,
  metadata: { event_type: "parley_msg", event_payload: { o: `${n}.${kind}.0`, r: "run-1", n, k: kind } },
  ...more,
});
const CARD = message(1, "card", "done");
const ONE = message(3, "turn", "One.");
const TWO = message(5, "turn", "Two.");
const END = message(6, "end", "over");
const LOG = ["One.", "Two."].map((text, index) => ({
  seq: index + 1,
  type: "message.posted",
  agent: "Eve",
  text,
})) as unknown as RunEvent[];

const conversation = CONVERSATIONS[0]!;
const had = (thread: readonly ThreadMessage[], { log = LOG, status = "", session = "active", trouble = [] as string[] } = {}): Outcome => ({
  played: [{ conversation, thread, log, status, session }],
  steps: [],
  deaths: [],
  reached: [],
  trouble,
  log: [],
});
const GOOD = [CARD, ONE, TWO, END];
const faults = (outcome: Outcome): readonly string[] => violationsOf(outcome, expectedOf(had(GOOD)));

test("what is as it was without kills passes, and so do numbers that were moved and notices that kills alone bring", () => {
  expect(faults(had(GOOD))).toEqual([]);
  expect(faults(had([CARD, ONE, message(4, "notice", "I was away for a while. I go on."), TWO, END]))).toEqual([]);
});

test.each<[string, Outcome]>([
  ["a message twice", had([CARD, ONE, ONE, TWO, END])],
  ["a message twice under another number", had([CARD, ONE, message(4, "turn", "One."), TWO, END])],
  ["a message lost", had([CARD, ONE, END])],
  ["two messages in another order", had([CARD, TWO, ONE, END])],
  ["the end before the last turn", had([CARD, ONE, END, TWO])],
  ["other words", had([CARD, ONE, message(5, "turn", "Three."), END])],
  ["another face", had([CARD, ONE, { ...TWO, username: "Mallory" }, END])],
  ["a file too many", had([CARD, ONE, { ...TWO, files: [{ id: "F1", name: "a.csv", mimetype: "text/csv", size: 1 }] }, END])],
  ["an event twice", had(GOOD, { log: [...LOG, { ...LOG[1]!, seq: 3 } as RunEvent] })],
  ["an event lost", had(GOOD, { log: LOG.slice(0, 1) })],
  ["events in another order", had(GOOD, { log: LOG.toReversed().map((event, index) => ({ ...event, seq: index + 1 })) })],
  ["a gap in the numbers", had(GOOD, { log: LOG.map((event, index) => ({ ...event, seq: index * 2 + 1 })) })],
  ["a status line that is over", had(GOOD, { status: "is thinking…" })],
  ["a session that is over", had(GOOD, { session: "processing" })],
  ["a container left", had(GOOD, { trouble: ["a container was left"] })],
])("%s is a violation", (_, outcome) => {
  expect(faults(outcome)).not.toEqual([]);
});

test("of a run of one turn the end is told once, and not before its turn", () => {
  const turn = message(3, "turn", "All.");
  const end = message(4, "end", "over", { blocks: [{ type: "section", text: { type: "mrkdwn", text: "*Done*: Eve said it" } }] });
  const alone = expectedOf(had([CARD, turn, end]));
  expect(violationsOf(had([turn, end]), alone)).toEqual([]);
  expect(violationsOf(had([end, turn]), alone)).toEqual([expect.stringContaining("stands before a turn")]);
  expect(violationsOf(had([turn, end, { ...end, ts: "99" }]), alone)).not.toEqual([]);
  expect(violationsOf(had([turn]), alone)).not.toEqual([]);
});

test("a call of a model is in flight until a log tells of it, and counted as made in vain where a trouble came first", () => {
  const calls = (...lives: readonly (readonly string[])[]) => callsIn([lives]);
  expect(calls(["call a", "paid a", "killed x"], ["call b", "killed x"], ["call b2", "paid b2"])).toEqual({ made: 3, inFlight: 1 });
  expect(calls(["call a", "troubled by a partition", "call b", "paid a", "over", "call c"])).toEqual({ made: 3, inFlight: 1 });
  expect(callsIn([[["call a", "frozen x"]], [["call b"]]])).toEqual({ made: 2, inFlight: 1 });
  // A life that was stopped says nothing for the next one; one that did not come to it in time is told by the others.
  expect(calls(["call a", "paid a", "troubled by a stop"], ["call b"])).toEqual({ made: 2, inFlight: 0 });
  expect(calls(["call a", "log 5 ms: the work waits: this process was taken for gone. What it had", "call b"])).toEqual({
    made: 2,
    inFlight: 1,
  });
});

test("somebody who is overdue is missed by whoever has looked, however long that took", () => {
  const gone = { id: 1, seen: "0 s", ms: 40_000 };
  const looks = createLooks();
  const by = (id: number, seen: string) => looks.seen([gone, { id, seen, ms: 500 }]);
  // Three who have said that they are there, and have not looked since.
  expect([2, 3, 4, 5, 6].flatMap((id) => by(id, "30 s"))).toEqual([]);
  expect(["33 s", "33 s", "36 s", "39 s"].flatMap((seen) => by(2, seen))).toEqual([
    expect.stringContaining("was not missed by another one"),
  ]);
  // Told once, and not while nobody can be missed.
  expect(by(2, "42 s")).toEqual([]);
  looks.forget();
  expect(by(2, "45 s")).toEqual([]);
  // Heard of again, and what was said before that is nothing.
  expect(
    looks.seen([
      { ...gone, ms: 100 },
      { id: 2, seen: "48 s", ms: 500 },
    ]),
  ).toEqual([]);
});

test("from the end of a process it is counted how long a thread of its stands still, and only where somebody else could have gone on", () => {
  const run = { run: "r1", team: "talk", startedBy: { id: "U0MARIA", name: "Maria" } };
  const stopped = { type: "run.stopped", run: "r1", reason: "done", reasons: [{ kind: "nobody" }], outcome: "done" };
  const asked = { type: "handoff.made", agent: "Eve", to: "human", text: "Which way?" };
  const logWith = (second: object) =>
    [{ type: "run.started", ...run }, second, LOG[0]].map((event, index) => ({ ...event, seq: index + 1 })) as RunEvent[];
  const records = (ms: number, seq: number) => `trace ${ms} ms: C1 about to record ${seq}`;
  const first = [records(10, 1), records(20, 2)];
  const after = (end: readonly string[], next: readonly string[], second: object = LOG[0]!) =>
    nextStepsIn([[[...first, ...end], []], [next]], () => logWith(second));
  expect(after(["trace 30 ms: ends", "killed {}"], [records(5_030, 3)])).toEqual([{ after: "SIGKILL", ms: 5_000 }]);
  expect(after(["killed at random after 30 ms"], [records(15, 1), records(5_030, 3)])).toEqual([{ after: "SIGKILL", ms: 5_000 }]);
  // What it still records itself on its way out is no step of anybody else's.
  expect(after(["troubled by a stop after 30 ms", records(40, 3)], [records(130, 3)])).toEqual([{ after: "SIGTERM", ms: 100 }]);
  expect(nextStepsIn([[[...first, "killed at random after 30 ms"], [records(430, 3)]]], () => logWith(LOG[0]!))).toEqual([
    { after: "SIGKILL", ms: 400 },
  ]);
  // Not its thread by then, over, or with a person; and nothing came.
  expect(after(["killed at random after 30 ms"], [records(25, 3), records(90, 4)])).toEqual([]);
  for (const second of [stopped, asked]) expect(after(["killed at random after 30 ms"], [records(5_030, 3)], second)).toEqual([]);
  expect(after(["killed at random after 30 ms"], [])).toEqual([]);
});

test("a suite in which something did not happen that it is there for says what", () => {
  const deaths = [
    '{"what":"recorded"}',
    'frozen {"what":"recorded"}',
    "killed at random",
    "frozen at random",
    "stopped",
    "connections cut",
    "tables kept",
  ];
  const plays = [{ deaths }] as unknown as TogetherReport["plays"];
  const has = { apart: true, lossy: true, disk: false };
  expect(leftOut({ plays, befell: ["server restarted"], has })).toEqual(["partition", "packets lost"]);
  expect(leftOut({ plays, befell: [], has: { apart: false, lossy: false, disk: true } })).toEqual(["server restarted", "disk full"]);
});

test("a card that was left out without kills may be there, unless it still shows a run that goes on", () => {
  const log = LOG.slice(0, 1);
  const without = expectedOf(had([ONE, END], { log }));
  const stop = [{ type: "actions", elements: [{ type: "button", action_id: "parley.run.stop" }] }];
  expect(violationsOf(had([CARD, ONE, END], { log }), without)).toEqual([]);
  expect(violationsOf(had([{ ...CARD, blocks: stop }, ONE, END], { log }), without)).toHaveLength(1);
  const withCard = expectedOf(had([CARD, ONE, END], { log }));
  expect(violationsOf(had([{ ...CARD, text: "hot" }, ONE, END], { log }), withCard)).toHaveLength(1);
});

test("of two runs the card of one may have been left out without kills: in a play it may be there all the same", () => {
  const log = LOG.slice(0, 1);
  const again = (one: ThreadMessage): ThreadMessage => ({
    ...one,
    ts: `${++ts}`,
    text: `${one.text} again`,
    metadata: {
      event_type: "parley_msg",
      event_payload: { ...one.metadata?.event_payload, o: `1${String(one.metadata?.event_payload["o"])}`, r: "run-2" },
    },
  });
  const first = [CARD, ONE, END];
  const second = [again(ONE), again(END)];
  const onlyFirst = expectedOf(had([...first, ...second], { log }));
  expect(violationsOf(had([...first, again(CARD), ...second], { log }), onlyFirst)).toEqual([]);
  const stop = [{ type: "actions", elements: [{ type: "button", action_id: "parley.run.stop" }] }];
  expect(violationsOf(had([...first, { ...again(CARD), blocks: stop }, ...second], { log }), onlyFirst)).toHaveLength(1);
});
