import { expect, onTestFinished, test } from "vitest";
import { createWorkspace } from "../../../local-slack/index.ts";
import { bridge, SIGNING_SECRET } from "../../support/slack/http-door.ts";
import { fastClock, GENERAL, MARIA, openParley, PAIR } from "../../support/journey.ts";
import { createThread } from "../../support/slack/thread.ts";

test("over HTTP in place of sockets a mention runs to its end, and a command is answered", async () => {
  const clock = fastClock();
  const slack = await createWorkspace({ port: 0, now: () => clock.now() });
  onTestFinished(() => slack.close());
  const { parley, problems } = await openParley(
    { file: PAIR, replies: { Ana: ["One.", "Three."], Ben: ["Two.", "Four. DONE"] } },
    {
      clock,
      slack: { botToken: slack.botToken, apiUrl: slack.apiUrl, http: { signingSecret: SIGNING_SECRET, host: "127.0.0.1", port: 0 } },
    },
  );
  const wire = await bridge(slack, `http://127.0.0.1:${parley.httpPort()}/slack/events`);
  onTestFinished(() => wire.close());
  await slack.control.until(() => slack.control.connected());

  const { ts } = await slack.control.post({ user: MARIA, channel: GENERAL, text: "@parley count" });
  const thread = createThread({ slack, parley, channel: GENERAL, ts });
  await thread.ended();
  expect(thread.turns()).toEqual(["Ana: One.", "Ben: Two.", "Ana: Three.", "Ben: Four."]);
  await slack.control.command({ user: MARIA, channel: GENERAL, command: "/parley", text: "help" });
  await slack.control.until(() => slack.control.channel(GENERAL).some((message) => message.ephemeralTo === MARIA));
  expect(new Set(wire.answers)).toEqual(new Set([200]));
  expect(parley.connected()).toBe(true);
  expect(problems).toEqual([]);
});
