import { expect, onTestFinished, test } from "vitest";
import { screenOf } from "../../support/slack/views.ts";
import { GENERAL, listening, MARIA } from "../heard.ts";

const RUNS = 40;

test("a search asks Slack for links to what it has found alone, and for none twice", async () => {
  const parley = await listening();
  const { slack } = parley;
  onTestFinished(() => parley.close());
  const person = { id: MARIA, name: "Maria" };
  for (let nth = 1; nth <= RUNS; nth++) {
    const { ts } = await slack.control.post({ user: MARIA, channel: GENERAL, text: `task ${nth}` });
    const text = nth === 1 ? "It is about marmots." : `It is about number ${nth}.`;
    await parley.store.commit({
      thread: `${slack.teamId}/${GENERAL}/${ts}`,
      workspace: slack.teamId,
      afterSeq: 0,
      at: new Date(Date.UTC(2026, 0, 1, 0, nth)).toISOString(),
      events: [
        { type: "run.started", run: `run-${nth}`, team: "coding", startedBy: person },
        { type: "message.posted", person, text: `task ${nth}` },
        { type: "message.posted", agent: "Ada", text },
        { type: "run.stopped", run: `run-${nth}`, outcome: "done", reason: "It is done.", reasons: [] },
      ],
      posts: [],
      wake: "none",
    });
  }
  const maria = screenOf(parley, MARIA);
  await maria.open();
  await maria.until(() => maria.home().includes(`task ${RUNS}`));
  await maria.into("Search…");
  const calls = () => slack.control.calls("chat.getPermalink").length;
  const before = calls();
  expect(await maria.submit({ words: "marmots" })).toEqual({});
  expect(maria.modal()).toMatch(/task 1\b/);
  expect(maria.modal()).not.toMatch(/task \d\d|task [2-9]/);
  expect(calls() - before).toBe(1);

  // What Home has shown is known to the search, too.
  expect(await maria.submit({ words: `number ${RUNS}.` })).toEqual({});
  expect(maria.modal()).toContain(`task ${RUNS}`);
  expect(calls() - before).toBe(1);
});

test("words that are forgotten go from Home at once, and from whoever has it open", async () => {
  const parley = await listening();
  onTestFinished(() => parley.close());
  const root = await parley.post(`<@${parley.slack.botUserId}> look into the secret marmots`);
  await parley.post("stop", { threadTs: root });
  const maria = screenOf(parley, MARIA);
  await maria.open();
  await maria.until(() => maria.home().includes("secret marmots"));
  await parley.slack.control.remove({ channel: GENERAL, ts: root });
  await parley.quiet();
  await maria.until(() => !maria.home().includes("secret marmots"));
  // With what was in memory gone, too: it is made anew for the next who opens it.
  const again = screenOf(parley, MARIA);
  await again.open();
  expect(again.home()).not.toContain("secret marmots");
}, 30_000);
