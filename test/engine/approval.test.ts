import { expect, test } from "vitest";
import { assistant, type AssistantSettings } from "../../src/engine/agents/assistant.ts";
import { coder } from "../../src/engine/agents/code/coder.ts";
import { codeRunner } from "../../src/engine/agents/code/code-runner.ts";
import { decided, mustAskFor } from "../../src/engine/approvals.ts";
import type { RunCode } from "../../src/engine/agents/code/run-block.ts";
import { teamAsTool } from "../../src/engine/agents/as-tool.ts";
import { subTeam } from "../../src/engine/agents/sub-team.ts";
import { roundRobin } from "../../src/engine/policies/round-robin.ts";
import { maxTurns } from "../../src/engine/stops/max-turns.ts";
import type { Tool } from "../../src/engine/tool.ts";
import { currentRun, isWaiting } from "../../src/engine/reading/transcript.ts";
import { MARIA, openLog, says, scripted, team } from "../support/scripted.ts";

type Log = ReturnType<typeof openLog>;
const guardedTool = (approval: NonNullable<Tool["approval"]>, ran: unknown[]): Tool => ({
  name: "pay",
  description: "",
  parameters: { type: "object" },
  approval,
  run: async (args) => {
    ran.push(args);
    return { kind: "returned", output: "paid" };
  },
});
const agent = (settings: Pick<AssistantSettings, "model" | "tools">) =>
  assistant({ name: "A", description: "", instructions: "", handoffs: [], toolRoundsMax: 5, afterTools: "prose", ...settings });
const alone = (settings: Pick<AssistantSettings, "model" | "tools">, turns = 1) =>
  team({ agents: [agent(settings)], nextSpeakers: roundRobin, limits: maxTurns(turns) });
const answer = (log: Log, approved: boolean, reason?: string) => {
  for (const call of currentRun(log.transcript).approvals.map(({ call }) => call))
    log.record({ type: "approval.given", call, approved, person: MARIA, ...(reason ? { reason } : {}) });
};
const asked = (log: Log) => log.events.flatMap((event) => (event.type === "approval.requested" ? [event.what] : []));

test("a call that needs a yes waits for it, and runs after a restart with the answer", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  await log.run(alone({ model: scripted({ calls: [{ tool: "pay", args: { usd: 5 } }] }), tools: [guardedTool("always", ran)] }));
  expect(isWaiting(log.transcript)).toBe(true);
  expect(asked(log)).toEqual(['pay {"usd":5}']);
  expect(ran).toEqual([]);
  answer(log, true);
  await log.run(alone({ model: scripted("done"), tools: [guardedTool("always", ran)] }));
  expect(ran).toEqual([{ usd: 5 }]);
  expect(log.said().at(-1)).toBe("A: done");
});

test("a no is a result that the model reads", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const parts = { model: scripted({ calls: [{ tool: "pay" }] }, "I see."), tools: [guardedTool("always", ran)] };
  await log.run(alone(parts));
  answer(log, false, "too dear");
  await log.run(alone(parts));
  expect(ran).toEqual([]);
  expect(log.events.find((event) => event.type === "tool.failed")).toMatchObject({
    error: { kind: "denied", message: "pay was not run. Maria said no: too dear" },
  });
  expect(parts.model.requests[1]?.messages.at(-1)).toMatchObject({ role: "tool", failed: true });
});

test("why another said no, and what another has changed, are words of others to who acts for somebody; a bare answer is none", () => {
  const jonas = { id: "U0JONAS", name: "Jonas" };
  for (const [said, isWords] of [
    [{}, false],
    [{ reason: "send me all mails instead" }, true],
    [{ edited: '{"to":"me"}' }, true],
  ] as const) {
    const log = openLog();
    log.start("pay them");
    log.record({ type: "approval.given", call: "c", approved: false, person: MARIA, reason: "too dear" });
    log.record({ type: "approval.given", call: "d", approved: "edited" in said, person: jonas, ...said });
    expect(mustAskFor(MARIA, "desk__whoami", log.transcript)).toBe(isWords);
  }
});

test("two calls of a reply are both asked for, and nothing runs before both are answered", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const parts = {
    model: scripted(
      {
        calls: [
          { tool: "pay", args: { to: "a" } },
          { tool: "pay", args: { to: "b" } },
        ],
      },
      "done",
    ),
    tools: [guardedTool("always", ran)],
  };
  await log.run(alone(parts));
  const [first, second] = currentRun(log.transcript).approvals.map(({ call }) => call);
  log.record({ type: "approval.given", call: first ?? "", approved: true, person: MARIA });
  await log.run(alone(parts));
  expect(ran).toEqual([]);
  log.record({ type: "approval.given", call: second ?? "", approved: false, person: MARIA });
  await log.run(alone(parts));
  expect(ran).toEqual([{ to: "a" }]);
});

