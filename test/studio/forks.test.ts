import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { isEvent, type RunEvent } from "../../src/engine/events/events.ts";
import { createParley, threadBeside } from "../../src/parley.ts";
import { logsOf, type Logs } from "../../src/store/runs/logs.ts";
import { runsInLogs } from "../../src/store/runs/runs-in-logs.ts";
import { ForkOffer, RequestsAnswer, RunAnswer } from "../../src/studio/api/shapes.ts";
import { forksBeside } from "../../src/studio/forks/beside.ts";
import type { Acting } from "../../src/studio/acts/acting.ts";
import type { Forking } from "../../src/studio/forks/forking.ts";
import { forkingHere } from "../../src/studio/forks/here.ts";
import { PAIR, settingsOf } from "../support/journey.ts";
import { ADA, studio, studioOn } from "./studio.ts";

const THREAD = "T1/C1/1.1";
const [pair] = Object.values(PAIR.teams);
const FILE = {
  ...PAIR,
  teams: {
    ...PAIR.teams,
    solo: { ...pair, description: "One alone.", agents: pair!.agents.slice(0, 1).map((agent) => ({ ...agent, handoffs: [] })) },
  },
};
const REPLIES = { Ana: ["One.", "Two.", "Three DONE"], Ben: ["A.", "B DONE"] };

/** A Parley in which a run has ended: Ana and Ben, by turns. */
async function ran() {
  const folder = await mkdtemp(join(tmpdir(), "parley-forks-"));
  const settings = await settingsOf({ file: FILE, replies: REPLIES }, folder);
  const open = async () => {
    const parley = await createParley({ settings, env: {}, dbPath: ":memory:", asksAtLimits: false, log: () => undefined });
    await parley.start();
    onTestFinished(() => parley.stop());
    return parley;
  };
  onTestFinished(() => rm(folder, { recursive: true }));
  const parley = await open();
  const ends = (thread: string): Promise<void> =>
    new Promise((done) => {
      const stop = parley.runner.follow((where, item) => {
        if (where !== thread || !isEvent(item) || item.type !== "run.stopped") return;
        stop();
        done();
      });
    });
  const over = ends(THREAD);
  await parley.runner.say({
    thread: THREAD,
    workspace: "T1",
    person: { id: "U2", name: "Bob" },
    text: "Count",
    id: "1",
    addressed: true,
    team: "pair",
  });
  await over;
  const logs = logsOf({ store: parley.store, runs: runsInLogs(parley.store) });
  return { parley, open, logs, log: await parley.store.load(THREAD, 0), teams: [...settings.teams.keys()] };
}

async function asking(logs: Logs, forking: Forking | undefined, acting?: Acting) {
  const { enter } = studioOn({ logs, ...(forking ? { forking } : {}), ...(acting ? { acting } : {}) });
  const { json, send } = await enter();
  const run = (thread: string) => `/api/v1/runs/${encodeURIComponent(thread)}/1`;
  const events = async (thread: string) => RunAnswer.parse(await json(run(thread))).events as unknown as readonly RunEvent[];
  const over = async (thread: string): Promise<readonly RunEvent[]> => {
    await expect.poll(async () => (await events(thread)).at(-1)?.type, { timeout: 20_000, interval: 20 }).toBe("run.stopped");
    return events(thread);
  };
  return { json, send, run, over, fork: (body: object, thread = THREAD) => send("POST", `${run(thread)}/forks`, body) };
}

const said = (events: readonly RunEvent[]): readonly string[] =>
  events.flatMap((event) =>
    event.type === "message.posted" ? [`${"agent" in event ? event.agent : event.person.name}: ${event.text}`] : [],
  );

test("a run goes on from a point with other words and other instructions, in a thread that nobody is told of, and costs only from there", async () => {
  const { parley, logs, log } = await ran();
  const { json, run, over, fork } = await asking(
    logs,
    forkingHere({ runner: () => parley.runner, teams: async () => parley.teams, beside: threadBeside, refusal: async () => undefined }),
  );
  const offer = ForkOffer.parse(await json(`${run(THREAD)}/forks`));
  expect([offer.team, offer.teams, offer.agents.map(({ name }) => name), offer.mayNot]).toEqual([
    "pair",
    ["pair", "solo"],
    ["Ana", "Ben"],
    undefined,
  ]);
  const task = log.find((event) => event.type === "message.posted")!.seq;
  const begun = await fork({ at: task, words: [{ seq: task, text: "Count backwards" }], instructions: { Ana: "Count in Latin." } });
  const { thread, seq } = (await begun.json()) as { thread: string; seq: number };
  expect([begun.status, seq, thread]).toEqual([200, 1, expect.stringMatching(/^T1\/C1\/studio\/[0-9a-f-]{36}$/)]);
  const events = await over(thread);
  expect(events[0]).toMatchObject({ type: "run.started", startedBy: ADA, forkedFrom: { run: `${THREAD}#1`, seq: task, team: "pair" } });
  expect(said(events)[0]).toBe("Ada: Count backwards");
  // The run that it was made of stays as it was.
  expect(await parley.store.load(THREAD, 0)).toEqual(log);
  const turn = events.find((event) => event.type === "message.posted" && "agent" in event && event.agent === "Ana")!;
  const { requests } = RequestsAnswer.parse(await json(`${run(thread)}/requests/${turn.seq}`));
  expect(requests[0]?.body ?? "").toContain("Count in Latin.");
  expect(requests[0]?.body).toContain("Count backwards");
});

