import { expect, test } from "vitest";
import { ASK_TEAM } from "../../../src/slack/steps/ask-team-step.ts";
import { GENERAL, openJourney, PAIR, type Journey } from "../../support/journey.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

const FILE = { ...PAIR, slack: { workflows: true } };
const replies = { Ana: Array.from({ length: 9 }, () => "It is **all** well, <!channel>.\nDONE") };

/** Workflows that come to the step, as Workflow Builder has them do. */
function workflows({ slack: { control, botUserId } }: Journey) {
  const posted = (channel = GENERAL) =>
    control.channel(channel).filter(({ text, user }) => user === botUserId && text.startsWith(":jigsaw: *A workflow asks*"));
  return {
    posted,
    run: async (inputs: object) => (await control.runStep({ callbackId: ASK_TEAM, inputs: { ...inputs } })).executionId,
    async ended(execution: string) {
      await control.until(() => control.step(execution)?.status !== "running");
      return control.step(execution);
    },
  };
}

test("a workflow asks a team in a channel, once, and goes on with its answer and the link to its thread", async () => {
  const journey = await openJourney({ file: FILE, replies });
  const { run, ended, posted } = workflows(journey);
  const { control } = journey.slack;
  const execution = await run({ task: "Sum up what is new, <!channel>", channel: GENERAL, team: "Pair" });
  const step = await ended(execution);
  const [root] = posted();
  expect(step).toMatchObject({ status: "completed", outputs: { answer: expect.stringContaining("It is **all** well") as string } });
  expect(step?.outputs?.["answer"]).not.toContain("<!channel>");
  expect(step?.outputs?.["link"]).toContain(`${GENERAL}/${root?.ts ?? "?"}`);
  expect(root?.text).toContain("Sum up what is new, &lt;");
  const thread = journey.thread(GENERAL, root?.ts ?? "");
  await thread.ended();
  expect((await thread.log()).slice(0, 2)).toMatchObject([
    { type: "run.started", team: "pair", startedBy: { id: "workflow", name: "Workflow" } },
    { type: "message.posted", person: { id: "workflow" } },
  ]);
  await control.redeliver({ acked: true });
  await journey.quiet();
  expect(posted()).toHaveLength(1);
  expect(control.calls("functions.completeSuccess")).toHaveLength(1);
  const decided = await journey.parley.settings.decisions(journey.slack.teamId, { limit: 9 });
  expect(decided.map(({ deed, person }) => [deed, person.id])).toEqual([["start by workflow", "workflow"]]);
});

test("what it asks for that cannot be is said to the workflow, with the mend, and nothing is posted", async () => {
  const journey = await openJourney({ file: FILE, replies });
  const { run, ended, posted } = workflows(journey);
  const { control } = journey.slack;
  const secret = control.addChannel("plans", { isPrivate: true });
  const away = control.addChannel("away", { botIsMember: false });
  const task = "Look";
  const wrong: readonly (readonly [object, string])[] = [
    [{ channel: GENERAL }, "The step has no task."],
    [{ channel: GENERAL, task: "  " }, "The step has no task."],
    [{ task }, "The step names no channel."],
    [{ task, channel: "#general" }, "The step names no channel."],
    [{ task: "x".repeat(4_001), channel: GENERAL }, "longer than 4000 characters"],
    [{ task, channel: GENERAL, team: "oter" }, 'There is no team "oter"'],
    [{ task, channel: secret }, "in public channels alone"],
    [{ task, channel: away }, "Parley is not in the channel."],
    [{ task, channel: "C0NOWHERE" }, "Parley is not in the channel."],
  ];
  for (const [inputs, why] of wrong)
    expect(await ended(await run(inputs))).toEqual({ status: "failed", error: expect.stringContaining(why) as string });
  expect([...posted(), ...posted(secret), ...posted(away)]).toEqual([]);
});

test("where not everybody may start a run, a workflow may not: nobody knows whose it is", async () => {
  const journey = await openJourney({ file: { ...PAIR, slack: { workflows: true, allow: { start: "admins" } } }, replies });
  const { run, ended, posted } = workflows(journey);
  const step = await ended(await run({ task: "Look", channel: GENERAL }));
  expect(step).toEqual({ status: "failed", error: expect.stringContaining("Not everybody may start a run in the channel") as string });
  expect(posted()).toEqual([]);
});

test("over a restart, and a Slack that does not take the answer at first, the workflow hears of it, and of a run that a person stops", async () => {
  const desk = await openModelDesk();
  const file = { ...FILE, models: { scripted: desk.model } };
  const first = await openJourney({ file });
  const before = workflows(first);
  const goesOn = await before.run({ task: "Look into it", channel: GENERAL });
  const stops = await before.run({ task: "Look elsewhere", channel: GENERAL });
  await desk.asked("Ana");
  await desk.asked("Ana");
  const journey = await first.restarted({ file });
  const { ended, posted } = workflows(journey);
  const { control } = journey.slack;
  control.fault({ method: "functions.completeSuccess", kind: "status500", times: 1 });
  const asked = [await desk.asked("Ana"), await desk.asked("Ana")];
  const elsewhere = posted().find(({ text }) => text.includes("elsewhere"));
  await control.post({ user: "U0JONAS", channel: GENERAL, threadTs: elsewhere?.ts ?? "", text: "stop" });
  expect(await ended(stops)).toEqual({ status: "failed", error: expect.stringContaining("was stopped by a person") as string });
  for (const one of asked) if (one.read.includes("Look into it")) one.answer("All is well. DONE");
  expect(await ended(goesOn)).toMatchObject({ status: "completed", outputs: { answer: "All is well." } });
  expect(posted()).toHaveLength(2);
});
