import { describe, expect, test } from "vitest";
import { CLOSER, closer, summarizer } from "../../../src/engine/agents/closer.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { MARIA, openLog, scripted, type Scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const spoke = (text: string, agent = "Ada"): EventBody => ({ type: "message.posted", agent, text });

async function closing(reply: Scripted, ...bodies: readonly EventBody[]) {
  const log = openLog();
  log.record({ type: "run.started", run: "r", team: "t", startedBy: MARIA }, ...bodies);
  const model = scripted(reply);
  const aborting = new AbortController();
  const events = [];
  if (reply === "hang") setImmediate(() => aborting.abort());
  for await (const item of closer(model).turn(turnOn(log.transcript, aborting.signal))) if (item.type !== "text.delta") events.push(item);
  return { events, request: model.requests[0], text: model.requests[0]?.messages[0]?.text ?? "" };
}
const TASK: EventBody = { type: "message.posted", person: MARIA, text: "count the ships" };

test("one reply without tools sums up the run, for whoever asked: the task, then what was said, each with its source", async () => {
  const { events, request, text } = await closing("In short.", TASK, spoke("three so far"), spoke("five", "Ben"));
  expect(events).toEqual([
    { type: "message.posted", agent: CLOSER, text: "In short.", model: "scripted", usage: { inputTokens: 10, outputTokens: 5 } },
  ]);
  expect(request).toMatchObject({ agent: CLOSER, tools: [], nth: 0, outputTokensMax: 1_000 });
  expect(request?.system).toMatch(
    /must stop now.*what was found out or made, what is still open, and what to do next.*Say only what was said/,
  );
  expect(request?.messages).toHaveLength(1);
  expect(text.split("\n\n")).toEqual([
    "The task:",
    "Maria: count the ships",
    "What was said:",
    "[agent] Ada: three so far",
    "[agent] Ben: five",
    "Now sum up.",
  ]);
});

test("of a long run the task and the last words are told, as much as fits, and that some is left out; a long message is cut", async () => {
  const { text } = await closing("x", TASK, ...Array.from({ length: 9 }, (_, index) => spoke(`${index} ${"word ".repeat(1_500)}`)));
  expect(text).toContain("count the ships");
  expect(text).toContain("(Some of what was said is left out here.)");
  expect(text.indexOf("left out here")).toBeLessThan(text.indexOf("[agent] Ada"));
  const told = [...text.matchAll(/Ada: (\d)/g)].map(([, nth]) => nth);
  expect(told).toEqual(["4", "5", "6", "7", "8"]);
  const cut = await closing("x", TASK, spoke(`begin ${"word ".repeat(4_000)} end`));
  expect(cut.text).toMatch(/begin [^]*… cut …[^]* end/);
  expect(cut.text.length).toBeLessThan(8_300);
  expect(cut.text).not.toContain("left out");
});

test("a run in which nobody has said anything is summed up too", async () => {
  const { text } = await closing("Nothing yet.");
  expect(text).toBe("The task:\n\n\n\nWhat was said:\n\nNow sum up.");
});

test("a model that fails is told as a failed turn, and one that is stopped says nothing", async () => {
  const failure = { kind: "failure", error: { kind: "quota", message: "No credit." } } as const;
  expect((await closing({ fails: failure }, TASK)).events).toMatchObject([
    { type: "turn.failed", agent: CLOSER, error: { kind: "quota" } },
  ]);
  expect((await closing("hang", TASK)).events).toEqual([]);
});

test("a summary that the result waits for has a minute, and so many tokens", async () => {
  const log = openLog();
  log.record({ type: "run.started", run: "r", team: "t", startedBy: MARIA }, TASK, spoke("three"));
  const model = scripted("Three.");
  const told: string[] = [];
  for await (const item of summarizer(model).turn(turnOn(log.transcript))) if (item.type === "run.summarized") told.push(item.text);
  expect(told).toEqual(["Three."]);
  expect(model.requests[0]).toMatchObject({ outputTokensMax: 600, callMsMax: 60_000 });
});

