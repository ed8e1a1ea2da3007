import { expect, test } from "vitest";
import { subTeam } from "../../../src/engine/agents/sub-team.ts";
import type { Delta, EventBody, RunEvent } from "../../../src/engine/events/events.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import type { Agent } from "../../../src/engine/team.ts";
import { MARIA, openLog, scripted, team } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const JONAS = { id: "U0JONAS", name: "Jonas" };
const START: EventBody = { type: "run.started", run: "r1", team: "outer", startedBy: MARIA };
const FLOOR: EventBody = { type: "speaker.selected", agent: "Crowd", by: "policy" };
const said = (id: string, more: object = {}): EventBody => ({ type: "message.posted", person: MARIA, text: id, id, ...more });
const spoke = (agent: string, text: string, more: object = {}): EventBody => ({ type: "message.posted", agent, text, ...more });
/** Said within the team. */
const within = (body: EventBody, where = "Crowd"): EventBody => ({ ...body, within: where }) as EventBody;

/** The log as a member of the team reads it at its turn, and what its turn yields outside. `says`: what the member does. */
async function inside(
  bodies: readonly EventBody[],
  says: readonly (EventBody | Delta)[] = [spoke("Mia", "…")],
  model?: ReturnType<typeof scripted>,
) {
  let read: readonly RunEvent[] = [];
  const member: Agent = {
    name: "Mia",
    description: "",
    async *turn({ transcript }) {
      read = [...transcript.events];
      yield* says;
    },
  };
  const inner = team({ name: "inner", agents: [member], nextSpeakers: roundRobin, limits: maxTurns(1) });
  const voice = model ? { model, instructions: "" } : "members";
  const crowd = subTeam({ name: "Crowd", description: "", team: inner, voice });
  const log = openLog();
  log.record(START, ...bodies);
  const goesOn = crowd.goesOn?.(log.transcript);
  const items: (EventBody | Delta)[] = [];
  for await (const item of crowd.turn(turnOn(log.transcript))) {
    items.push(item);
    if (!item.type.endsWith(".delta") && item.type !== "activity") log.record(item as EventBody);
  }
  return { items, goesOn, read: read.map(({ seq: _seq, at: _at, ...event }) => event), seqs: read.map(({ seq }) => seq) };
}
const RUN = { type: "run.started", run: "Crowd-3", team: "inner", startedBy: { id: "team", name: "the team" } };

test("a turn is a run of its own, which begins with what others have said since the last one", async () => {
  const { read, seqs } = await inside([said("task"), FLOOR]);
  expect(read.slice(0, 2)).toEqual([RUN, said("task")]);
  expect(seqs).toEqual(read.map((_, index) => index + 1));
  const again = await inside([
    said("task"),
    FLOOR,
    within(spoke("Mia", "first")),
    { type: "turn.ended", agent: "Crowd", reason: "" },
    spoke("Ben", "hm"),
    FLOOR,
  ]);
  expect(again.read.map(({ type }) => type)).toEqual([
    "run.started",
    "message.posted",
    "message.posted",
    "run.stopped",
    "run.started",
    "message.posted",
    "speaker.selected",
  ]);
  expect(again.read[4]).toMatchObject({ run: "Crowd-7", goesOn: true });
  expect(again.read[5]).toEqual(spoke("Ben", "hm", { outside: true }));
});

test("the rules with which the run outside began hold inside", async () => {
  const rules = { code: "ask", tools: "off", unkept: true } as const;
  const { read } = await inside([{ ...START, ...rules } as EventBody, said("task"), FLOOR]);
  expect(read[0]).toMatchObject(rules);
  const goesOn = await inside([{ ...START, goesOn: true } as EventBody, FLOOR]);
  expect(goesOn.read[0]).toMatchObject({ goesOn: true });
  const back = await inside([{ ...START, ...rules } as EventBody, START, FLOOR]);
  expect(back.read[0]).not.toHaveProperty("code");
});