test("with another team it goes on from every event at which it was going on, and from no other", async () => {
  const { parley, logs, log } = await ran();
  const { fork, over } = await asking(
    logs,
    forkingHere({ runner: () => parley.runner, teams: async () => parley.teams, beside: threadBeside, refusal: async () => undefined }),
  );
  for (const { seq, type } of log) {
    const begun = await fork({ at: seq, team: "solo" });
    const answer = (await begun.json()) as { thread: string; error?: { message: string } };
    if (type === "run.stopped")
      expect([begun.status, answer.error?.message]).toEqual([409, expect.stringContaining("nothing to go on from")]);
    else expect((await over(answer.thread)).slice(1, seq)).toEqual(log.slice(1, seq));
  }
  for (const [body, says] of [
    [{ at: 99 }, "nothing to go on from"],
    [{ at: 2, team: "none" }, 'no team "none"'],
    [{ at: 2, instructions: { Zoe: "x" } }, "no agent Zoe"],
    [{ at: 2, instructions: { Ana: "x".repeat(30_000) } }, "30000 characters"],
    [{ at: 3, words: [{ seq: 3, text: "x" }] }, "nothing to go on from"],
  ] as const) {
    const answer = await fork(body);
    expect([answer.status, ((await answer.json()) as { error: { message: string } }).error.message]).toEqual([
      409,
      expect.stringContaining(says),
    ]);
  }
  expect((await fork({ at: 2, color: "red" })).status).toBe(400);
});

test("beside a database that is only read, forks are of a store of their own, are listed there and forked again", async () => {
  const { open, logs, log, teams } = await ran();
  let opened = 0;
  const beside = forksBeside({ logs, teams, open: async () => (opened++, open()) });
  const { json, send, over, fork } = await asking(beside.logs, beside.forking, beside.acting);
  const first = log.findIndex((event) => event.type === "message.posted" && "agent" in event) + 1;
  expect(opened).toBe(0);
  const { thread } = (await (await fork({ at: first })).json()) as { thread: string };
  expect(thread).toMatch(/^studio\//);
  expect((await over(thread)).slice(1, first)).toEqual(log.slice(1, first));
  const again = (await (await fork({ at: first, team: "solo" }, thread)).json()) as { thread: string };
  await over(again.thread);
  expect([opened, await json("/api/v1/session")]).toMatchObject([1, { workspaces: ["T1", "studio"] }]);
  expect(((await json("/api/v1/runs?workspace=studio")) as { found: object[] }).found).toHaveLength(2);
  expect(((await json("/api/v1/runs?workspace=T1")) as { found: object[] }).found).toHaveLength(1);
  expect(await json("/api/v1/quality?workspace=studio")).toMatchObject({ teams: ["pair", "solo"].map((team) => ({ team, runs: 1 })) });
  // Both are over, and there is nothing to say to them.
  expect(await json(`/api/v1/runs/${encodeURIComponent(thread)}/1/acts`)).toEqual({ isHere: false, mayNot: {} });
  expect((await send("POST", `/api/v1/runs/${encodeURIComponent(thread)}/1/stop`, {})).status).toBe(409);
  expect((await send("POST", `/api/v1/runs/${encodeURIComponent(THREAD)}/1/stop`, {})).status).toBe(403);
  const failing = forksBeside({ logs, teams, open: () => Promise.reject(new Error("OPENAI_API_KEY is missing")) });
  const shut = await asking(failing.logs, failing.forking);
  expect(await (await shut.fork({ at: first })).text()).toContain("OPENAI_API_KEY is missing");
});

test("who may not fork is told why, and nothing is begun; without its own token no page forks anything", async () => {
  const { logs } = await ran();
  const forking: Forking = {
    teams: async () => ["pair"],
    refusal: async (_asker, { isAsked }) => (isAsked ? "Only admins may." : "Only admins may, says the table."),
    begin: () => Promise.reject(new Error("nothing is begun")),
  };
  const { json, run, fork } = await asking(logs, forking);
  expect(ForkOffer.parse(await json(`${run(THREAD)}/forks`)).mayNot).toBe("Only admins may, says the table.");
  const no = await fork({ at: 2 });
  expect([no.status, await no.text()]).toEqual([403, expect.stringContaining("Only admins may.")]);
  const reading = await asking(logs, undefined);
  expect(await (await reading.fork({ at: 2 })).text()).toContain("no team file");
  const { enter, ask } = studio();
  const { cookie } = await enter();
  const forged = await ask(`${run(THREAD)}/forks`, { method: "POST", headers: { cookie, "content-type": "application/json" }, body: "{}" });
  expect(forged.status).toBe(403);
});
