import fc from "fast-check";
import { expect, test } from "vitest";
import { assistant } from "../../../src/engine/agents/assistant.ts";
import { codeRunner } from "../../../src/engine/agents/code/code-runner.ts";
import { decided } from "../../../src/engine/approvals.ts";
import { human } from "../../../src/engine/agents/human.ts";
import type { RunCode } from "../../../src/engine/agents/code/run-block.ts";
import { subTeam } from "../../../src/engine/agents/sub-team.ts";
import { isEvent, type EventBody } from "../../../src/engine/events/events.ts";
import { nextByRule } from "../../../src/engine/policies/selector-rules.ts";
import { roundRobin } from "../../../src/engine/policies/round-robin.ts";
import { steered } from "../../../src/engine/steering.ts";
import type { Agent } from "../../../src/engine/team.ts";
import { maxTurns } from "../../../src/engine/stops/max-turns.ts";
import { textMention } from "../../../src/engine/stops/text-mention.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import { MARIA, openLog, says, scripted, team, type Scripted } from "../../support/scripted.ts";
import { turnOn } from "../../support/turn.ts";
import { runsOf } from "../../support/chance.ts";

const BAD = "print('bad')";
const fence = (code: string, label = "python") => `\`\`\`${label}\n${code}\n\`\`\``;
type Log = ReturnType<typeof openLog>;

function runner(
  ran: string[],
  more: { readonly name?: string; readonly approval?: "ask" | "auto"; readonly runners?: readonly string[] } = {},
) {
  const run: RunCode = async ({ code }) => {
    ran.push(code.trim());
    return { outcome: "ok", exitCode: 0, output: "fine\n", elapsedMs: 1, executor: "test", files: [] };
  };
  const { name = "Runner", runners, approval = "auto" } = more;
  const all = runners ? { runners: runners.map((one) => ({ name: one, runs: ["Coder"] })) } : {};
  return codeRunner({ name, description: "", runs: ["Coder"], languages: ["python", "sh"], approval, run, ...all });
}

const asking = (...replies: readonly Scripted[]) =>
  assistant({
    name: "Coder",
    description: "",
    instructions: "",
    model: scripted(...replies),
    tools: [],
    handoffs: ["human", "Runner"],
    toolRoundsMax: 3,
    afterTools: "prose",
  });
const question = (text: string) => ({ calls: [{ tool: "transfer_to_human", args: { question: text } }] });
const inTurn = (agents: readonly Agent[], turns: number) => team({ agents, nextSpeakers: roundRobin, limits: maxTurns(turns) });
const approvals = (log: Log) => currentRun(log.transcript).approvals.map(({ call }) => call);
const say = (log: Log, approved: boolean, more: { readonly scope?: "run"; readonly reason?: string } = {}) => {
  const [call = ""] = approvals(log);
  log.record(...decided(log.transcript, { call, approved, person: MARIA, ...more }));
};
const skip = (log: Log) => log.record(...steered(log.transcript, { kind: "skip", person: MARIA }));
const last = (log: Log) => log.said().at(-1) ?? "";

test.each([
  ["no", "Fine, I leave it."],
  ["No, use the other file.", "Fine, I leave it."],
  ["yes", "Thank you."],
])("a block in a question is no code to run, whatever is answered: %s", async (answer, then) => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const agents = () => [asking(question(`May I run this?\n${fence(BAD)}`), then), runner(ran)];
  const both = inTurn(agents(), 2);
  await log.run(both);
  log.reply(answer);
  await log.run(both);
  expect(ran).toEqual([]);
  expect(last(log)).toContain("No code was found to run");
});

