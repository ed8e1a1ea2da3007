import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import type { Report } from "../../src/eval/evaluation.ts";
import { randomOf, seedOf } from "../support/chance.ts";
import { startChild } from "../support/children.ts";
import { folderOfTeams } from "./scripted-teams.ts";

const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");
/**
 * More of both where that is asked for; each life is a start of the program. The long form, of minutes:
 * `PARLEY_EVAL_KILLS=50 PARLEY_EVAL_CASES=200 npx vitest run test/eval/killed.test.ts`.
 */
const KILLS = Number(process.env.PARLEY_EVAL_KILLS ?? 4);
const CASES = Number(process.env.PARLEY_EVAL_CASES ?? KILLS * 12);
const CONCURRENCY = 4;
const CASE_MS = 200; // As the model of the test takes.

test(
  `killed ${KILLS} times at random instants, an evaluation of ${CASES} cases ends with the table that it has without, and no call is paid twice but those under way`,
  { timeout: 60_000 + KILLS * 20_000 },
  async () => {
    const cases = Array.from({ length: CASES }, (_, index) => ({
      id: `c${index}`,
      // As long as there is no file to go by, the last one is held: what is to be killed does not end before.
      input: `case c${index} a=${index === CASES - 1 ? "held" : "slow"}${index % 3}`,
      expected: 1,
    }));
    const suite = { cases, teams: ["a"], score: [{ kind: "number" }], concurrency: CONCURRENCY };
    const beganAtMs = performance.now();
    const undisturbed = await lived(folderOfTeams(suite, { go: "" }));
    const workMs = (CASES / CONCURRENCY) * CASE_MS;
    const startMs = Math.max(0, performance.now() - beganAtMs - workMs);
    const lifeMs = lifeFor(startMs, workMs);
    const cwd = folderOfTeams(suite);
    const random = randomOf(seedOf(1));
    for (let kill = 0; kill < KILLS; kill++)
      expect(
        await lived(cwd, startMs / 2 + random() * (startMs / 2 + lifeMs)),
        `it ended before it was killed, the ${kill + 1}th time`,
      ).toBe(undefined);
    writeFileSync(join(cwd, "go"), "");
    const report = await lived(cwd);
    expect(report?.evaluation.id).toBe("suite-1");
    const table = (of: Report | undefined) =>
      of?.teams.map(({ perRun, perSolved, ...team }) => ({ ...team, tokens: perRun.tokens, usd: perSolved?.usd }));
    expect(table(report)).toEqual(table(undisturbed));
    expect(table(report)).toMatchObject([{ runs: CASES, usd: { value: (CASES * 0.25) / Math.floor((CASES + 1) / 3) } }]);
    const calls = readFileSync(join(cwd, "calls.log"), "utf8").trim().split("\n");
    expect(new Set(calls).size).toBe(CASES);
    expect(calls.length).toBeLessThanOrEqual(CASES + KILLS * CONCURRENCY);
    if (process.env.PARLEY_EVAL_KILLS !== undefined) {
      console.log(`killed ${KILLS} times: ${calls.length} calls for ${CASES} cases, ${calls.length - CASES} of them of what was under way`);
      for (const [name, of] of Object.entries({ undisturbed, killed: report })) console.log(`${name}: ${JSON.stringify(table(of))}`);
    }
  },
);

/**
 * How long behind its start a life may be, so that so many of them come to half of the work: one that is killed anywhere from the middle of its start
 * to then has done life² / 2 / (start / 2 + life) on average.
 */
function lifeFor(startMs: number, workMs: number): number {
  const share = workMs / 2 / KILLS;
  return share + Math.sqrt(share * share + share * startMs);
}

/** One life of the program: its report, or nothing where it was killed before its end. */
async function lived(cwd: string, killedAfterMs?: number): Promise<Report | undefined> {
  const child = startChild(process.execPath, [MAIN, "eval", "suite.yml", "--json"], { cwd });
  const timer = killedAfterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), killedAfterMs);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  clearTimeout(timer);
  if (code !== null && code !== 0) throw new Error(`it ended with ${code}: ${err}`);
  return code === 0 ? (JSON.parse(out) as Report) : undefined;
}