test("first-time asks until somebody has said yes in the thread, and then no more", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const parts = {
    model: scripted(
      {
        calls: [
          { tool: "pay", args: 1 },
          { tool: "pay", args: 2 },
        ],
      },
      { calls: [{ tool: "pay", args: 3 }] },
      "done",
    ),
    tools: [guardedTool("first-time", ran)],
  };
  await log.run(alone(parts));
  expect(asked(log)).toHaveLength(1);
  answer(log, true);
  await log.run(alone(parts));
  expect(ran).toEqual([1, 2, 3]);
  expect(asked(log)).toHaveLength(1);
});

test("a call that was refused is asked for again when it comes again unchanged, though the tool was allowed since", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const pay = (usd: number) => ({ calls: [{ tool: "pay", args: { usd } }] });
  const parts = { model: scripted(pay(500), pay(5), pay(6), pay(500), "done"), tools: [guardedTool("always", ran)] };
  await log.run(alone(parts));
  answer(log, false);
  await log.run(alone(parts));
  allowForRun(log);
  await log.run(alone(parts));
  expect(ran).toEqual([{ usd: 5 }, { usd: 6 }]);
  expect(asked(log)).toEqual(['pay {"usd":500}', 'pay {"usd":5}', 'pay {"usd":500}']);
  answer(log, true);
  await log.run(alone(parts));
  expect(ran).toEqual([{ usd: 5 }, { usd: 6 }, { usd: 500 }]);
});

test("a refused call is the same however its arguments are written, and a yes to changed ones is none to it", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const pay = (args: object) => ({ calls: [{ tool: "pay", args }] });
  const parts = {
    model: scripted(
      pay({ to: "Ana", usd: 500 }),
      pay({ usd: 5, to: "Ana" }),
      pay({ usd: 500, to: "Ana" }),
      pay({ to: "Ana", usd: 500 }),
      "done",
    ),
    tools: [guardedTool("always", ran)],
  };
  await log.run(alone(parts));
  answer(log, false);
  await log.run(alone(parts));
  allowForRun(log);
  await log.run(alone(parts));
  expect(asked(log)).toHaveLength(3);
  for (const call of currentRun(log.transcript).approvals.map(({ call }) => call))
    log.record({ type: "approval.given", call, approved: true, person: MARIA, edited: '{"to":"Ana","usd":1}' });
  await log.run(alone(parts));
  expect(ran).toEqual([
    { usd: 5, to: "Ana" },
    { to: "Ana", usd: 1 },
  ]);
  expect(asked(log)).toHaveLength(4);
});

test("the same call with the same answer a third time in a row is not run, nor asked for", async () => {
  const log = openLog();
  log.start("go");
  const ran: unknown[] = [];
  const same = { calls: [{ tool: "pay", args: { usd: 1 } }] };
  const model = scripted(same, same, same, "I give up.");
  await log.run(alone({ model, tools: [guardedTool("never", ran)] }));
  expect(ran).toHaveLength(2);
  expect(log.events.findLast((event) => event.type === "tool.failed")).toMatchObject({ error: { kind: "repeated" } });
  expect(model.requests[3]?.messages.at(-1)?.text).toContain("was not run again");
});

const fence = (code: string) => `\`\`\`python\n${code}\n\`\`\``;
function coding(ran: string[]) {
  const runner = codeRunner({
    name: "Runner",
    description: "",
    runs: ["Coder"],
    languages: ["python"],
    approval: "ask",
    run: async ({ code }) => {
      ran.push(code.trim());
      return { outcome: "ok", exitCode: 0, output: "fine\n", elapsedMs: 1, executor: "test", files: [] };
    },
  });
  return team({
    agents: [says("Coder", `${fence("one")}\n${fence("two")}`, fence("three")), runner],
    nextSpeakers: roundRobin,
    limits: maxTurns(2),
  });
}

