import { expect, test } from "vitest";
import { codeRunner } from "../../../src/engine/agents/code/code-runner.ts";
import type { CodeRun } from "../../../src/engine/agents/code/run-block.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { openLog } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";

const block = (code: string, label = "sh") => `\`\`\`${label}\n${code}\n\`\`\``;
const spoke = (agent: string, text: string, more: object = {}): EventBody => ({ type: "message.posted", agent, text, ...more });
const floor: EventBody = { type: "speaker.selected", agent: "Runner", by: "policy" };
const of = (outcome: CodeRun["outcome"], output = "", more: Partial<CodeRun> = {}): CodeRun => ({
  outcome,
  exitCode: outcome === "ok" ? 0 : 3,
  output,
  elapsedMs: 2_600,
  executor: "x",
  files: [],
  ...more,
});

/** What it reports of runs that come to this, one for each block; and which code ran. */
async function reported(runs: readonly CodeRun[], bodies: readonly EventBody[], more: object = {}) {
  const log = openLog();
  log.start("t");
  log.record(...bodies, floor);
  const ran: string[] = [];
  const agent = codeRunner({
    name: "Runner",
    description: "",
    runs: ["Coder", "Ada"],
    languages: ["sh", "python"],
    approval: "auto",
    async run({ code }) {
      ran.push(code.trim());
      return runs[ran.length - 1] ?? of("ok");
    },
    ...more,
  });
  for await (const item of agent.turn(turnOn(log.transcript)))
    if (item.type !== "activity" && !item.type.endsWith(".delta")) log.record(item as EventBody);
  const last = log.events.at(-1);
  const { text, printed } = last?.type === "message.posted" && "agent" in last ? last : { text: "", printed: undefined };
  return { text, printed: printed && text.slice(printed.from, printed.to), ran, agent, log };
}
const two = [spoke("Coder", `${block("one")}\n${block("two")}`)];

test("the outputs stand one after the other, each on lines of its own, and it is told which words code has printed", async () => {
  const { text, printed, ran } = await reported([of("ok", "a"), of("ok", "b\n")], two);
  expect([text, printed, ran]).toEqual(["a\nb\n", "a\nb\n", ["one", "two"]]);
  expect((await reported([of("ok", "a\n"), of("ok", "")], two)).text).toBe("a\n");
  expect((await reported([of("ok", ""), of("ok", "b")], two)).text).toBe("b");
});

test("code that printed nothing says so, and nothing of it counts as printed; files are named", async () => {
  const file = { hash: "h", name: "plot.png", mediaType: "image/png", bytes: 1 };
  const { text, printed } = await reported([of("ok", " \n", { files: [file] })], [spoke("Coder", block("one"))]);
  expect([text, printed]).toEqual(["The code ran and printed nothing (exit code 0).\nFiles: plot.png", undefined]);
  const both = await reported([of("ok", "a", { files: [file] }), of("ok", "b", { files: [{ ...file, name: "b.txt" }] })], two);
  expect([both.text, both.printed]).toEqual(["a\nb\nFiles: plot.png, b.txt", "a\nb"]);
});

test.each<readonly [CodeRun["outcome"], RegExp]>([
  ["error", /^The code failed with exit code 3\. 1 later block\(s\) were not run\. It printed:\nout$/],
  ["timeout", /after 3 s, the time limit/],
  ["oom", /used more memory/],
  ["output_limit", /printed more/],
  ["cancelled", /was stopped/],
  ["sandbox_lost", /sandbox was lost/],
])("a failure (%s) is told before what was printed, and the rest is not run", async (outcome, words) => {
  const { text, printed, ran } = await reported([of(outcome, "out")], two);
  expect(text).toMatch(words);
  expect([printed, ran]).toEqual(["out", ["one"]]);
});

test("a failure that printed nothing has nothing printed; a no is no output of code", async () => {
  expect((await reported([of("error")], two)).printed).toBeUndefined();
  const no = await reported([of("ok", "a\n"), of("rejected", "Maria said no.")], two);
  expect([no.text, no.printed]).toEqual([
    "Block 2 was not run; those before it were. What they printed, and why it was not run:\na\nMaria said no.",
    "a\n",
  ]);
  expect((await reported([of("rejected", "Maria said no.")], two)).text).toBe(
    "The code was not run. 1 later block(s) were not run. Why:\nMaria said no.",
  );
});

