import { expect, test } from "vitest";
import { mentionedNames } from "../../../../src/engine/agents/leaders/mentioned-names.ts";
import { selector, type SelectorSettings } from "../../../../src/engine/agents/leaders/selector.ts";
import { ledBy } from "../../../../src/engine/policies/led-by.ts";
import { maxTurns } from "../../../../src/engine/stops/max-turns.ts";
import { textMention } from "../../../../src/engine/stops/text-mention.ts";
import { currentRun } from "../../../../src/engine/reading/transcript.ts";
import { openLog, says, scripted, team, type ScriptedModel } from "../../../support/scripted.ts";

function led(model: ScriptedModel, turns: number, settings: Partial<SelectorSettings> = {}) {
  const agents = ["Ada", "Ben", "Cleo"].map((name) => says(name));
  return team({
    agents,
    nextSpeakers: ledBy(selector({ model, agents, allowRepeats: false, attempts: 3, mayAskHuman: true, ...settings })),
    stopWhen: textMention("STOP"),
    limits: maxTurns(turns),
  });
}
const speakers = (log: ReturnType<typeof openLog>) =>
  log.events.flatMap((event) => (event.type === "speaker.selected" ? [`${event.agent} (${event.by})`] : []));

test("the model picks by structured answer; reason, instruction and cost are in the log", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted(JSON.stringify({ next: "Cleo", reason: "she knows", instruction: "Check the sum.", progress: true }));
  await log.run(led(model, 1));
  expect(log.events.find((event) => event.type === "speaker.selected")).toMatchObject({
    agent: "Cleo",
    by: "selector",
    reason: "she knows",
    instruction: "Check the sum.",
    progress: true,
    usage: { inputTokens: 10, calls: 1 },
  });
  expect(model.requests[0]?.answer?.schema).toMatchObject({ properties: { next: { enum: ["Ada", "Ben", "Cleo", "human", "finish"] } } });
});

test("a plain name is understood as the second line", async () => {
  const log = openLog();
  log.start("t");
  await log.run(led(scripted("I think Ben should go."), 1));
  expect(speakers(log)).toEqual(["Ben (selector)"]);
});

test("several names are sent back with feedback", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted("Ben, Cleo", "Ben");
  await log.run(led(model, 1));
  expect(speakers(log)).toEqual(["Ben (selector)"]);
  expect(model.requests[1]?.messages.map((message) => message.text).join("\n")).toContain("Ben, Cleo");
});

test("attempts used up: the first candidate that did not speak last, and the log says fallback", async () => {
  const log = openLog();
  log.start("t");
  await log.run(led(scripted("Ben", "Ben", "Ben", "Ben"), 2));
  expect(speakers(log)).toEqual(["Ben (selector)", "Ada (fallback)"]);
  expect(currentRun(log.transcript).usage.calls).toBe(4);
});

test("with one candidate the model is not called", async () => {
  const log = openLog();
  log.start("t");
  const agents = ["Ada", "Ben"].map((name) => says(name));
  const model = scripted("Ben");
  await log.run(
    team({
      agents,
      nextSpeakers: ledBy(selector({ model, agents, allowRepeats: false, attempts: 3, mayAskHuman: false })),
      limits: maxTurns(4),
    }),
  );
  expect(speakers(log)).toEqual(["Ben (selector)", "Ada (only)", "Ben (only)", "Ada (only)"]);
  expect(model.requests).toHaveLength(1);
});

test("finish ends the run with its reason, and is not offered before anybody has spoken", async () => {
  const log = openLog();
  log.start("t");
  const finish = JSON.stringify({ next: "finish", reason: "The answer is 42.", instruction: "", progress: true });
  const model = scripted(finish, "Ada", finish);
  await log.run(led(model, 9));
  expect(speakers(log)).toEqual(["Ada (selector)"]);
  expect(log.stopped()).toMatchObject({ outcome: "done", reason: "The answer is 42." });
});

test("human asks a person and waits, and the answer brings the selector back", async () => {
  const log = openLog();
  log.start("t");
  const model = scripted(JSON.stringify({ next: "human", reason: "unclear", instruction: "Euro or dollar?", progress: false }), "Cleo");
  await log.run(led(model, 1));
  expect(currentRun(log.transcript).questions[0]?.text).toBe("Euro or dollar?");
  log.reply("Euro");
  await log.run(led(model, 1));
  expect(speakers(log)).toEqual(["Cleo (selector)"]);
  expect(model.requests[1]?.messages.some((message) => message.text === "Maria: Euro")).toBe(true);
});

