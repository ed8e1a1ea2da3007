import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { loadSettings } from "../../src/config/load.ts";
import type { Report } from "../../src/eval/eval-room.ts";
import { threadOf } from "../../src/eval/evaluation-threads.ts";
import { createParley } from "../../src/parley.ts";
import { parley } from "../cli/here.ts";
import { folderWith } from "../config/team-files.ts";
import { chatServer, DONE, frame, stream } from "../models/servers/chat-server.ts";
import { startChild } from "../support/children.ts";
import { describeOnPostgres } from "../support/postgres.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
const CASES = 6;
const CALLS = CASES * 2; // An answer, and a judge's word on it.
const CONCURRENCY = 2;
const CALL_USD = 0.25;
/** In a life that is killed: those behind them are under way at the kill. */
const ANSWERED = 3;

interface Call {
  readonly thread: string;
  /** Of the program, from 1; 0 for the one that is there all the time. */
  readonly life: number;
  readonly isAnswered: boolean;
}

describeOnPostgres("an evaluation beside a Parley on the same server", (server) => {
  test("killed here and then there, it goes on elsewhere: only what was under way is paid twice, nothing counts twice, and the other leaves it alone", async () => {
    const { calls, url, allHeld, hold } = await scriptedServer();
    const wanted = await parley(["eval", "suite.yml", "--json"], { cwd: folderOf(url), env: { LIFE: "life-9" } });
    expect(wanted).toMatchObject({ code: 0 });
    calls.splice(0);

    const address = server.address();
    await server.prepare(address);
    const [here, there] = [folderOf(url), folderOf(url)];
    const beside = await createParley({
      settings: loadSettings({ env: {}, cwd: here }),
      env: { LIFE: "life-0" },
      dbPath: address,
      log: (line) => expect.fail(line),
    });
    onTestFinished(() => beside.stop());
    await beside.start();

    const schema = new URL(address).searchParams.get("schema");
    for (const [index, cwd] of [here, there].entries()) {
      hold();
      const child = startEval({ cwd, life: index + 1, address });
      await Promise.race([allHeld(), child.ended.then(({ code, err }) => expect.fail(`it ended with ${code}: ${err}`))]);
      child.kill();
      await child.ended;
      // As if nothing had been heard of it for a minute.
      await server.sql(`UPDATE ${schema}.openers SET seen = seen - interval '1 minute' WHERE id = (SELECT max(id) FROM ${schema}.openers)`);
    }
    const { code, out, err } = await startEval({ cwd: here, life: 3, address }).ended;
    expect(code).toBe(0);
    // Whether the one that was killed is taken for gone at once is a matter of milliseconds.
    expect(err).toMatch(/^(?:suite-1 is worked on by process \d+ on .*Waiting a little, in case that one is gone\.\n)?$/);

    expect(calls.filter(({ life }) => life === 0)).toEqual([]);
    expect(calls.filter(({ isAnswered }) => !isAnswered)).toHaveLength(2 * CONCURRENCY);
    const answered = calls.filter(({ isAnswered }) => isAnswered).map(({ thread }) => thread);
    expect(answered).toHaveLength(CALLS);
    expect(new Set(answered).size).toBe(CALLS);
    const report = JSON.parse(out) as Report;
    expect(report.evaluation.id).toBe("suite-1");
    expect(table(report)).toEqual(table(JSON.parse(wanted.out) as Report));
    expect(table(report)).toMatchObject([{ runs: CASES, usd: CASES * CALL_USD, judgingUsd: CASES * CALL_USD }]);
    const costs = await parley(["costs", "--by", "model", "--json", "--db", address], { cwd: there });
    expect(JSON.parse(costs.out)).toMatchObject({ calls: CALLS, usd: CALLS * CALL_USD });
    expect(await server.sql(`SELECT 1 FROM ${schema}.reservations UNION ALL SELECT 1 FROM ${schema}.claims`)).toEqual([]);
  });
});

/** But for what differs from time to time. */
const table = (of: Report) => of.teams.map(({ perRun: _perRun, perSolved: _perSolved, ...team }) => team);

/** Answers each case with its number modulo 3, and judges each answer to be good, for a quarter of a dollar each. */
async function scriptedServer() {
  const calls: Call[] = [];
  let [left, held] = [Number.POSITIVE_INFINITY, 0];
  let full = Promise.withResolvers<void>();
  const usage = { usage: { prompt_tokens: 1_000, completion_tokens: 0 } };
  const { url } = await chatServer((body, response, _path, headers) => {
    const words = JSON.stringify(body);
    const [number, isJudge] = [Number(/case c(\d+)/.exec(words)?.[1]), words.includes("<answer>")];
    const run = threadOf("suite-1", { case: number + 1, team: 1, repeat: 1 });
    const life = Number(/life-(\d+)/.exec(headers.authorization ?? "")?.[1]);
    const isAnswered = left-- > 0;
    calls.push({ thread: isJudge ? `${run}-judge2` : run, life, isAnswered });
    if (!isAnswered) return void (++held === CONCURRENCY && full.resolve());
    const content = isJudge ? JSON.stringify({ reason: "So it seems.", passes: true }) : `It is ${number % 3}.`;
    stream(response, frame({ content }), frame({}, "stop", usage), DONE);
  });
  return {
    url,
    calls,
    /** From here on a few are answered, until {@link allHeld} resolves: then as many are under way as can be, and all are answered that come after them. */
    hold() {
      [left, held] = [ANSWERED, 0];
      full = Promise.withResolvers();
    },
    async allHeld() {
      await full.promise;
      left = Number.POSITIVE_INFINITY;
    },
  };
}

function folderOf(url: string): string {
  const cases = Array.from({ length: CASES }, (_, index) => ({ id: `c${index}`, input: `case c${index}`, expected: 1 }));
  const price = { inputPerMTokUsd: CALL_USD * 1_000, outputPerMTokUsd: 0 };
  const model = { provider: "openai-compatible", model: "m", baseUrl: url, apiKeyEnv: "LIFE", price };
  const team = {
    description: "Answers.",
    speakers: { policy: "round-robin" },
    agents: [{ name: "A", model: "m", description: "Answers." }],
    stop: { maxMessages: 2 },
    limits: { usd: 10 },
    summaryFromTurns: "never",
  };
  const score = [{ kind: "number" }, { kind: "judge", model: "m", rubric: "Good." }];
  return folderWith({
    "parley.yml": stringify({ models: { m: model }, teams: { a: team } }),
    "suite.yml": stringify({ cases, teams: ["a"], score, concurrency: CONCURRENCY }),
  });
}

function startEval({ cwd, life, address }: { readonly cwd: string; readonly life: number; readonly address: string }) {
  const env = { ...process.env, LIFE: `life-${life}`, NODE_COMPILE_CACHE: join(tmpdir(), "parley-killed-compiled") };
  const child = startChild(process.execPath, [MAIN, "eval", "suite.yml", "--json", "--db", address], { cwd, env });
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return {
    kill: () => child.kill("SIGKILL"),
    ended: once(child, "close").then(([code]) => ({ code: code as number | null, out, err })),
  };
}