test("its own question to a person, and what nobody else hears, is nothing that was said; a long task leaves less room", async () => {
  const { text } = await closing("x", TASK, spoke("five"), {
    type: "handoff.made",
    agent: "Maria",
    to: "human",
    text: "Your turn?",
    turn: true,
  });
  expect(text.split("\n\n").slice(2)).toEqual(["What was said:", "[agent] Ada: five", "Now sum up."]);
  const words = (nth: number) => spoke(`${nth} ${"word ".repeat(1_590)}`);
  const long: EventBody = { type: "message.posted", person: MARIA, text: "task ".repeat(1_500) };
  const told = await closing("x", long, ...Array.from({ length: 9 }, (_, nth) => words(nth)));
  expect([...told.text.matchAll(/Ada: (\d)/g)].map(([, nth]) => nth)).toEqual(["5", "6", "7", "8"]);
});

describe("a summary for people", () => {
  async function summed(reply: Scripted | undefined, person?: typeof MARIA, ...bodies: readonly EventBody[]) {
    const log = openLog();
    log.record(...bodies);
    const model = scripted(...(reply === undefined ? [] : [reply]));
    const aborting = new AbortController();
    if (reply === "hang") setImmediate(() => aborting.abort());
    const events = [];
    for await (const item of summarizer(model, person).turn(turnOn(log.transcript, aborting.signal))) events.push(item);
    return { events, request: model.requests[0] };
  }
  const RUN: EventBody = { type: "run.started", run: "r", team: "t", startedBy: MARIA };
  const usage = { inputTokens: 10, outputTokens: 5 };
  const summary = { type: "run.summarized", run: "r", agent: CLOSER, upToSeq: 3, model: "scripted", usage };

  test("is one event, which tells up to where, by which model and for whom; its words come with it, and not before", async () => {
    const { events, request } = await summed(" Three.\n", MARIA, RUN, TASK, spoke("three"));
    expect(events).toEqual([{ ...summary, text: "Three.", person: MARIA }]);
    expect((await summed("Three.", undefined, RUN, TASK, spoke("three"))).events).toEqual([{ ...summary, text: "Three." }]);
    expect(request).toMatchObject({ agent: CLOSER, tools: [], nth: 0 });
    expect(request?.system).toMatch(
      /^A team has talked.*the answer first.*who of the team disagrees.*Say only what was said below\. Two to five/,
    );
    expect(request?.messages[0]?.text).toContain("[agent] Ada: three");
  });

  test("is no longer than fits on a card", async () => {
    const { events } = await summed("x".repeat(5_000), undefined, RUN, TASK, spoke("three"));
    expect(events).toEqual([{ ...summary, text: "x".repeat(3_000) }]);
  });

  test("that cannot be had is told as such: the model fails, or cannot be asked at all", async () => {
    const failure = { kind: "failure", error: { kind: "quota", message: "No credit." }, notices: ["Slow."] } as const;
    const { model: _, usage: __, ...without } = summary;
    expect((await summed({ fails: { ...failure, usage } }, undefined, RUN, TASK, spoke("three"))).events).toEqual([
      { ...without, text: "", error: { kind: "quota", message: "No credit." }, notices: ["Slow."], usage },
    ]);
    expect((await summed(undefined, undefined, RUN, TASK, spoke("three"))).events).toMatchObject([
      { ...without, text: "", error: { kind: "unavailable", message: "call 1 of Summary was not expected" } },
    ]);
  });

  test("is none where it is broken off, and belongs to no run where there has been none", async () => {
    expect((await summed("hang", undefined, RUN, TASK)).events).toEqual([]);
    expect((await summed("Nothing.")).events).toMatchObject([{ run: "", upToSeq: 0, text: "Nothing." }]);
  });
});