test("what a person said no to in a question is not run when it is then posted; after another word of theirs it is asked for", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const both = inTurn(
    [
      asking(question(`May I run this?\n> ${fence(BAD).replaceAll("\n", "\n> ")}`), `So:\n${fence(BAD)}`, fence(BAD), fence(BAD)),
      runner(ran),
    ],
    6,
  );
  await log.run(both);
  log.reply("No");
  await log.run(both, { until: (event) => event.type === "message.posted" && "agent" in event && event.agent === "Runner" });
  expect([ran, approvals(log)]).toEqual([[], []]);
  expect(last(log)).toContain("Maria said no to this block before.");
  log.reply("Well, show me once more.");
  await log.run(both);
  expect(approvals(log)).toHaveLength(1);
  say(log, true);
  await log.run(both);
  expect(ran).toEqual([BAD, BAD]);
});

const TWO = "import os\nos.remove('x')";
test.each([
  ["a fence deep in a list", "May I?\n1. first\n    ```python\n    import os\n    os.remove('x')\n    ```"],
  ["indented lines", "May I?\n\n    import os\n    os.remove('x')\n"],
  ["no frame at all", `May I run the following? ${TWO}`],
  ["a quoted fence in a list", "May I?\n- > ```py\n  > import os\n  > os.remove('x')\n  > ```"],
  ["HTML", `May I?\n<pre><code>\n${TWO}\n</code></pre>`],
  ["a fence behind more than are taken from one message", `${`${fence("pass")}\n`.repeat(25)}${fence(TWO)}`],
  ["CRLF", `May I?\r\n${fence(TWO).replaceAll("\n", "\r\n")}`],
  ["a fence of another language", `May I?\n${fence(TWO, "text")}`],
])("what a question showed is held after a no, whatever it stood in: %s", async (_form, words) => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const both = inTurn([asking(question(words), fence(TWO)), runner(ran)], 2);
  await log.run(both);
  log.reply("No");
  await log.run(both);
  expect(ran).toEqual([]);
  expect(last(log)).toContain("Maria said no to this block before.");
});

test.each([
  ["other blanks", fence("import  os\n\n  os.remove( 'x' )")],
  ["another case of the language", fence(TWO, "PYTHON3")],
  ["CRLF", fence(TWO).replaceAll("\n", "\r\n")],
  ["tildes and an indent", "  ~~~ py\n  import os\n  os.remove('x')\n  ~~~"],
  ["another language", fence(TWO, "sh")],
])("what was refused on its card is the same when it comes with %s", async (_form, again) => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const both = inTurn([asking(fence(TWO), fence("print(1)"), again), runner(ran, { approval: "ask" })], 6);
  await log.run(both);
  say(log, false);
  await log.run(both);
  say(log, true, { scope: "run" });
  await log.run(both);
  expect(ran).toEqual(["print(1)"]);
  expect(last(log)).toContain("Maria said no to this block before.");
});

test("a yes to a changed block is none to the block that was asked for", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const both = inTurn([asking(fence(TWO), fence(TWO), fence("print(1)")), runner(ran, { approval: "ask" })], 6);
  await log.run(both);
  const [call = ""] = approvals(log);
  log.record(...decided(log.transcript, { call, approved: true, person: MARIA, scope: "run", edited: "print(1)" }));
  await log.run(both);
  expect([ran, approvals(log)]).toEqual([["print(1)"], [expect.any(String)]]);
  say(log, true);
  await log.run(both);
  expect(ran).toEqual(["print(1)", TWO, "print(1)"]);
});

test("a yes for the run is none to a block that was refused and waits for a word of its own", () => {
  const log = openLog();
  log.start("t");
  const ask = (call: string, code: string) =>
    log.record({ type: "approval.requested", agent: "Runner", call, what: `${code}\n`, language: "python" });
  ask("code-1-0", BAD);
  say(log, false);
  ask("code-2-0", "print(2)");
  ask("code-3-0", BAD);
  ask("code-4-0", "print(4)");
  say(log, true, { scope: "run" });
  expect(approvals(log)).toEqual(["code-3-0"]);
});

