import { expect, test } from "vitest";
import { PAIR } from "../../support/journey.ts";
import { openMachines } from "../../support/machines/machines.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { wordsOf } from "../../support/slack/thread.ts";
import { openModelDesk } from "../../support/storm/model-desk.ts";

/** $0.41 with the desk's prices, the 100 tokens that were read included. */
const FORTY_CENTS = 2_000;
const THREADS = 8;
/** With answers so short a first call is thought to cost $0.14 at most: of $0.80 something is left for a sixth one beside five, and nothing for a seventh. */
const OUTPUT_TOKENS_MAX = 256;
const UNDER_WAY = 6;

describeOnPostgres("the budget of a day", (server) => {
  test("holds over two processes: no call begins where all of it is set aside, and what it is passed by is no more than the calls under way", async () => {
    const desk = await openModelDesk();
    // One process may have most of the runs: its share of what may be called at once is to be enough for them.
    const models = { scripted: { ...desk.model, outputTokensMax: OUTPUT_TOKENS_MAX } };
    const providers = { "openai-compatible": { concurrency: 2 * THREADS } };
    const budgets = { workspaceUsdPerDay: 0.8 };
    const machines = await openMachines(server, { file: { ...PAIR, models, providers, budgets }, door: "sockets" });
    await Promise.all([machines.start(), machines.start()]);
    await machines.slack.control.until(() => machines.slack.control.sockets() === 4);
    const threads = await Promise.all(
      Array.from({ length: THREADS }, (_, number) =>
        machines.mention("@parley count", machines.slack.control.addChannel(`count-${number}`)),
      ),
    );
    const calls = [];
    while (calls.length < UNDER_WAY) calls.push(await desk.asked("Ana"));
    const owners = await machines.rows<{ owner: string }>("SELECT DISTINCT owner FROM $.claims WHERE kind = 'turn'");
    for (const call of calls) call.answer("One.", FORTY_CENTS);
    for (const thread of threads)
      await thread.until(() =>
        thread.ofKind("halt").some((halt) => wordsOf(halt).includes("Today's budget of the workspace, $0.80, is used up.")),
      );
    expect(desk.calls()).toBe(UNDER_WAY);
    const [spent] = await machines.rows<{ usd: number }>("SELECT usd FROM $.spent WHERE account = 'workspace'");
    expect(spent?.usd).toBeCloseTo(UNDER_WAY * 0.41, 5);
    expect(await machines.rows("SELECT id FROM $.reservations")).toEqual([]);
    console.info(`${THREADS} runs, with ${owners.length} of two processes`);
  });
});
