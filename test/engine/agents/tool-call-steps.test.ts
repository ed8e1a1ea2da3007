import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { isEvent, type EventBody, type RunEvent } from "../../../src/engine/events/events.ts";
import type { Tool, ToolResult } from "../../../src/engine/tool.ts";
import { asked, floor, handed, started } from "../../support/facts.ts";
import { MARIA, openLog, scripted, type Scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const usage = { inputTokens: 10, outputTokens: 5 };
const called = (call: string, tool: string, more: object = {}): EventBody => ({
  type: "tool.called",
  agent: "A",
  call,
  tool,
  args: "{}",
  ...more,
});
const returned = (call: string, tool: string, more: object = {}): EventBody => ({
  type: "tool.returned",
  agent: "A",
  call,
  tool,
  output: "r",
  ...more,
});
const given = (call: string, more: object = {}): EventBody => ({ type: "approval.given", call, approved: true, person: MARIA, ...more });
const TASK = [started(), asked("go"), floor("A")];
/** Of two transfers: a question to a person, and the floor for B. */
const TRANSFERS = ["human", "B"];

/** One turn of A, who has the tools t, u and whatever is named, on a log of these events. */
async function turnOf(
  facts: readonly EventBody[],
  replies: readonly Scripted[],
  tools: readonly Partial<Tool>[] = [],
  signal?: AbortSignal,
) {
  const log = openLog();
  log.record(...facts);
  const ran: { readonly tool: string; readonly args: unknown; readonly origin: string | undefined }[] = [];
  const all = ["t", "u", ...tools.flatMap(({ name }) => (name === undefined || "tu".includes(name) ? [] : [name]))].map((name): Tool => {
    const settings = tools.find((one) => one.name === name);
    return {
      description: "",
      parameters: {},
      ...settings,
      name,
      async run(args, turn, origin) {
        ran.push({ tool: name, args, origin: origin?.call });
        return settings?.run?.(args, turn, origin) ?? { kind: "returned", output: "r" };
      },
    };
  });
  const model = scripted(...replies);
  const settings = { description: "", instructions: "", toolRoundsMax: 9, afterTools: "prose" } as const;
  const agent = assistant({ name: "A", model, tools: all, handoffs: TRANSFERS, ...settings });
  for await (const item of agent.turn(turnOn(log.transcript, signal))) if (isEvent(item)) log.record(item);
  return { ran, model, events: log.events.slice(facts.length).map(plain) };
}
const plain = ({ seq: _seq, at: _at, ...body }: RunEvent): object => body;
const gives =
  (result: ToolResult): Tool["run"] =>
  async () =>
    result;

test("a result is recorded with its files, its sources and what it cost, where it has any", async () => {
  const result = async (more: object) =>
    (await turnOf([...TASK, called("c", "t")], ["Done."], [{ name: "t", run: gives({ kind: "returned", output: "r", ...more }) }]))
      .events[0];
  const file = { hash: "h", name: "a.txt", mediaType: "text/plain", bytes: 1 };
  expect(await result({})).toEqual(returned("c", "t"));
  expect(await result({ files: [], sources: [] })).toEqual(returned("c", "t"));
  const more = { files: [file], sources: [{ url: "https://example.org", title: "E" }], usage };
  expect(await result(more)).toEqual(returned("c", "t", more));
  const failure = { kind: "failed", error: { kind: "x", message: "m" }, usage } as const;
  const failed = await turnOf([...TASK, called("c", "t")], ["Done."], [{ name: "t", run: gives(failure) }]);
  expect(failed.events[0]).toEqual({ type: "tool.failed", agent: "A", call: "c", tool: "t", error: failure.error, usage });
});

test("of a long output the beginning is kept, and how much more there was", async () => {
  const output = async (text: string) =>
    (await turnOf([...TASK, called("c", "t")], ["Done."], [{ name: "t", run: gives({ kind: "returned", output: text }) }])).events[0];
  const most = "x".repeat(20_000);
  expect(await output(most)).toEqual(returned("c", "t", { output: most }));
  expect(await output(`${most}yz`)).toEqual(returned("c", "t", { output: `${most}\n… cut: 2 more characters` }));
});

test("no arguments are an object without any; what is no JSON is shown, its beginning", async () => {
  const facts = [...TASK, called("c1", "t", { args: " ", usage }), called("c2", "t", { args: `{${"x".repeat(300)}` })];
  const { ran, events } = await turnOf(facts, ["Done."]);
  expect(ran.map(({ args }) => args)).toEqual([{}]);
  expect(events[1]).toMatchObject({
    error: { kind: "bad_arguments", message: `The arguments of t are not valid JSON: {${"x".repeat(199)}` },
  });
});

test("a call that was made when the run was broken off leaves no result", async () => {
  const aborting = new AbortController();
  const run: Tool["run"] = async () => {
    aborting.abort();
    return { kind: "returned", output: "late" };
  };
  expect((await turnOf([...TASK, called("c", "t")], [], [{ name: "t", run }], aborting.signal)).events).toEqual([]);
});

test("a hand-over whose arguments cannot be read is a failed call, and the turn goes on", async () => {
  const { events } = await turnOf([...TASK, called("q", "transfer_to_human", { args: "[]" })], ["In words."]);
  expect(events).toMatchObject([
    { type: "tool.failed", call: "q", error: { kind: "bad_arguments" } },
    { type: "message.posted", text: "In words." },
  ]);
});

test("a hand-over is recorded with its call, and with answers and words only where there are any", async () => {
  const call = called("h", "transfer_to_b", { usage });
  const notice = "Transferred to B, adopting the role of B immediately.";
  const made = handed("A", "B", { text: notice, call: "h" });
  const tool = "transfer_to_B";
  const over = async (more: object, ...beside: readonly EventBody[]) =>
    (await turnOf([...TASK, ...beside, { ...call, tool, ...more } as EventBody], [])).events;
  expect(await over({})).toEqual([returned("h", tool, { output: notice }), made]);
  expect((await over({ text: "Yours." }))[1]).toEqual({ ...made, beside: "Yours." });
  // Others' words beside their calls are not its own.
  expect((await over({ usage: undefined }, { ...called("b", "t", { usage, text: "Theirs." }), agent: "B" } as EventBody))[1]).toEqual(made);
  const asks = await turnOf([...TASK, called("h", "transfer_to_human", { args: '{"question":"Which?","options":["a"]}', usage })], []);
  expect(asks.events.at(-1)).toEqual(handed("A", "human", { text: "Which?", call: "h", options: ["a"] }));
});

test("a hand-over that was called, and not made when the process ended, is made then; the words stand on the first call of its reply", async () => {
  const tool = "transfer_to_B";
  const calls = [
    called("a", "t", { usage, text: "Old." }),
    returned("a", "t"),
    called("b", "t", { usage, text: "New." }),
    called("h", tool),
  ];
  const facts = [...TASK, ...calls, returned("b", "t"), returned("h", tool)];
  const made = handed("A", "B", { text: "Transferred to B, adopting the role of B immediately.", call: "h", beside: "New." });
  expect((await turnOf(facts, [])).events).toEqual([made]);
  // What another has done beside it since changes nothing.
  const beside = { ...returned("x", "t"), agent: "C" } as EventBody;
  expect((await turnOf([...facts, beside], [])).events).toEqual([made]);
  expect((await turnOf([...TASK, called("a", "t", { usage }), returned("a", "t")], ["Done."])).events).toMatchObject([{ text: "Done." }]);
});

test("of tools that want one yes each is asked for once, and says that it lasts", async () => {
  const tools = ["t", "u"].map((name) => ({ name, approval: "first-time" as const }));
  const facts = [...TASK, called("c1", "t", { usage }), called("c2", "t", { args: '{"a":1}' }), called("c3", "u")];
  const wanted = (call: string, tool: string) => ({
    type: "approval.requested",
    agent: "A",
    call,
    what: `${tool} {}`,
    tool,
    lasting: true,
  });
  expect((await turnOf(facts, [], tools)).events).toEqual([wanted("c1", "t"), wanted("c3", "u")]);
  const always = await turnOf([...TASK, called("c1", "t", { usage }), called("c2", "t")], [], [{ name: "t", approval: "always" }]);
  expect(always.events).toEqual(["c1", "c2"].map((call) => ({ type: "approval.requested", agent: "A", call, what: "t {}", tool: "t" })));
});

test("a call for the third time in a turn is not asked for, and not run; the same by another, or in a turn before, does not count", async () => {
  const tools = [{ name: "t", approval: "always" as const }];
  const twice = [
    called("c1", "t", { usage }),
    given("c1"),
    returned("c1", "t"),
    called("c2", "t", { usage }),
    given("c2"),
    returned("c2", "t"),
  ];
  const third = await turnOf([...TASK, ...twice, called("c3", "t", { usage })], ["Done."], tools);
  expect(third.events[0]).toMatchObject({ type: "tool.failed", call: "c3", error: { kind: "repeated" } });
  const asks = async (...facts: readonly EventBody[]) => (await turnOf(facts, ["Done."], tools)).events[0];
  expect(await asks(...TASK, ...twice, floor("A"), called("c3", "t"))).toMatchObject({ type: "approval.requested" });
  expect(await asks(...TASK, ...twice, floor("B"), called("c3", "t", { usage }))).toMatchObject({ type: "tool.failed" });
  const others = twice.map((event) => ({ ...event, agent: "B" }) as EventBody);
  expect(await asks(...TASK, ...others, called("c3", "t"))).toMatchObject({ type: "approval.requested" });
  expect(await asks(...TASK, ...twice, called("c3", "t", { args: '{"a":1}' }))).toMatchObject({ type: "approval.requested" });
});

test("a call that was refused is asked for again, but not where tools are off by then", async () => {
  const refused: EventBody[] = [
    called("c1", "t", { usage }),
    { type: "approval.requested", agent: "A", call: "c1", what: "t {}", tool: "t" },
    given("c1", { approved: false }),
    { type: "tool.failed", agent: "A", call: "c1", tool: "t", error: { kind: "denied", message: "" } },
  ];
  const then = async (more: object) =>
    (
      await turnOf(
        [...TASK, ...refused, started({ goesOn: true, ...more }), floor("A"), called("c2", "t")],
        ["Done."],
        [{ name: "t", approval: "never" }],
      )
    ).events[0];
  expect(await then({})).toMatchObject({ type: "approval.requested", call: "c2" });
  expect(await then({ tools: "off" })).toMatchObject({ type: "tool.failed", error: { kind: "off" } });
});

test("where nothing of a run is kept, a call is known by what it is, and by how often the agent has made it in the run", async () => {
  const before = [called("x", "t", { usage }), returned("x", "t")];
  const facts = [
    started({ unkept: true }),
    asked("go"),
    floor("A"),
    called("c1", "t", { usage }),
    returned("c1", "t"),
    called("c2", "u"),
    returned("c2", "u"),
    called("c3", "t", { args: '{"a":1}' }),
    returned("c3", "t"),
    { ...called("b1", "t"), agent: "B" } as EventBody,
    called("c4", "t"),
  ];
  expect((await turnOf(facts, ["Done."])).ran).toMatchObject([{ origin: '["t","{}",2]' }]);
  expect((await turnOf([...TASK, ...before, ...facts], ["Done."])).ran).toMatchObject([{ origin: '["t","{}",2]' }]);
  expect((await turnOf([...TASK, called("c4", "t")], ["Done."])).ran).toMatchObject([{ origin: "c4" }]);
});