test("a yes for the run is one, too, to a block that was refused and then allowed", () => {
  const log = openLog();
  log.start("t");
  const ask = (call: string, code: string) =>
    log.record({ type: "approval.requested", agent: "Runner", call, what: code, language: "python" });
  // In words, a question still holds it.
  log.record({ type: "handoff.made", agent: "Coder", to: "human", text: BAD, call: "q" });
  log.reply("no");
  ask("code-1-0", BAD);
  say(log, true);
  ask("code-2-0", "print(2)");
  ask("code-3-0", BAD);
  say(log, true, { scope: "run" });
  expect(approvals(log)).toEqual([]);
});

test.each([
  ["a thought behind the first words", `So:\n<think>\n${fence(BAD)}\n</think>\nDone.`],
  ["a thought in capitals", `<THINK>\n${fence(BAD)}\n</THINK>`],
  ["a thought that never ends", `So.\n<thought>\n${fence(BAD)}`],
  ["the end of a thought in capitals", `${fence(BAD)}\n</THINK>\nDone.`],
  ["a quotation in HTML", `The page says:\n<blockquote>\n\n${fence(BAD)}\n\n</blockquote>\nDone.`],
])("no code is taken from %s", async (_form, words) => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  await log.run(inTurn([asking(words), runner(ran)], 2));
  expect(ran).toEqual([]);
});

test("a mark of thought within a program is part of it", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const code = "print('''\n<think>\n''')";
  await log.run(inTurn([asking(`${fence(code)}\n${fence("print(2)")}`), runner(ran)], 2));
  expect(ran).toEqual([code, "print(2)"]);
});

test("a block in the words beside a question was put before the person, too", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const both = inTurn([asking({ ...question("May I run this?"), text: `I would run:\n${fence(BAD)}` }, fence(BAD)), runner(ran)], 2);
  await log.run(both);
  log.reply("no");
  await log.run(both);
  expect(ran).toEqual([]);
  expect(last(log)).toContain("Maria said no to this block before.");
});

test("of a question that was cut, the beginning of its block stands for the block", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const long = Array.from({ length: 200 }, (_, line) => `print("line ${line}")`).join("\n");
  const both = inTurn([asking(question(`May I run this?\n${fence(long)}`), fence(long)), runner(ran)], 2);
  await log.run(both);
  log.reply("no");
  await log.run(both);
  expect(ran).toEqual([]);
});

test.each([
  ["yes", [BAD], 0],
  ["Approved.", [BAD], 0],
  ["Looks odd to me.", [], 1],
  ["nein, danke", [], 1],
])("a participant who is a person is asked with the code: “%s” runs %j, and %i waits for a press", async (answer, runs, waiting) => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const all = inTurn([says("Coder", `${fence(BAD)}\n${"words ".repeat(600)}`), human({ name: "Maria", description: "" }), runner(ran)], 3);
  await log.run(all);
  log.reply(answer);
  await log.run(all);
  expect(ran).toEqual(runs);
  expect(approvals(log)).toHaveLength(waiting);
});

test("after a plain no to any question, code that was posted before it is asked for", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const all = inTurn([says("Coder", fence(BAD)), human({ name: "Owner", description: "", question: "Shall it run?" }), runner(ran)], 3);
  await log.run(all);
  log.reply("no");
  await log.run(all);
  expect([ran, approvals(log).length]).toEqual([[], 1]);
});

test.each(["a no", "an expiry", "a skip"])(
  "%s holds for the same block, also after a yes for the run, until a person has written",
  async (kind) => {
    const log = openLog();
    log.start("t");
    const ran: string[] = [];
    const words = [fence(BAD), fence("print(1)"), `Again:\n${fence(`\n${BAD}  `)}`, fence(BAD)];
    const both = inTurn([says("Coder", ...words), runner(ran, { approval: "ask" })], 8);
    await log.run(both);
    if (kind === "a no") say(log, false, { reason: "it deletes things" });
    if (kind === "an expiry") log.record({ type: "approval.expired", call: approvals(log)[0] ?? "" });
    if (kind === "a skip") skip(log);
    await log.run(both);
    say(log, true, { scope: "run" });
    await log.run(both, { until: () => log.events.filter((event) => event.type === "code.ran").length === (kind === "a skip" ? 2 : 3) });
    expect([ran, approvals(log)]).toEqual([["print(1)"], []]);
    const refused = log.events.findLast((event) => event.type === "code.ran");
    expect(refused).toMatchObject({
      outcome: "rejected",
      output: expect.stringMatching(
        { "a no": /Maria said no to this block before: it deletes things/, "an expiry": /in time/, "a skip": /Maria skipped/ }[kind] ??
          /^$/,
      ),
    });
    log.reply("Let me see it again.");
    await log.run(both);
    expect([ran, approvals(log).length]).toEqual([["print(1)"], 1]);
  },
);

