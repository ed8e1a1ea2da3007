import { once } from "node:events";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import type { Report } from "../../src/eval/eval-room.ts";
import { threadOf } from "../../src/eval/evaluation-threads.ts";
import { openSqliteReadOnly } from "../../src/store/sqlite/store.ts";
import { folderWith } from "../config/team-files.ts";
import { chatServer, DONE, frame, stream } from "../models/servers/chat-server.ts";
import { randomOf, seedOf } from "../support/chance.ts";
import { startChild } from "../support/children.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
/**
 * More of both where that is asked for; each life is a start of the program. The long form, of minutes:
 * `PARLEY_EVAL_KILLS=50 PARLEY_EVAL_CASES=200 npx vitest run test/eval/killed.test.ts`.
 */
const KILLS = Number(process.env.PARLEY_EVAL_KILLS ?? 3);
const CASES = Number(process.env.PARLEY_EVAL_CASES ?? KILLS * 8);
const CALLS = CASES * 2;
const CONCURRENCY = 4;
const CALL_MS = 60; // As the model's server takes.
const CASE_MS = 2 * CALL_MS; // An answer, and a judge's word on it.

/** One call, as the server saw it, which lives on when the program is killed: it is paid for once it has begun. */
interface Call {
  /** In which the run is that asks: each asks once. */
  readonly thread: string;
  /** Of the program, from 1. */
  readonly life: number;
  isAnswered: boolean;
}

test(
  `killed ${KILLS} times at random instants, an evaluation of ${CASES} cases ends with the table that it has without, and each call that is made again was under way at a kill`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    const undisturbed = await scriptedServer("everything is answered");
    const beganAtMs = performance.now();
    const wanted = await lived({ cwd: folderOf(undisturbed.url), life: 1 });
    const workMs = (CASES / CONCURRENCY) * CASE_MS;
    const startMs = Math.max(0, performance.now() - beganAtMs - workMs);
    const lifeMs = lifeFor(startMs, workMs);

    const { calls, url, release } = await scriptedServer("the last case is held");
    const cwd = folderOf(url);
    const random = randomOf(seedOf(1));
    let [answered, overtaken] = [new Set<string>(), 0];
    for (let life = 1; life <= KILLS; life++) {
      const afterMs = startMs / 2 + random() * (startMs / 2 + lifeMs);
      const { report, unanswered } = await lived({ cwd, life, afterMs, calls });
      expect(report, `it ended before it was killed, the ${life}th time`).toBe(undefined);
      const begun = calls.filter((call) => call.life === life);
      // Whose answer was written down is not asked about again, in no later life.
      expect(begun.filter((call) => answered.has(call.thread))).toEqual([]);
      // Killed while it made its database, it has left none that can be read.
      if (calls.length > 0) answered = await answeredIn(cwd);
      // What will be paid for again: no more than can be under way at once, the answers counted that the kill has caught between server and disk.
      const lost = begun.filter((call) => !answered.has(call.thread));
      expect(lost.length).toBeLessThanOrEqual(CONCURRENCY);
      expect(new Set(lost.map((call) => call.thread)).size).toBe(lost.length);
      overtaken += lost.filter((call) => !unanswered.has(call)).length;
    }
    release();
    const { report } = await lived({ cwd, life: KILLS + 1 });
    const inLast = calls.filter(({ life }) => life > KILLS);
    expect(inLast.filter((call) => answered.has(call.thread))).toEqual([]);
    expect(new Set(inLast.map((call) => call.thread)).size).toBe(inLast.length);
    expect(new Set(calls.map((call) => call.thread)).size).toBe(CALLS);

    expect(report?.evaluation.id).toBe("suite-1");
    expect(table(report)).toEqual(table(wanted.report));
    const judgingUsd = CASES * 0.25;
    expect(table(report)).toMatchObject([{ runs: CASES, judgingUsd, usd: { value: (CASES * 0.25) / Math.floor((CASES + 1) / 3) } }]);
    if (process.env.PARLEY_EVAL_KILLS !== undefined) {
      const twice = calls.length - CALLS;
      console.log(
        `killed ${KILLS} times: ${calls.length} calls for ${CASES} cases with a judge, which need ${CALLS}; each of the ${twice} that were made again was under way at a kill`,
      );
      console.log(`${overtaken} of what was under way had been answered by the server, and not been written down`);
      for (const [name, of] of Object.entries({ undisturbed: wanted.report, killed: report }))
        console.log(`${name}: ${JSON.stringify(table(of))}`);
    }
  },
);

/** But for what differs from time to time. */
const table = (of: Report | undefined) =>
  of?.teams.map(({ perRun, perSolved, ...team }) => ({ ...team, tokens: perRun.tokens, usd: perSolved?.usd }));

