import { expect, test, vi } from "vitest";
import { systemClock } from "../../../src/engine/clock.ts";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { currentRun } from "../../../src/engine/reading/transcript.ts";
import type { RunnableTeam } from "../../../src/runner/runner.ts";
import { createDayBudgets } from "../../../src/runner/day-budgets.ts";
import { GENERAL, listening, type Listening, type ListeningOptions } from "../heard.ts";

/** The admin of the local workspace. */
const ADA = "U0ADA";

/** Each turn costs 40 cents; the third says the last word. */
const COSTLY: RunnableTeam = {
  name: "coding",
  agents: [
    {
      name: "Ada",
      description: "Counts.",
      async *turn({ transcript }): AsyncGenerator<EventBody, void, void> {
        const { turns } = currentRun(transcript);
        yield { type: "message.posted", agent: "Ada", text: String(turns + 1), usage: { inputTokens: 1, outputTokens: 1, usd: 0.4 } };
      },
    },
  ],
  nextSpeakers: (_transcript, agents) => agents,
  stopWhen: (transcript) => (currentRun(transcript).turns === 3 ? [{ kind: "goal", goal: "three", text: "there are three" }] : []),
  limits: () => [],
};

const held: ListeningOptions["runnerParts"] = ({ store, settings }) => ({
  haltMinutes: 30,
  teams: { default: "coding", has: () => true, names: () => ["coding"], build: () => COSTLY },
  budgets: createDayBudgets({
    store,
    settings,
    budgets: { channelUsdPerDay: 0.8 },
    accounts: (thread) => [`channel/${thread.split("/")[1]}`],
    clock: systemClock,
  }),
});

async function halted(parley: Listening, ts: string): Promise<number> {
  return vi.waitFor(
    async () => {
      const seq = (await parley.log(ts)).find(({ type }) => type === "limit.reached")?.seq;
      if (seq === undefined) throw new Error("not yet");
      return seq;
    },
    { timeout: 10_000, interval: 10 },
  );
}

async function pressRaise(parley: Listening, ts: string, seq: number): Promise<void> {
  const element = {
    type: "button",
    action_id: "parley.limit.raise",
    value: JSON.stringify({ seq }),
    text: { type: "plain_text", text: "Raise" },
  };
  const response = await fetch(`${parley.slack.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${parley.slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: GENERAL, thread_ts: ts, text: "halt", blocks: [{ type: "actions", elements: [element] }] }),
  });
  const { ts: message } = (await response.json()) as { ts: string };
  await parley.slack.control.click({ user: ADA, channel: GENERAL, ts: message, actionId: "parley.limit.raise" });
}

test("a process that dies between a press and its effect: the next one raises once, and the run goes on", async () => {
  let died = false;
  const dying = await listening({
    runnerParts: held,
    wrapRunner: (runner) => ({
      ...runner,
      steer: (...given) => {
        if (died) return runner.steer(...given);
        died = true;
        return new Promise(() => undefined);
      },
    }),
  });
  const ts = await dying.post("@parley count");
  const seq = await halted(dying, ts);
  await pressRaise(dying, ts, seq);
  await vi.waitFor(() => expect(died).toBe(true), { timeout: 10_000 });
  expect((await dying.settings.decisions(dying.slack.teamId, { limit: 5 })).map(({ deed }) => deed)).toEqual(["raise budget"]);

  const parley = await dying.crash();
  await parley.quiet();
  await vi.waitFor(async () => expect(await parley.running(ts)).toBe(false), { timeout: 10_000 });
  const log = await parley.log(ts);
  expect(log.filter(({ type }) => type === "limit.raised")).toMatchObject([
    { person: { id: ADA }, to: {}, budgets: [{ account: `channel/${GENERAL}`, usd: 1.6 }] },
  ]);
  expect(log.at(-1)).toMatchObject({ type: "run.stopped", outcome: "done" });
  const decisions = await parley.settings.decisions(parley.slack.teamId, { limit: 5 });
  expect(decisions.map(({ deed, detail }) => [deed, detail])).toEqual([
    ["raise limit", undefined],
    ["raise budget", expect.stringMatching(/^\$0\.80 to \$1\.60 on /)],
  ]);
  expect(parley.whispers(ADA)).toEqual([]);
  await parley.close();
});