test("a skip without a card holds too, at every runner of the team, and what was skipped is not taken up again by itself", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const runners = ["Runner", "Other"];
  const all = inTurn(
    [says("Coder", fence(BAD), "Nothing new.", fence(BAD)), runner(ran, { runners }), runner(ran, { name: "Other", runners })],
    9,
  );
  await log.run(all, { until: (event) => event.type === "speaker.selected" && event.agent === "Runner" });
  skip(log);
  await log.run(all, { until: (event) => event.type === "run.stopped" });
  expect(ran).toEqual([]);
  expect(log.said().filter((line) => line.includes("Maria skipped the turn"))).toHaveLength(3);
});

test("a refusal ends with its run", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  await log.run(inTurn([says("Coder", fence(BAD), fence(BAD)), runner(ran, { approval: "ask" })], 2));
  say(log, false);
  await log.run(inTurn([says("Coder", fence(BAD), fence(BAD)), runner(ran, { approval: "ask" })], 2));
  log.start("again");
  await log.run(inTurn([says("Coder", fence(BAD), fence(BAD)), runner(ran, { approval: "ask" })], 2));
  expect(approvals(log)).toHaveLength(1);
});

test("after a stop at an open approval the next run goes on, and does not take that code up", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const both = () => inTurn([says("Coder", fence(BAD), "No code."), runner(ran, { approval: "ask" })], 2);
  await log.run(both());
  log.record({ type: "run.stopped", run: "r1", outcome: "stopped", reason: "Maria", reasons: [{ kind: "person", person: MARIA }] });
  log.start("go on");
  await log.run(both());
  expect([ran, approvals(log)]).toEqual([[], []]);
  expect(last(log)).toContain("No code was found to run");
});

test("what was refused outside is held back inside a team, and the other way round", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  // The coder outside has spoken once, under the same name.
  const inner = inTurn([says("Coder", "", fence(BAD)), runner(ran)], 2);
  const office = subTeam({ name: "Office", description: "", team: inner, voice: "members" });
  const all = inTurn([says("Coder", fence(BAD)), runner(ran, { approval: "ask" }), office], 3);
  await log.run(all);
  say(log, false);
  await log.run(all);
  expect(ran).toEqual([]);
  expect(last(log)).toContain("Maria said no to this block before");

  const other = openLog();
  other.start("t");
  const first = subTeam({
    name: "Office",
    description: "",
    team: inTurn([says("Coder", fence(BAD)), runner(ran, { approval: "ask" })], 2),
    voice: "members",
  });
  const mixed = inTurn([first, says("Writer", "…"), { ...says("Coder", "…", fence(BAD)), name: "Coder" }, runner(ran)], 4);
  await other.run(mixed);
  say(other, false);
  await other.run(mixed);
  expect(ran).toEqual([]);
});

test("the members of a team inside bear names of their own: their code is not that of one outside with the same name", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const inner = inTurn([says("Coder", fence(BAD))], 1);
  const office = subTeam({ name: "Office", description: "", team: inner, voice: "members" });
  await log.run(inTurn([office, runner(ran)], 2));
  const outside = openLog();
  outside.start("t");
  await outside.run(
    inTurn([says("Coder", fence(BAD)), subTeam({ name: "Lab", description: "", team: inTurn([runner(ran)], 1), voice: "members" })], 2),
  );
  expect(ran).toEqual([]);
});