test("in a team of one voice who speaks is decided anew in each turn", async () => {
  const voiced = await inside([said("task"), FLOOR], undefined, scripted("as one"));
  expect(voiced.read[0]).toMatchObject({ anew: true });
  expect((await inside([said("task"), FLOOR])).read[0]).not.toHaveProperty("anew");
  expect(voiced.items.at(-1)).toMatchObject({ type: "message.posted", agent: "Crowd", text: "as one" });
  expect(voiced.items.filter((item) => "within" in item && item.within === "Crowd").every((item) => "quiet" in item && item.quiet)).toBe(
    true,
  );
});

test("people are heard at once while it has the floor, and with the place inside of what they answer", async () => {
  const question = within({ type: "handoff.made", agent: "Mia", to: "human", text: "?" });
  const { read } = await inside([
    FLOOR,
    within({ type: "speaker.selected", agent: "Mia", by: "policy" }),
    question,
    said("yes", { answers: 4 }),
    said("aside", { answers: 99 }),
    said("all"),
  ]);
  expect(read.slice(3)).toEqual([said("yes", { answers: 3 }), said("aside", { answers: 0 }), said("all")]);
});

test("a question of its own that expires does so inside; another's, or one when it has not the floor, does not", async () => {
  const question = within({ type: "handoff.made", agent: "Mia", to: "human", text: "?" });
  const expired = (of: number): EventBody => ({ type: "question.expired", of });
  const selected = within({ type: "speaker.selected", agent: "Mia", by: "policy" });
  expect((await inside([FLOOR, selected, question, expired(4)])).read.slice(3)).toEqual([expired(3)]);
  expect((await inside([FLOOR, selected, question, expired(2)])).read.slice(3)).toEqual([]);
});

test("what was changed or taken back reads so inside: what waits to be told, and what was told", async () => {
  const edited = (of: number): EventBody => ({ type: "message.edited", of, id: "task", person: MARIA, text: "other" });
  const deleted: EventBody = { type: "message.deleted", of: 2, id: "task", person: MARIA };
  expect((await inside([said("task"), edited(2), FLOOR])).read.slice(1, 2)).toEqual([said("task", { text: "other" })]);
  expect((await inside([said("task"), deleted, FLOOR])).read[1]).toMatchObject({ text: "(took this message back)" });
  const told = await inside([said("task"), FLOOR, edited(2)]);
  expect(told.read.slice(1, 3)).toEqual([said("task"), edited(2)]);
  // Its number inside is another one than outside.
  const later = await inside([
    spoke("Ben", "one"),
    FLOOR,
    within({ type: "speaker.selected", agent: "Mia", by: "policy" }),
    said("task"),
    edited(5),
  ]);
  expect(later.read.at(-1)).toEqual(edited(4));
});

test("a yes for a call inside is one there, under the name that it has there; for others' calls it is none", async () => {
  const given = (call: string): EventBody => ({ type: "approval.given", call, approved: true, person: JONAS });
  const open = [
    FLOOR,
    within({ type: "speaker.selected", agent: "Mia", by: "policy" }),
    within({ type: "approval.requested", agent: "Mia", call: "Crowd/c1", what: "x" }),
  ];
  const last = async (event: EventBody) => (await inside([...open, event])).read.slice(3);
  expect((await inside([...open, given("Crowd/c1")])).read[2]).toMatchObject({ type: "approval.requested", call: "c1" });
  expect(await last(given("Crowd/c1"))).toEqual([given("c1")]);
  expect(await last({ type: "approval.expired", call: "Crowd/c1" })).toEqual([{ type: "approval.expired", call: "c1" }]);
  const goesOn = async (...more: readonly EventBody[]) => (await inside([...open, ...more])).goesOn;
  expect([await goesOn(), await goesOn(given("Other/c1")), await goesOn(given("c1")), await goesOn(given("Crowd/c1"))]).toEqual([
    false,
    false,
    false,
    true,
  ]);
  const closed = [FLOOR, { type: "turn.ended", agent: "Crowd", reason: "" }, given("Crowd/c1"), FLOOR] as EventBody[];
  expect((await inside(closed)).read.map(({ type }) => type)).not.toContain("approval.given");
});