test("a selector whose model fails falls back and says why", async () => {
  const log = openLog();
  log.start("t");
  const fails = { fails: { kind: "failure", error: { kind: "overloaded", message: "The model is overloaded." } } } as const;
  await log.run(led(scripted(fails, fails, fails), 1));
  expect(log.events.find((event) => event.type === "speaker.selected")).toMatchObject({
    agent: "Ada",
    by: "fallback",
    reason: "the selector's model failed: The model is overloaded.",
  });
});

test("a team's own prompt is filled in once, with who may be chosen now", async () => {
  const log = openLog();
  log.start("write {participants}");
  const model = scripted("Ben", "Ada");
  await log.run(led(model, 2, { prompt: "Roles:\n{roles}\nOf {participants} pick one. So far:\n{history}\nOnly the name." }));
  expect(model.requests[1]?.messages.map((message) => message.text)).toEqual([
    'Roles:\n- Ada: Says 0 things.\n- Ben: Says 0 things.\n- Cleo: Says 0 things.\nOf ["Ada","Cleo"] pick one. So far:\nMaria: write {participants}\n\n[agent] Ben: …\nOnly the name.',
  ]);
  expect(speakers(log)).toEqual(["Ben (selector)", "Ada (selector)"]);
});

test("what is asked begins alike at every turn, whoever may be chosen, and gives of a long turn its beginning and its end", async () => {
  const log = openLog();
  log.start("the whole task: ".repeat(40).trim());
  const long = (words: string) => `FIRST ${`${words} `.repeat(60)}LAST`;
  log.record({ type: "message.posted", agent: "Ada", text: long("pipes and pumps") });
  log.record({ type: "message.posted", agent: "Cleo", text: long("who pays for it") });
  const model = scripted("Ben", "Cleo", "Ada");
  await log.run(led(model, 3));
  const [first, ...others] = model.requests;
  expect(others).toHaveLength(2);
  for (const [nth, request] of others.entries()) {
    expect([request.system, request.answer]).toEqual([first?.system, first?.answer]);
    const before = model.requests[nth]?.messages.slice(0, model.requests[nth]?.stable);
    expect(request.messages.slice(0, before?.length)).toEqual(before);
  }
  const [task, ada] = first?.messages.map(({ text }) => text) ?? [];
  expect(task).toContain("the whole task: ".repeat(40).trim());
  expect(ada).toMatch(/^\[agent\] Ada: FIRST .* … .* LAST$/);
  expect(ada?.length).toBeLessThan(280);
});

test("of a long thread the model reads the task and the last messages", async () => {
  const log = openLog();
  log.start("the task");
  for (let index = 0; index < 100; index++) log.record({ type: "message.posted", agent: "Ada", text: `words ${index}` });
  const model = scripted("Ben");
  await log.run(led(model, 1));
  const texts = model.requests[0]?.messages.map((message) => message.text) ?? [];
  expect(texts).toHaveLength(14); // The window has just moved by three quarters of its 40.
  expect(texts.slice(0, 3)).toEqual(["Maria: the task", "(89 earlier messages are left out here.)", "[agent] Ada: words 89"]);
});

test.each([
  [["Story_writer", "editor"], "I pick Story writer.", ["Story_writer"]],
  [["Story_writer", "editor"], "story_writer", []],
  [["agent1", "agent10"], "agent10", ["agent10"]],
  [["coder", "reviewer"], "**coder** should go, then the **reviewer**", ["coder", "reviewer"]],
  [["coder", "reviewer"], "decoder", []],
  [["coder", "reviewer"], "coder_2", []],
  [["Ünal"], "Ünal!", ["Ünal"]],
])("of %j, %j mentions %j", (names, text, mentioned) => {
  expect(mentionedNames(names, text)).toEqual(mentioned);
});

test("the fallback is the first candidate that has not spoken last, also where repeats are allowed; else the first of all", async () => {
  const log = openLog();
  log.start("t");
  const nothing = ["?", "?", "?"];
  await log.run(led(scripted("Ada", ...nothing), 2, { allowRepeats: true }));
  expect(speakers(log)).toEqual(["Ada (selector)", "Ben (fallback)"]);

  const ruled = openLog();
  ruled.start("t");
  // The last speaker is offered first, and only those who are offered count.
  await ruled.run(led(scripted("Cleo", ...nothing), 2, { candidates: () => ["Cleo", "Ben"] }));
  expect(speakers(ruled)).toEqual(["Cleo (selector)", "Ben (fallback)"]);
});
