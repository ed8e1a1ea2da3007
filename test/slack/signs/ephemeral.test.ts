import { expect, test } from "vitest";
import { createPace } from "../../../src/slack/post/pace.ts";
import { tokenError } from "../../../src/slack/api/token-source.ts";
import type { Web } from "../../../src/slack/api/web-client.ts";
import { createWhisper } from "../../../src/slack/signs/ephemeral.ts";
import { manualClock } from "../../support/clock.ts";

function whispering(answer: (method: string) => Promise<unknown>) {
  const clock = manualClock();
  const calls: { readonly method: string; readonly at: number }[] = [];
  const problems: string[] = [];
  const method = (name: string) => () => {
    calls.push({ method: name, at: clock.now() });
    return answer(name);
  };
  const chat = { postEphemeral: method("ephemeral"), postMessage: method("message") };
  const web = { write: { chat } } as unknown as Web;
  const whisper = createWhisper({
    web,
    pace: createPace(clock),
    exclusively: (_, job) => job(NEVER),
    clock,
    log: (line) => void problems.push(line),
  });
  return { clock, calls, problems, whisper };
}

const NEVER = new AbortController().signal;
const TO = { user: "U1", channel: "C1", threadTs: "1.000001" };

test("lines to single people keep below Slack's hundred a minute, and those that would come too late are left out and said to the operator", async () => {
  const { clock, calls, problems, whisper } = whispering(async () => ({ ok: true }));
  await clock.run(Promise.all(Array.from({ length: 120 }, () => whisper.tell(TO, "no"))));
  const shown = calls.length;
  expect(shown).toBeGreaterThan(40);
  expect(shown).toBeLessThan(80);
  const busiest = Math.max(...calls.map(({ at }) => calls.filter((one) => one.at >= at && one.at < at + 60_000).length));
  expect(busiest).toBeLessThanOrEqual(100);
  expect(problems).toHaveLength(120 - shown);
});

test("where a line cannot be shown to one person alone, what stands in for it waits for the channel's pace like every post", async () => {
  const { clock, calls, whisper } = whispering(async (name) => {
    if (name === "ephemeral") throw tokenError("user_not_in_channel");
    return { ok: true, ts: "2.000001" };
  });
  await clock.run(Promise.all(Array.from({ length: 6 }, () => whisper.tell(TO, "no"))));
  const posts = calls.filter(({ method }) => method === "message").map(({ at }) => at);
  expect(posts).toHaveLength(6);
  expect((posts.at(-1) ?? 0) - (posts[0] ?? 0)).toBeGreaterThanOrEqual(4_000);
});

test("a line to one person of which nobody knows whether it is shown is not said again, nor before everybody", async () => {
  const { clock, calls, whisper } = whispering(async () => {
    throw new Error("no answer");
  });
  await clock.run(whisper.tell(TO, "no"));
  expect(calls.map(({ method }) => method)).toEqual(["ephemeral"]);
});