test.each<EventBody>([
  { type: "turn.ended", agent: "Crowd", reason: "" },
  { type: "turn.skipped", agent: "Crowd", person: MARIA },
  spoke("Crowd", "as one"),
])("its run ends with its turn: %j", async (end) => {
  const { read } = await inside([FLOOR, within(spoke("Mia", "…")), end, said("later"), FLOOR]);
  expect(read.slice(1, 5).map(({ type }) => type)).toEqual(["message.posted", "run.stopped", "run.started", "message.posted"]);
});

test("a turn that failed outside is one of the member who spoke; the end of the run outside ends the one inside", async () => {
  const failed: EventBody = { type: "turn.failed", agent: "Crowd", error: { kind: "x", message: "" } };
  const selected = within({ type: "speaker.selected", agent: "Mia", by: "policy" });
  const { read } = await inside([FLOOR, selected, failed, FLOOR]);
  expect(read.slice(2, 4)).toEqual([
    { ...failed, agent: "Mia" },
    { type: "run.stopped", run: "", outcome: "done", reason: "", reasons: [] },
  ]);
  const nobody = await inside([FLOOR, failed, FLOOR]);
  expect(nobody.read.slice(1, 3).map(({ type }) => type)).toEqual(["run.stopped", "run.started"]);
  const stop: EventBody = { type: "run.stopped", run: "r1", reason: "", reasons: [], outcome: "stopped" };
  expect((await inside([FLOOR, selected, stop, START, FLOOR])).read[2]).toEqual(stop);
});

test("what streams and what a member does is seen outside; its events are within, further inside further", async () => {
  const stream: readonly (EventBody | Delta)[] = [
    { type: "activity", agent: "Mia", doing: "looks" },
    { type: "text.delta", agent: "Mia", text: "a" } as Delta,
    { type: "reasoning.delta", agent: "Mia", text: "b" } as Delta,
    within(spoke("Deep", "down"), "Sub"),
    spoke("Mia", "up"),
  ];
  const { items } = await inside([said("task"), FLOOR], stream);
  expect(items.slice(1, 4)).toEqual(stream.slice(0, 3));
  expect(items.slice(4)).toEqual([
    within(spoke("Deep", "down"), "Crowd/Sub"),
    within(spoke("Mia", "up")),
    { type: "turn.ended", agent: "Crowd", reason: "reached 1 turn" },
  ]);
});

test("a member's failure is the team's; a limit of theirs is told by the end of their run", async () => {
  const failed = (kind: string): EventBody => ({ type: "turn.failed", agent: "Mia", error: { kind, message: "m" } });
  const { items } = await inside([said("task"), FLOOR], [failed("quota")]);
  expect(items.at(-1)).toEqual({ ...failed("quota"), agent: "Crowd", member: "Mia" });
  const limited = await inside([said("task"), FLOOR], [failed("limit")]);
  expect(limited.items.slice(1).map(({ type }) => type)).toEqual(["turn.failed", "turn.ended"]);
});

test("a call that waits for a yes has the team's name in front outside", async () => {
  const { items } = await inside([said("task"), FLOOR], [{ type: "approval.requested", agent: "Mia", call: "c1", what: "x" }]);
  expect(items[1]).toMatchObject({ type: "approval.requested", call: "Crowd/c1", within: "Crowd" });
});

