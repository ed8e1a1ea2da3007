import { expect, test } from "vitest";
import { ledger, type LedgerSettings } from "../../../../src/engine/agents/leaders/ledger.ts";
import { ledBy } from "../../../../src/engine/policies/led-by.ts";
import { maxTurns } from "../../../../src/engine/stops/max-turns.ts";
import { currentRun, isWaiting } from "../../../../src/engine/reading/transcript.ts";
import { openLog, says, scripted, team, type ScriptedModel } from "../../../support/scripted.ts";

type Log = ReturnType<typeof openLog>;
const judged = (answer: { satisfied?: boolean; inLoop?: boolean; progress?: boolean; next?: string; instruction?: string }) =>
  JSON.stringify({
    satisfied: false,
    inLoop: false,
    progress: true,
    next: "Ada",
    instruction: "Look it up.",
    reason: "because",
    ...answer,
  });
const done = judged({ satisfied: true });

function magentic(model: ScriptedModel, settings: Partial<LedgerSettings> = {}, turns = 9) {
  const agents = ["Ada", "Ben"].map((name) =>
    says(
      name,
      ...["first words about rents", "other words about taxes", "a third and new finding", "the end of it all"].map(
        (text) => `${name} has ${text}`,
      ),
    ),
  );
  const leader = ledger({ name: "Lead", model, agents, attempts: 2, mayAskHuman: true, ...settings });
  return team({ agents, nextSpeakers: ledBy(leader), limits: maxTurns(turns) });
}
const chosen = (log: Log) =>
  log.events.flatMap((event) => (event.type === "speaker.selected" ? [`${event.agent} (${event.by}): ${event.instruction}`] : []));

test("it surveys, plans, says who does what, and answers when the task is done", async () => {
  const log = openLog();
  log.start("How high is the rent?");
  const model = scripted("the facts", "the plan", judged({ next: "Ben" }), done, "The rent is 900.");
  await log.run(magentic(model));
  expect(log.said()).toEqual([
    "Maria: How high is the rent?",
    "Lead: the facts",
    "Lead: the plan",
    "Ben: Ben has first words about rents",
    "Lead: The rent is 900.",
  ]);
  expect(chosen(log)).toEqual(["Ben (selector): Look it up."]);
  expect(log.stopped()).toMatchObject({ outcome: "done", reason: "the task is done" });
  expect(currentRun(log.transcript)).toMatchObject({ turns: 1, usage: { calls: 5 } });
  expect(model.requests[2]?.answer?.schema).toMatchObject({ properties: { next: { enum: ["Ada", "Ben"] } } });
  expect(model.requests.map((request) => request.nth)).toEqual([0, 1, 2, 3, 4]);
  expect(model.requests[3]?.messages.map((message) => message.text)).toContain("To Ben: Look it up.");
});

test("broken JSON and an unknown speaker are sent back; then the next of the team goes on with the last instruction", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted("facts", "plan", "{broken}", judged({ next: "Ada", instruction: "Count." }), judged({ next: "Zoe" }), "no JSON");
  await log.run(magentic(model, {}, 2));
  expect(chosen(log)).toEqual(["Ada (selector): Count.", "Ben (fallback): Count."]);
  expect(model.requests[3]?.messages.at(-1)?.text).toContain("That was not valid JSON");
  expect(model.requests[5]?.messages.at(-1)?.text).toContain('"next" must be one of ["Ada","Ben"], not "Zoe".');
});

test("a stuck team gets new facts and a new plan, and the count of stalls begins anew", async () => {
  const log = openLog();
  log.start("t");
  const stall = judged({ inLoop: true });
  const model = scripted("facts", "plan", judged({}), stall, stall, "new facts", "new plan", judged({ next: "Ben" }), done, "answer");
  await log.run(magentic(model, { stallsMax: 2 }));
  expect(model.requests[5]?.messages.at(-1)?.text).toContain("does not get on");
  expect(model.requests[6]?.messages.at(-1)?.text).toContain("got stuck on");
  expect(log.said().at(-1)).toBe("Lead: answer");
});

test("when new plans do not help either, a person is asked instead of a model", async () => {
  const log = openLog();
  log.start("t");
  const stall = judged({ progress: false });
  const model = scripted("facts", "plan", stall, "new facts", "new plan", stall, done, "answer");
  const parts = { stallsMax: 1, replansMax: 1 };
  await log.run(magentic(model, parts));
  expect(model.requests).toHaveLength(6);
  expect(currentRun(log.transcript).questions[0]).toMatchObject({
    agent: "Lead",
    text: expect.stringContaining("The last turn brought no progress."),
  });
  log.reply("Ask the landlord.");
  await log.run(magentic(model, parts));
  expect(log.said().at(-1)).toBe("Lead: answer");
});

test("where nobody may be asked, the run fails and says why", async () => {
  const log = openLog();
  log.start("t");
  await log.run(magentic(scripted("facts", "plan", judged({ progress: false })), { stallsMax: 1, replansMax: 0, mayAskHuman: false }));
  expect(log.stopped()).toMatchObject({ outcome: "failed", reason: expect.stringContaining("0 new plans did not help") });
});

test("a person reviews the plan: it is changed by their words, and work begins when it is approved", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted("facts", "plan A", "plan B", done, "answer");
  const parts = { reviewPlan: true };
  const go = async (reply: string) => {
    log.reply(reply);
    await log.run(magentic(model, parts));
  };
  await log.run(magentic(model, parts));
  expect(currentRun(log.transcript).questions[0]).toMatchObject({ agent: "Lead", options: ["Approve", "Revise"] });
  await go("Revise");
  expect(currentRun(log.transcript).questions[0]?.text).toBe("What should be different in the plan?");
  await go("Without Ben.");
  expect(model.requests[2]?.messages.slice(-2).map(({ text }) => text)).toEqual([
    "Maria: Without Ben.",
    expect.stringContaining("wants the plan changed"),
  ]);
  expect(isWaiting(log.transcript)).toBe(true);
  await go("approve");
  expect(log.said().at(-1)).toBe("Lead: answer");
});

test("a leader whose model is away ends the run with its reason", async () => {
  const log = openLog();
  log.start("t");
  await log.run(magentic(scripted({ fails: { kind: "failure", error: { kind: "quota", message: "The quota is used up." } } })));
  expect(log.stopped()).toMatchObject({ outcome: "failed", reason: "Lead could not answer: The quota is used up." });
});

test("after a crash behind any event the log goes on to the same end", async () => {
  const replies = [
    "facts",
    "plan",
    judged({}),
    judged({ next: "Ben", progress: false }),
    "new facts",
    "new plan",
    judged({}),
    done,
    "answer",
  ];
  // What has been asked before the crash is not asked again: its replies are in the log.
  const from = (log: Log) => {
    const used = currentRun(log.transcript).usage.calls;
    return magentic(scripted(...replies.slice(used)), { stallsMax: 1 });
  };
  const whole = openLog();
  whole.start("t");
  await whole.run(from(whole));
  expect(whole.said().at(-1)).toBe("Lead: answer");
  for (let length = 3; length < whole.events.length; length++) {
    const cut = openLog();
    cut.start("t");
    await cut.run(from(cut), { until: (event) => event.seq === length });
    await cut.run(from(cut));
    expect(cut.events).toEqual(whole.events);
  }
});