test("the results of tools that stand in for prose are not run, and a text with the stop word is a text", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const page = { name: "fetch", description: "", parameters: {}, run: async () => ({ kind: "returned" as const, output: fence(BAD) }) };
  const reader = assistant({
    name: "Coder",
    description: "",
    instructions: "",
    model: scripted({ calls: [{ tool: "fetch" }] }),
    tools: [page],
    handoffs: [],
    toolRoundsMax: 1,
    afterTools: "summary",
  });
  await log.run(inTurn([reader, runner(ran)], 2));
  expect(ran).toEqual([]);
  const done = openLog();
  done.start("t");
  const both = {
    ...inTurn([says("Coder", `${fence("print(1)")}\nTERMINATE`), runner(ran)], 2),
    stopWhen: textMention("TERMINATE", ["Runner"]),
  };
  await done.run(both);
  expect(ran).toEqual(["print(1)"]);
});

/** Everything that may bear an agent's name and words. */
const wordsOf = (text: string): readonly EventBody[] => [
  { type: "message.posted", agent: "Coder", text, kind: "stop" },
  { type: "message.posted", agent: "Coder", text, kind: "summary" },
  { type: "message.posted", agent: "Coder", text, within: "Office" },
  { type: "message.posted", agent: "Coder", text, within: "Office", quiet: true },
  { type: "message.posted", agent: "Coder", text, quiet: true },
  { type: "message.posted", agent: "Coder", text: text.replaceAll(/^/gm, "> ") },
  { type: "message.posted", agent: "Coder", text: `<think>\n${text}\n</think>\nWords.` },
  { type: "message.posted", agent: "Coder", text: `${text}\n</think>\nWords.` },
  { type: "message.posted", agent: "Stranger", text },
  { type: "message.posted", person: { id: "U1", name: "Coder" }, text },
  { type: "handoff.made", agent: "Coder", to: "human", text },
  { type: "handoff.made", agent: "Coder", to: "Runner", text, beside: text },
  { type: "tool.called", agent: "Coder", call: "1", tool: "x", args: text, text },
  { type: "tool.returned", agent: "Coder", call: "1", tool: "x", output: text },
  { type: "tool.failed", agent: "Coder", call: "1", tool: "x", error: { kind: "crashed", message: text } },
  { type: "context.summarized", agent: "Coder", upToSeq: 1, text },
  { type: "code.written", agent: "Coder", text },
  { type: "finish.decided", agent: "Coder", reason: text },
  { type: "turn.failed", agent: "Coder", error: { kind: "overloaded", message: text } },
  { type: "turn.ended", agent: "Coder", reason: text },
  { type: "speaker.selected", agent: "Coder", by: "selector", reason: text, instruction: text },
];

test("property: nothing but a finished message of a named agent gives code to run, or counts as code for a rule", async () => {
  const rule = nextByRule([{ after: "Coder", when: { hasCode: true }, next: "Runner" }], ["python"]);
  await fc.assert(
    fc.asyncProperty(fc.subarray([...wordsOf(fence(BAD))]), fc.boolean(), async (others, isSaid) => {
      const log = openLog();
      log.start(fence(BAD));
      const ran: string[] = [];
      for (const event of others) {
        log.record(event);
        expect(rule(log.transcript)).toBeUndefined();
      }
      if (isSaid) log.record({ type: "message.posted", agent: "Coder", text: fence("print(1)") });
      if (isSaid) expect(rule(log.transcript)).toBe("Runner");
      log.record({ type: "speaker.selected", agent: "Runner", by: "policy" });
      for await (const item of runner(ran).turn(turnOn(log.transcript))) if (isEvent(item)) log.record(item);
      expect(ran).toEqual(isSaid ? ["print(1)"] : []);
    }),
    { numRuns: runsOf(150) },
  );
});