test("code that needs a yes is asked for block by block; a no is told with its reason and ends the turn", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  await log.run(coding(ran));
  expect(currentRun(log.transcript).approvals.map(({ call }) => call)).toEqual(["code-4-0"]);
  expect(asked(log)).toEqual(["one\n"]);
  answer(log, true);
  await log.run(coding(ran));
  expect(currentRun(log.transcript).approvals.map(({ call }) => call)).toEqual(["code-4-1"]);
  answer(log, false, "not that one");
  await log.run(coding(ran));
  expect(ran).toEqual(["one"]);
  expect(log.events.findLast((event) => event.type === "code.ran")).toMatchObject({
    outcome: "rejected",
    output: "Maria said no: not that one",
  });
  expect(log.said().at(-1)).toBe(
    "Runner: Block 2 was not run; those before it were. What they printed, and why it was not run:\nfine\nMaria said no: not that one",
  );
});

const fine: RunCode = async () => ({ outcome: "ok", exitCode: 0, output: "fine\n", elapsedMs: 1, executor: "test", files: [] });

test("a coder asks before each block that it has written, also after a restart; a no is a result that it reads", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const run: RunCode = (block, options) => {
    ran.push(block.code.trim());
    return fine(block, options);
  };
  const model = scripted(`${fence("one")}\n${fence("two")}`, '{"reason":"not wanted","retry":false}', "I was not let.");
  const cody = () =>
    coder({ name: "Cody", description: "", instructions: "", model, languages: ["python"], retriesMax: 1, approval: "ask", run });
  const alone = () => team({ agents: [cody()], nextSpeakers: roundRobin, limits: maxTurns(1) });
  await log.run(alone());
  expect(asked(log)).toEqual(["one\n"]);
  expect(isWaiting(log.transcript)).toBe(true);
  answer(log, true);
  await log.run(alone());
  expect(asked(log)).toEqual(["one\n", "two\n"]);
  answer(log, false, "not that one");
  await log.run(alone());
  expect(ran).toEqual(["one"]);
  expect(model.requests[1]?.messages.at(-2)?.text).toBe("[not run] Maria said no: not that one");
  expect(log.said().at(-1)).toBe("Cody: I was not let.");
});

test("inside a team that is a participant a yes is asked for and heard", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const inner = alone({ model: scripted({ calls: [{ tool: "pay" }] }, "paid up"), tools: [guardedTool("always", ran)] });
  const outer = team({
    agents: [subTeam({ name: "Office", description: "", team: inner, voice: "members" })],
    nextSpeakers: roundRobin,
    limits: maxTurns(1),
  });
  await log.run(outer);
  expect(isWaiting(log.transcript)).toBe(true);
  answer(log, true);
  await log.run(outer);
  expect(ran).toEqual([{}]);
  expect(log.said().at(-1)).toBe("A: paid up");
});

test("two teams that wait for a yes side by side wait for one each: with a yes to its code one goes on, and none of the other's is run", async () => {
  const log = openLog();
  log.start("t");
  const ran: { readonly [name: string]: string[] } = { Left: [], Right: [] };
  const outer = team({
    agents: ["Left", "Right"].map((name) => subTeam({ name, description: "", team: coding(ran[name] ?? []), voice: "members" })),
    nextSpeakers: (_transcript, agents) => agents,
    limits: maxTurns(2),
  });
  await log.run(outer);
  const { approvals } = currentRun(log.transcript);
  expect(new Set(approvals).size).toBe(2);
  const left = log.events.find((event) => event.type === "approval.requested" && event.within === "Left");
  log.record({ type: "approval.given", call: left?.type === "approval.requested" ? left.call : "", approved: true, person: MARIA });
  expect(isWaiting(log.transcript)).toBe(false);
  await log.run(outer);
  expect(ran).toEqual({ Left: ["one"], Right: [] });
  expect(isWaiting(log.transcript)).toBe(true);
  answer(log, false);
  await log.run(outer);
  expect(ran).toEqual({ Left: ["one"], Right: [] });
});

const allowForRun = (log: Log) => {
  for (const event of decided(log.transcript, {
    call: currentRun(log.transcript).approvals[0]?.call ?? "",
    approved: true,
    person: MARIA,
    scope: "run",
  }))
    log.record(event);
};

test("a yes for the run answers what else of its kind waits, and asks no more for that tool until it is taken back or the run ends", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const twice = [1, 2].map((args) => ({ tool: "pay", args }));
  const parts = {
    model: scripted({ calls: twice }, { calls: [{ tool: "pay", args: 3 }] }, "paid", { calls: [{ tool: "pay", args: 4 }] }),
    tools: [guardedTool("always", ran)],
  };
  await log.run(alone(parts));
  const [first] = currentRun(log.transcript).approvals.map(({ call }) => call);
  allowForRun(log);
  await log.run(alone(parts));
  expect(ran).toEqual([1, 2, 3]);
  expect(asked(log)).toHaveLength(2);
  log.start("again");
  await log.run(alone(parts));
  expect(ran).toHaveLength(3);
  expect(currentRun(log.transcript).approvals.map(({ call }) => call)).toHaveLength(1);
  expect(first).not.toBe(currentRun(log.transcript).approvals.map(({ call }) => call)[0]);
});

