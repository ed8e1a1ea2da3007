import { describe, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { heard, isEndOfTurn } from "../../../src/engine/reading/hearing.ts";
import { read } from "../../../src/engine/reading/fold.ts";
import { commonView, viewOf } from "../../../src/engine/reading/view.ts";
import { MARIA, openLog } from "../../support/scripted.ts";

const START: EventBody = { type: "run.started", run: "r1", team: "t", startedBy: MARIA };
const STOP: EventBody = { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "done" };
const floor = (agent: string, more: object = {}): EventBody => ({ type: "speaker.selected", agent, by: "policy", ...more });
const said = (text: string, more: object = {}): EventBody => ({ type: "message.posted", person: MARIA, text, id: text, ...more });
const spoke = (agent: string, text: string, more: object = {}): EventBody => ({ type: "message.posted", agent, text, ...more });
const called = (agent: string, call: string, more: object = {}): EventBody => ({
  type: "tool.called",
  agent,
  call,
  tool: "look",
  args: "{}",
  ...more,
});
const returned = (agent: string, call: string, more: object = {}): EventBody => ({
  type: "tool.returned",
  agent,
  call,
  tool: "look",
  output: `of ${call}`,
  ...more,
});
const failed = (agent: string, call: string, kind: string, more: object = {}): EventBody => ({
  type: "tool.failed",
  agent,
  call,
  tool: "look",
  error: { kind, message: `why ${call}` },
  ...more,
});
const USAGE = { inputTokens: 1, outputTokens: 1 };

function logOf(...bodies: readonly EventBody[]) {
  const log = openLog();
  log.record(...bodies);
  return log.transcript;
}
const view = (...bodies: readonly EventBody[]) => read(logOf(...bodies), viewOf("A"));
const result = (call: string, more: object = {}) => ({ role: "tool", call, tool: "look", text: `of ${call}`, failed: false, ...more });
const call = (name: string) => ({ call: name, tool: "look", args: "{}" });

describe("an agent reads the thread", () => {
  test("its own words as its own, those of others with their source, and nothing of who got the floor", () => {
    const { messages, task } = view(START, said("do it"), floor("A"), spoke("A", "mine"), floor("B"), spoke("B", "theirs"));
    expect(messages).toEqual([
      { role: "user", from: { kind: "person", nth: 1, name: "Maria" }, text: "do it" },
      { role: "assistant", text: "mine", toolCalls: [] },
      { role: "user", from: { kind: "agent", name: "B" }, text: "theirs" },
    ]);
    expect(task).toBe(0);
  });

  test("where the task of the latest run is", () => {
    expect(view().task).toBe(-1);
    expect(view(said("before"), START, said("task"), said("more")).task).toBe(1);
    expect(view(START, said("one"), STOP, START, spoke("A", "own"), said("two")).task).toBe(2);
  });

  test("calls of one reply as one message, each with its result; words beside them and what was kept stand with the first", () => {
    const kept = { by: "x", what: {} };
    const { messages, open, unrecorded } = view(
      START,
      called("A", "c1", { text: "let me see", kept, others: [call("c2"), call("c3")] }),
      called("A", "c2"),
      called("A", "c3"),
      returned("A", "c1"),
      failed("A", "c2", "broken"),
      returned("A", "c3"),
    );
    expect(messages).toEqual([
      { role: "assistant", text: "let me see", toolCalls: [call("c1"), call("c2"), call("c3")], kept },
      result("c1"),
      result("c2", { text: "why c2", failed: true }),
      result("c3"),
    ]);
    expect([open.size, unrecorded]).toEqual([0, []]);
  });

  test("calls of two replies as two messages, also right behind its own words", () => {
    const replies = view(called("A", "c1"), returned("A", "c1"), called("A", "c2")).messages;
    expect(replies.map(({ role }) => role)).toEqual(["assistant", "tool", "assistant"]);
    expect(view(spoke("A", "mine"), called("A", "c1")).messages).toMatchObject([
      { role: "assistant", text: "mine", toolCalls: [] },
      { role: "assistant", text: "", toolCalls: [call("c1")] },
    ]);
  });

  test("the calls of its last reply that are not recorded yet are known, one less with each", () => {
    const two = [called("A", "c1", { others: [call("c2"), call("c3")] }), called("A", "c2")];
    expect(view(...two.slice(0, 1)).unrecorded).toEqual([call("c2"), call("c3")]);
    expect(view(...two).unrecorded).toEqual([call("c3")]);
    expect(view(...two, STOP).unrecorded).toEqual([]);
  });

  test("what others say while a call is open behind its result, as it reads by then", () => {
    const held = [called("A", "c1"), called("A", "c2"), said("wait"), spoke("B", "hm"), returned("A", "c1")];
    expect(view(...held).messages.map(({ role }) => role)).toEqual(["assistant", "tool"]);
    expect(view(...held, returned("A", "c2")).messages.map(({ text }) => text)).toEqual(["", "of c1", "of c2", "wait", "hm"]);
    const edited: EventBody = { type: "message.edited", of: 3, id: "wait", person: MARIA, text: "go on" };
    expect(view(...held, edited, returned("A", "c2")).messages.map(({ text }) => text)).toEqual(["", "of c1", "of c2", "go on", "hm"]);
    // Behind the results its place is where it came to.
    expect(view(...held, returned("A", "c2"), { ...edited, of: 3 }).messages.length).toBe(5);
  });

  test("a message that was changed before anybody had read it in its place", () => {
    const texts = (...more: readonly EventBody[]) => view(START, said("one"), said("two"), ...more).messages.map(({ text }) => text);
    expect(texts({ type: "message.edited", of: 2, id: "one", person: MARIA, text: "ONE" })).toEqual(["ONE", "two"]);
    expect(texts({ type: "message.deleted", of: 3, id: "two", person: MARIA })).toEqual(["one", "(took this message back)"]);
  });

  test("that a call was not done: the run was stopped, or a person ended its turn; not when somebody else's was", () => {
    const closed = (...bodies: readonly EventBody[]) => view(called("A", "c1"), called("A", "c2"), ...bodies).messages.slice(1);
    const notDone = (why: string) => ["c1", "c2"].map((id) => result(id, { text: "", failed: true, told: [{ text: why }] }));
    expect(closed(STOP)).toEqual(notDone("Not done: the run was stopped."));
    expect(closed({ type: "turn.skipped", agent: "A", person: MARIA })).toEqual(notDone("Not done: a person ended the turn."));
    expect(closed({ type: "turn.skipped", agent: "B", person: MARIA })).toEqual([]);
  });

  test("what a person said no to as not run, and what a person has changed with the arguments that went", () => {
    const results = (event: EventBody) => view(called("A", "c1"), event).messages.slice(1);
    const changed = { changed: { person: MARIA, args: '{"n":2}' } };
    const told = [
      { text: "A person changed the arguments before the call. They were:" },
      { from: { kind: "person's change", name: "Maria" }, text: '{"n":2}' },
    ];
    expect(results(failed("A", "c1", "denied", changed))).toEqual([
      result("c1", { text: "", failed: true, told: [{ from: { kind: "not run" }, text: "why c1" }] }),
    ]);
    expect(results(failed("A", "c1", "broken", changed))).toEqual([result("c1", { text: "why c1", failed: true, told })]);
    expect(results(returned("A", "c1", changed))).toEqual([result("c1", { told })]);
    expect(results(returned("A", "c9"))).toEqual([]);
    expect(results(returned("B", "c1"))).toEqual([]);
  });

  test("results that it gave as its answer once: its answer says so", () => {
    const { messages } = view(
      called("A", "c1"),
      returned("A", "c1"),
      spoke("A", "of c1", { kind: "summary" }),
      spoke("A", "done", { kind: "stop" }),
    );
    expect(messages.slice(2).map(({ text }) => text)).toEqual(["(I gave these results to the others as they are.)", "done"]);
  });

  test("what it has put in short instead of what stood before", () => {
    const bodies = [said("one"), spoke("A", "two"), said("three")];
    expect(view(...bodies, { type: "context.summarized", agent: "A", upToSeq: 2, text: "in short" }).summary).toEqual({
      text: "in short",
      from: 2,
    });
    expect(view(...bodies, { type: "context.summarized", agent: "B", upToSeq: 2, text: "in short" }).summary).toBeUndefined();
  });

  test("those whose turns run beside its own when its turn has ended; people at once", () => {
    const beside = [floor("A"), spoke("B", "beside"), said("now")];
    expect(view(...beside).messages.map(({ text }) => text)).toEqual(["now"]);
    for (const end of [
      spoke("A", "mine"),
      { type: "turn.ended", agent: "A", reason: "" },
      { type: "turn.failed", agent: "A", error: { kind: "x", message: "" } },
      { type: "turn.skipped", agent: "A", person: MARIA },
      { type: "handoff.made", agent: "A", to: "B", text: "over" },
      STOP,
    ] as EventBody[])
      expect(view(...beside, end).messages.at(-1)?.text).toBe("beside");
    for (const none of [
      { type: "handoff.made", agent: "A", to: "human", text: "?" },
      { type: "turn.ended", agent: "B", reason: "" },
      { type: "speaker.requested", speaker: "A", person: MARIA },
    ] as EventBody[])
      expect(view(...beside, none).messages.map(({ text }) => text)).not.toContain("beside");
  });
});

test("as all of a team hear it, one's own words have their source too", () => {
  const log = logOf(START, said("task"), spoke("A", "one"), said("two"), {
    type: "message.edited",
    of: 4,
    id: "two",
    person: MARIA,
    text: "TWO",
  });
  const { messages, task } = read(log, commonView);
  expect(messages.map(({ text }) => text)).toEqual(["task", "one", "TWO"]);
  expect(messages[1]).toMatchObject({ role: "user", from: { kind: "agent", name: "A" } });
  expect(task).toBe(0);
});

describe("of an event that is not its own, an agent hears", () => {
  const hears = (body: EventBody) => heard("A", { ...body, seq: 1, at: "" }, new Map());

  test("a hand-over with the words beside it, a question to a person as one, and nothing of the turn of a person", () => {
    const hands: EventBody = { type: "handoff.made", agent: "B", to: "C", text: "over" };
    expect(hears(hands)).toEqual({ role: "user", from: { kind: "agent", name: "B" }, text: "over" });
    expect(hears({ ...hands, beside: "see" })).toMatchObject({ text: "see\nover" });
    expect(hears({ ...hands, to: "human" })).toEqual({ role: "user", from: { kind: "agent asks a person", name: "B" }, text: "over" });
    expect(hears({ ...hands, to: "human", beside: "see" })).toMatchObject({ text: "see\nover" });
    expect(hears({ ...hands, to: "human", beside: "over and more" })).toMatchObject({ text: "over and more" });
    expect(hears({ ...hands, to: "human", turn: true })).toBeUndefined();
    expect(hears({ ...hands, quiet: true } as EventBody)).toBeUndefined();
  });

  test("what the lead asks of it alone, and that nobody has answered", () => {
    const asks = (agent: string, more: object = {}) => hears(floor(agent, { instruction: "go", ...more }));
    expect(asks("A")).toEqual({ role: "user", from: { kind: "team lead, for you", name: "selector" }, text: "go" });
    expect(asks("A", { leader: "orchestrator" })).toMatchObject({ from: { name: "orchestrator" } });
    expect(asks("B")).toBeUndefined();
    expect(hears(floor("A"))).toBeUndefined();
    expect(hears({ type: "question.expired", of: 1 })?.text).toContain("Nobody has answered");
    expect(hears(STOP)).toBeUndefined();
  });

  test("what code has printed apart from the words around it", () => {
    const printed = (text: string, from: number, to: number) => hears(spoke("B", text, { printed: { from, to } }));
    const code = (text: string) => ({ from: { kind: "code output", name: "B" }, text });
    const words = (text: string) => ({ from: { kind: "agent", name: "B" }, text });
    expect(printed("see: 42 done ", 5, 7)).toEqual({ role: "user", ...words("see:"), beside: [code("42"), words("done")] });
    expect(printed("42", 0, 2)).toEqual({ role: "user", ...code("42") });
    expect(printed("42 done", 0, 2)).toEqual({ role: "user", ...code("42"), beside: [words("done")] });
    expect(printed("see 42\n", 4, 6)).toEqual({ role: "user", ...words("see"), beside: [code("42")] });
    expect(hears(spoke("B", "42", { kind: "summary" }))).toMatchObject({ from: { kind: "tool results", name: "B" } });
  });

  test("what tools of the same reply returned with a hand-over, its own call aside, and nothing of an earlier reply", () => {
    const over: EventBody = { type: "handoff.made", agent: "B", to: "A", text: "over", call: "c3" };
    const beside = (...bodies: readonly EventBody[]) => {
      const last = view(...bodies).messages.at(-1);
      return last?.role === "user" ? last.beside : undefined;
    };
    const reply = [called("B", "c1", { usage: USAGE }), called("B", "c2"), returned("B", "c1"), failed("B", "c2", "x")];
    const results = [{ from: { kind: "tool results", name: "B" }, text: "look: of c1\nlook: Error: why c2" }];
    expect(beside(...reply, over)).toEqual(results);
    expect(beside(...reply, returned("B", "c3"), over)).toEqual(results);
    expect(beside(...reply, called("B", "c4", { usage: USAGE }), over)).toBeUndefined();
    expect(beside(...reply, { ...over, call: undefined } as unknown as EventBody)).toBeUndefined();
    expect(beside(...reply, { ...over, agent: "C" } as EventBody)).toBeUndefined();
    expect(beside(...reply, { ...over, to: "human" } as EventBody)).toBeUndefined();
    expect(beside(called("B", "c1", { usage: USAGE }), returned("B", "c1", { quiet: true }), over)).toBeUndefined();
  });
});

test("a turn ends with its agent's own words or their like, and a question to a person ends none", () => {
  const ends = (body: EventBody) => isEndOfTurn("A", { ...body, seq: 1, at: "" });
  expect([ends(spoke("A", "")), ends(spoke("B", "")), ends(said("")), ends(floor("A"))]).toEqual([true, false, false, false]);
});