test("where there is nothing to run it says what it runs, and of whom", async () => {
  expect((await reported([], [])).text).toBe(
    "No code was found to run. I run fenced blocks (sh, python) that Coder or Ada posted since my last turn.",
  );
  const nobody = await reported([], [], { runs: [], languages: [] });
  expect(nobody.text).toContain("(no language can be run here) that the agents whose code I run posted");
});

test("what it would act on is code since its own last turn, of its agents, in its languages, and nothing where code is off", async () => {
  const would = async (bodies: readonly EventBody[], start: object = {}) => {
    const { agent } = await reported([], []);
    const log = openLog();
    log.start("t");
    if (Object.keys(start).length > 0) Object.assign(log.events[0] ?? {}, start);
    log.record(...bodies);
    return agent.wouldActOn?.(log.transcript);
  };
  expect(await would(two)).toEqual([3]);
  expect(await would([...two, spoke("Ada", block("x", "python"))])).toEqual([3, 4]);
  expect(await would(two, { code: "off" })).toEqual([]);
  expect(await would([spoke("Ben", block("x")), spoke("Ada", block("x", "ruby"))])).toEqual([]);
  expect(await would([...two, floor, spoke("Runner", "done")])).toEqual([]);
  expect(await would([...two, floor, spoke("Ada", block("beside")), spoke("Runner", "done")])).toEqual([5]);
  expect(await would([...two, { ...floor, within: "Crowd" } as EventBody, spoke("Runner", "inside", { within: "Crowd" })])).toEqual([3]);
  expect(await would([...two, floor, { type: "turn.skipped", agent: "Runner", person: { id: "U", name: "M" } }])).toEqual([]);
  const stop = (outcome: "done" | "stopped"): EventBody => ({ type: "run.stopped", run: "r", reason: "", reasons: [], outcome });
  expect(await would([...two, floor, stop("stopped")])).toEqual([]);
  expect(await would([...two, stop("done")])).toEqual([3]);
  expect(await would([...two, floor, stop("done")])).toEqual([3]);
  // Another turn has begun, and not ended yet.
  expect(await would([floor, spoke("Runner", "done"), ...two, floor])).toEqual([5]);
});

test("what is said beside its turn is heard in the next one, and what another has run beside it is not its own", async () => {
  const source = { seq: 3, block: 0 };
  const others: EventBody = { type: "code.ran", agent: "Other", source, language: "sh", ...of("error", "theirs") };
  const log = openLog();
  log.start("t");
  log.record(...two, floor, spoke("Ada", block("beside")), others);
  const { agent } = await reported([], []);
  const items = [];
  for await (const item of agent.turn(turnOn(log.transcript))) items.push(item);
  expect(items.map((item) => (item.type === "activity" ? item.doing : item.type))).toEqual([
    "is running sh",
    "code.ran",
    "is running sh",
    "code.ran",
    "message.posted",
  ]);
});

test("where nothing is said of it, code runs unasked; where a person is asked, the turn waits for the answer and asks once", async () => {
  expect((await reported([of("ok", "a")], [spoke("Coder", block("one"))], { approval: undefined })).ran).toEqual(["one"]);
  const { log, agent, ran } = await reported([of("ok", "a")], [spoke("Coder", block("one"))], { approval: "ask" });
  expect(log.events.at(-1)).toMatchObject({ type: "approval.requested", call: "code-3-0", what: expect.stringContaining("one") as string });
  for await (const item of agent.turn(turnOn(log.transcript))) expect(item).toBeUndefined();
  log.record({ type: "approval.expired", call: "code-3-0" });
  const items: unknown[] = [];
  for await (const item of agent.turn(turnOn(log.transcript))) items.push(item);
  expect(items).toMatchObject([{ type: "code.ran", outcome: "rejected", executor: "none" }, { type: "message.posted" }]);
  expect(ran).toEqual([]);
});

test("what a person made of the code is what runs; it is told before what that printed, and who did it", async () => {
  const { log, agent, ran } = await reported([of("ok", "a")], [spoke("Coder", block("one"))], { approval: "ask" });
  const person = { id: "U", name: "Maria" };
  log.record({ type: "approval.given", call: "code-3-0", approved: true, person, edited: "two" });
  const items: unknown[] = [];
  for await (const item of agent.turn(turnOn(log.transcript))) items.push(item);
  const words = `Maria changed the code before it ran. What ran:\n${block("two")}\n`;
  expect(ran).toEqual(["two"]);
  expect(items).toMatchObject([
    { type: "activity" },
    { type: "code.ran", changed: { person, code: "two" } },
    { type: "message.posted", text: `${words}a`, printed: { from: words.length, to: words.length + 1 } },
  ]);
});