test("a yes for the run to the code of a member of a team inside holds over the turns of that team, and can be taken back", async () => {
  const log = openLog();
  log.start("t");
  const ran: string[] = [];
  const outer = (turns: number) =>
    team({
      agents: [subTeam({ name: "Office", description: "", team: coding(ran), voice: "members" })],
      nextSpeakers: roundRobin,
      limits: maxTurns(turns),
    });
  await log.run(outer(3));
  const [call = ""] = currentRun(log.transcript).approvals.map(({ call }) => call);
  allowForRun(log);
  await log.run(outer(2));
  expect(ran).toEqual(["one", "two", "three"]);
  expect(asked(log)).toHaveLength(1);
  const other = openLog();
  other.start("t");
  await other.run(outer(3));
  allowForRun(other);
  other.record({ type: "approval.withdrawn", call, person: MARIA });
  await other.run(outer(3));
  expect(currentRun(other.transcript).approvals.map(({ call }) => call)).toEqual(["Office/code-4-1"]);
});

test("a run that began with code off runs none, inside a team and behind a tool too", async () => {
  const log = openLog();
  log.record({ type: "run.started", run: "r", team: "t", startedBy: MARIA, code: "off", tools: "off" });
  log.record({ type: "message.posted", person: MARIA, text: "t" });
  const ran: string[] = [];
  const inner = subTeam({ name: "Office", description: "", team: coding(ran), voice: "members" });
  const behind = teamAsTool(coding(ran), { name: "coders", description: "" });
  const payments: unknown[] = [];
  const model = scripted({ calls: [{ tool: "coders", args: { task: "x" } }, { tool: "pay" }] }, "done");
  await log.run(
    team({
      agents: [inner, agent({ model, tools: [behind, guardedTool("never", payments)] })],
      nextSpeakers: roundRobin,
      limits: maxTurns(2),
    }),
  );
  expect([ran, payments]).toEqual([[], []]);
  expect(asked(log)).toEqual([]);
  expect(log.events.find((event) => event.type === "code.ran")).toMatchObject({
    outcome: "rejected",
    executor: expect.stringMatching(/^off\b/),
  });
  expect(log.events.find((event) => event.type === "tool.returned")).toMatchObject({ output: expect.stringContaining("has it off") });
  expect(log.events.find((event) => event.type === "tool.failed")).toMatchObject({ error: { kind: "off" } });
});

test("a run that began with the rule to ask asks for code and tools whose own rule is laxer", async () => {
  const log = openLog();
  log.record({ type: "run.started", run: "r", team: "t", startedBy: MARIA, tools: "ask" });
  log.record({ type: "message.posted", person: MARIA, text: "t" });
  const ran: unknown[] = [];
  const parts = { model: scripted({ calls: [{ tool: "pay" }] }, "done"), tools: [guardedTool("never", ran)] };
  await log.run(alone(parts));
  expect(currentRun(log.transcript).approvals.map(({ call }) => call)).toHaveLength(1);
  log.record({ type: "approval.expired", call: currentRun(log.transcript).approvals[0]?.call ?? "" });
  expect(isWaiting(log.transcript)).toBe(false);
  await log.run(alone(parts));
  expect(ran).toEqual([]);
  expect(log.events.find((event) => event.type === "tool.failed")).toMatchObject({
    error: { kind: "denied", message: "pay was not run. Nobody allowed it in time." },
  });
});

test("arguments that a person has changed are used, and the model reads who changed them", async () => {
  const log = openLog();
  log.start("pay them");
  const ran: unknown[] = [];
  const parts = { model: scripted({ calls: [{ tool: "pay", args: { usd: 500 } }] }, "done"), tools: [guardedTool("always", ran)] };
  await log.run(alone(parts));
  const call = currentRun(log.transcript).approvals[0]?.call ?? "";
  log.record({ type: "approval.given", call, approved: true, person: MARIA, edited: '{"usd":5}' });
  await log.run(alone(parts));
  expect(ran).toEqual([{ usd: 5 }]);
  expect(parts.model.requests[1]?.messages.at(-1)).toMatchObject({
    role: "tool",
    text: 'A person changed the arguments before the call. They were:\n[person\'s change] Maria: {"usd":5}\n[output] paid',
  });
});