const runOf = (number: number): string => threadOf("suite-1", { case: number + 1, team: 1, repeat: 1 });
/** Of the second scorer. */
const judgeOf = (number: number): string => `${runOf(number)}-judge2`;

/** Answers each case with its number modulo 3, judges each answer to be good, for a quarter of a dollar each, and notes each call. */
async function scriptedServer(mode: "everything is answered" | "the last case is held") {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const calls: Call[] = [];
  const usage = { usage: { prompt_tokens: 1_000, completion_tokens: 0 } };
  const { url } = await chatServer((body, response, _path, headers) => {
    const words = JSON.stringify(body);
    const [number, isJudge] = [Number(/case c(\d+)/.exec(words)?.[1]), words.includes("<answer>")];
    const call: Call = {
      thread: isJudge ? judgeOf(number) : runOf(number),
      life: Number(/life-(\d+)/.exec(headers.authorization ?? "")?.[1]),
      isAnswered: false,
    };
    calls.push(call);
    response.on("finish", () => (call.isAnswered = true));
    // As long as the last one is held, what is to be killed does not end before.
    const isHeld = mode === "the last case is held" && number === CASES - 1;
    const content = isJudge ? JSON.stringify({ reason: "So it seems.", passes: true }) : `It is ${number % 3}.`;
    void (isHeld ? released : sleep(CALL_MS)).then(() => {
      if (!response.destroyed) stream(response, frame({ content }), frame({}, "stop", usage), DONE);
    });
  });
  return { url, calls, release };
}

function folderOf(url: string): string {
  const cases = Array.from({ length: CASES }, (_, index) => ({ id: `c${index}`, input: `case c${index}`, expected: 1 }));
  const model = {
    provider: "openai-compatible",
    model: "m",
    baseUrl: url,
    apiKeyEnv: "LIFE",
    price: { inputPerMTokUsd: 250, outputPerMTokUsd: 0 },
  };
  const team = {
    description: "Answers.",
    speakers: { policy: "round-robin" },
    agents: [{ name: "A", model: "m", description: "Answers." }],
    stop: { maxMessages: 2 },
    limits: { usd: 10 },
    summaryFromTurns: "never",
  };
  return folderWith({
    "parley.yml": stringify({ models: { m: model }, teams: { a: team } }),
    "suite.yml": stringify({
      cases,
      teams: ["a"],
      score: [{ kind: "number" }, { kind: "judge", model: "m", rubric: "Good." }],
      concurrency: CONCURRENCY,
    }),
  });
}

/** The threads whose answer stands in the log that a kill has left. */
async function answeredIn(cwd: string): Promise<Set<string>> {
  const answered = new Set<string>();
  const store = openSqliteReadOnly({ path: join(cwd, "data/parley.db") });
  for (const thread of Array.from({ length: CASES }, (_, number) => [runOf(number), judgeOf(number)]).flat()) {
    const events = await store.load(thread, 0);
    if (events.some((event) => event.type === "message.posted" && "agent" in event)) answered.add(thread);
  }
  await store.close();
  return answered;
}

/**
 * How long behind its start a life may be, so that so many of them come to half of the work: one that is killed anywhere from the middle of its start
 * to then has done life² / 2 / (start / 2 + life) on average.
 */
function lifeFor(startMs: number, workMs: number): number {
  const share = workMs / 2 / KILLS;
  return share + Math.sqrt(share * share + share * startMs);
}

/** One life of the program: its report, or nothing where it was killed before its end. `unanswered`: what the server was still at as the kill came. */
async function lived({
  cwd,
  life,
  afterMs,
  calls = [],
}: {
  readonly cwd: string;
  readonly life: number;
  readonly afterMs?: number;
  readonly calls?: readonly Call[];
}): Promise<{ readonly report: Report | undefined; readonly unanswered: ReadonlySet<Call> }> {
  // A start takes longer than all the rest: what was compiled for one serves the next.
  const env = { ...process.env, LIFE: `life-${life}`, NODE_COMPILE_CACHE: join(tmpdir(), "parley-killed-compiled") };
  const child = startChild(process.execPath, [MAIN, "eval", "suite.yml", "--json"], { cwd, env });
  let unanswered: ReadonlySet<Call> = new Set();
  const kill = () => {
    unanswered = new Set(calls.filter((call) => call.life === life && !call.isAnswered));
    child.kill("SIGKILL");
  };
  const timer = afterMs === undefined ? undefined : setTimeout(kill, afterMs);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`it ended with ${code}: ${err}`);
  return { report: code === 0 ? (JSON.parse(out) as Report) : undefined, unanswered };
}