test("a failure of a member of a team further inside is told with the whole way, and is inside that member's again", async () => {
  const deep: EventBody = { type: "turn.failed", agent: "Mia", member: "Deep/Down", error: { kind: "quota", message: "m" } };
  const { items } = await inside([said("task"), FLOOR], [deep]);
  expect(items.at(-1)).toEqual({ ...deep, agent: "Crowd", member: "Mia/Deep/Down" });
  const cost = { inputTokens: 1, outputTokens: 2 };
  const outside: EventBody = { ...deep, agent: "Crowd", member: "Mia/Deep/Down", usage: cost };
  expect((await inside([FLOOR, outside, FLOOR])).read[1]).toEqual({ ...deep, usage: cost });
  expect((await inside([FLOOR, { ...outside, member: "Mia" }, FLOOR])).read[1]).toEqual({
    type: "turn.failed",
    agent: "Mia",
    error: deep.error,
    usage: cost,
  });
  // Logs that do not say which member it was do not say what it has cost, either.
  const { member: _, ...older } = outside as typeof outside & { readonly member?: string };
  const selected = within({ type: "speaker.selected", agent: "Mia", by: "policy" });
  expect((await inside([FLOOR, selected, older as EventBody, FLOOR])).read[2]).toEqual({
    type: "turn.failed",
    agent: "Mia",
    error: deep.error,
  });
  // What failed within a member is theirs, who may go on.
  const below = within({ type: "turn.failed", agent: "Deep", error: { kind: "quota", message: "m" } }, "Sub");
  const { items: goingOn } = await inside([said("task"), FLOOR], [below, spoke("Mia", "up")]);
  expect(goingOn.map(({ type }) => type)).toEqual(["speaker.selected", "turn.failed", "message.posted", "turn.ended"]);
});

test("what tools outside returned travels with a hand-over, and nobody inside pays for it", async () => {
  const usage = { inputTokens: 1, outputTokens: 2 };
  const { read } = await inside([
    said("task"),
    { type: "tool.called", agent: "Ben", call: "t", tool: "find", args: "{}", usage },
    { type: "tool.returned", agent: "Ben", call: "t", tool: "find", output: "found", usage },
    { type: "handoff.made", agent: "Ben", to: "Crowd", text: "Yours.", call: "h" },
    FLOOR,
  ]);
  expect(read.slice(1, 4)).toEqual([
    said("task"),
    { type: "tool.returned", agent: "Ben", call: "t", tool: "find", output: "found", usage: undefined, outside: true },
    { type: "handoff.made", agent: "Ben", to: "Crowd", text: "Yours.", call: "h", outside: true },
  ]);
});

test("others' turns outside do not end its own, and a question that it does not know expires nowhere", async () => {
  const ended: EventBody = { type: "turn.ended", agent: "Ben", reason: "" };
  const { read } = await inside([FLOOR, within(spoke("Mia", "…")), ended, said("now")]);
  expect(read.slice(2, 3)).toEqual([said("now")]);
  const asks = within({ type: "handoff.made", agent: "Mia", to: "human", text: "Which?" });
  const expired = (of: number): EventBody => ({ type: "question.expired", of });
  const types = async (...facts: readonly EventBody[]) => (await inside(facts)).read.map(({ type }) => type);
  expect(await types(FLOOR, asks, expired(3))).toContain("question.expired");
  expect(await types(FLOOR, asks, expired(2))).not.toContain("question.expired");
  expect(await types(FLOOR, asks, { ...ended, agent: "Crowd" } as EventBody, expired(3), FLOOR)).not.toContain("question.expired");
});

test("a team of one voice whose model fails has failed; its model has no tools", async () => {
  const model = scripted({ fails: { kind: "failure", error: { kind: "quota", message: "No credit." } } });
  const { items } = await inside([said("task"), FLOOR], [spoke("Mia", "six")], model);
  expect(items.at(-1)).toMatchObject({ type: "turn.failed", agent: "Crowd", error: { kind: "quota", message: "No credit." } });
  expect(model.requests[0]).toMatchObject({ agent: "Crowd", tools: [] });
});
