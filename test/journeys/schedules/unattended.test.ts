import { expect, test } from "vitest";
import { UNATTENDED_GAP_HOURS_MAX, UNATTENDED_RUNS_MAX } from "../../../src/slack/schedules/unattended-runs.ts";
import { ASK_TEAM } from "../../../src/slack/steps/ask-team-step.ts";
import { GENERAL, JONAS, openJourney, PAIR } from "../../support/journey.ts";

// Whatever answers each of Parley's posts with something that begins the next run comes to an end.

const replies = { Ana: Array.from({ length: 80 }, () => "Looked into it.\nDONE") };
const PAGER = { botId: "B0PAGER", appId: "A0PAGER", name: "Pager" };
const HOUR_MS = 3_600_000;
const LOOP_MS = 120_000;

test(
  "a workflow that begins by what Parley posts, and asks a team, is refused after so many runs, until a person says something",
  async () => {
    const journey = await openJourney({ file: { ...PAIR, slack: { workflows: true } }, replies });
    const { control } = journey.slack;
    const ask = async () => {
      const { executionId } = await control.runStep({ callbackId: ASK_TEAM, inputs: { task: "Look into it", channel: GENERAL } });
      await control.until(() => control.step(executionId)?.status !== "running");
      return control.step(executionId);
    };
    let rounds = 0;
    let step = await ask();
    while (step?.status === "completed" && rounds++ <= UNATTENDED_RUNS_MAX) step = await ask();
    expect(rounds + 1).toBe(UNATTENDED_RUNS_MAX + 1);
    expect(step?.error).toContain(`begun ${UNATTENDED_RUNS_MAX} runs in a row in the channel, and no person has said anything`);
    await control.post({ user: JONAS, channel: GENERAL, text: "I see it" });
    expect((await ask())?.status).toBe("completed");
  },
  LOOP_MS,
);

test(
  "a bot that is heard, and answers each answer with a new mention, is heard so many times, until a person says something or hours have passed",
  async () => {
    const journey = await openJourney({ file: { ...PAIR, slack: { bots: [PAGER.botId] } }, replies });
    const { control } = journey.slack;
    const mention = async () => {
      const { ts } = await control.postAsApp({ app: PAGER, as: "bot", channel: GENERAL, text: "<@U0PARLEY> it is red again" });
      await journey.quiet();
      const thread = journey.thread(GENERAL, ts);
      if ((await thread.log()).length === 0) return false;
      await thread.ended();
      return true;
    };
    let begun = 0;
    while (begun <= UNATTENDED_RUNS_MAX && (await mention())) begun++;
    expect(begun).toBe(UNATTENDED_RUNS_MAX);
    expect(await mention()).toBe(false);
    expect(journey.problems.join("\n")).toContain(`bots and workflows have begun ${UNATTENDED_RUNS_MAX} runs there in a row`);
    await control.post({ user: JONAS, channel: GENERAL, text: "I see it" });
    expect(await mention()).toBe(true);
    journey.pass((UNATTENDED_GAP_HOURS_MAX + 1) * HOUR_MS);
    expect(await mention()).toBe(true);
  },
  LOOP_MS,
);
