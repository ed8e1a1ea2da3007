import { expect, test } from "vitest";
import { openBareSlack, type BareSlackOptions } from "../../support/slack/bare-slack.ts";
import { fastClock, openParley, PAIR } from "../../support/journey.ts";

test.each(["unknown_method", "http 404", "html"] as BareSlackOptions["unknown"][])(
  "on a server that can only connect and post, and answers all else with %s, a task is worked out in its thread",
  async (unknown) => {
    const slack = await openBareSlack({ unknown });
    const { parley, problems } = await openParley(
      { file: PAIR, replies: { Ana: ["What is it?"], Ben: ["It is {{task}}. DONE"] } },
      { clock: fastClock(), slack: { botToken: "xoxb-bare", appToken: "xapp-bare", apiUrl: slack.apiUrl } },
    );
    expect(parley.connected()).toBe(true);
    const ts = slack.mention("a riddle");
    await slack.until(() => slack.posts.length === 4);
    expect(slack.posts.map(({ channel, thread_ts }) => [channel, thread_ts])).toEqual(slack.posts.map(() => ["C1", ts]));
    expect(slack.posts.map(({ username = "app", text }) => `${username}: ${text}`)).toEqual([
      "app: pair: a riddle",
      "Ana: What is it?",
      "Ben: It is a riddle.",
      `app: Done: Ben said "DONE"`,
    ]);
    expect(new Set(slack.called)).toContain("reactions.add");
    expect(problems.join("\n")).not.toMatch(/xoxb-bare|xapp-bare/);
  },
);
