import { expect, onTestFinished, test } from "vitest";
import { ASK_TEAM } from "../../../src/slack/steps/ask-team-step.ts";
import { ANSWER_TRIES_MAX, createStepAnswers } from "../../../src/slack/steps/step-answers.ts";
import { openSteps, stepsNote } from "../../../src/slack/steps/open-steps.ts";
import type { HandlerContext } from "../../../src/slack/commands/handler-context.ts";
import { GENERAL, listening, type Listening, type ListeningOptions } from "../heard.ts";

async function parleyWith(options: ListeningOptions): Promise<Listening> {
  const parley = await listening(options);
  onTestFinished(() => parley.close());
  return parley;
}

/** A workflow comes to the step; what it is told in the end. */
async function asked({ slack: { control } }: Listening, begun: (root: string) => Promise<unknown> = async () => undefined) {
  const { executionId } = await control.runStep({
    callbackId: ASK_TEAM,
    inputs: { task: "Look into it", channel: GENERAL, team: "coding" },
  });
  const roots = () => control.channel(GENERAL).filter(({ text }) => text.startsWith(":jigsaw:"));
  await control.until(() => control.step(executionId)?.status !== "running" || roots().length > 0, 20_000);
  const [root] = roots();
  if (root) await begun(root.ts);
  await control.until(() => control.step(executionId)?.status !== "running", 20_000);
  return control.step(executionId);
}

test("as long as the team file does not let them, workflows may not ask, and are told which setting it is", async () => {
  const parley = await parleyWith({});
  expect(await asked(parley)).toEqual({ status: "failed", error: expect.stringContaining("workflows: true under slack:") as string });
  expect(parley.slack.control.channel(GENERAL)).toEqual([]);
});

test("a step is answered also where Slack has no link to its thread any more", async () => {
  const parley = await parleyWith({ parts: { workflows: true } });
  const step = await asked(parley, async (root) => {
    parley.slack.control.fault({ method: "chat.getPermalink", kind: "error", code: "message_not_found", times: 100 });
    // Nothing is to be stopped before it has begun.
    await expect.poll(() => parley.store.unfinished()).toHaveLength(1);
    await parley.post("stop", { threadTs: root });
  });
  expect(step).toEqual({
    status: "failed",
    error: expect.stringMatching(new RegExp(`was stopped by a person: http.*/archives/${GENERAL}/p\\d+$`)) as string,
  });
});

test("an answer that Slack never takes is given up after many tries, and the operator is told once", async () => {
  const parley = await parleyWith({ start: false });
  const lines: string[] = [];
  let tries = 0;
  const note = stepsNote(parley.slack.teamId);
  await parley.store.putNote(note, JSON.stringify([{ execution: "Fx1", channel: GENERAL, task: "", no: "No task.", since: 0 }]));
  const completeError = async () => {
    tries++;
    throw new Error("nobody answers");
  };
  const ctx = {
    store: parley.store,
    me: { team: parley.slack.teamId },
    clock: { now: () => 0, sleep: async () => undefined },
    web: { write: { functions: { completeError } } },
    log: (line: string) => lines.push(line),
  } as unknown as HandlerContext;
  const answers = createStepAnswers(ctx);
  answers.start();
  await expect.poll(() => openSteps(ctx)).toEqual([]);
  await answers.close();
  expect(tries).toBe(ANSWER_TRIES_MAX);
  expect(lines.filter((line) => line.includes("does not take the answer"))).toHaveLength(1);
});
