import { appendFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { keptEvaluations } from "../../src/eval/kept-evaluations.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { parley, terminal } from "../cli/here.ts";
import { callsIn, CASES, evaluated, folderOfTeams, SUITE } from "./scripted-teams.ts";

describe("where nothing can be said of an answer", () => {
  const broken = (cwd: string) => join(cwd, "broken-judge");
  const judged = { cases: CASES.slice(2), teams: ["a"], score: [{ kind: "judge", model: "j", rubric: "At most 4." }] };

  test("it is neither right nor wrong: it has failed, is paid for, and is scored again, and no run is had again", async () => {
    const cwd = folderOfTeams(judged, { "broken-judge": "" });
    const first = await evaluated(cwd);
    expect({ code: first.code, state: first.report?.state }).toEqual({ code: 1, state: "unscored" });
    expect(first.report?.results.map(({ end, reason }) => [end, reason.slice(0, 47)])).toEqual([
      ["failed", "scoring failed: judge: the judge gave no judgem"],
      ["failed", "scoring failed: judge: the judge gave no judgem"],
    ]);
    expect(first.report?.cautions[0]).toMatch(
      /^2 runs were not scored, and count as failed: scoring failed: judge.*The same command scores again\.$/,
    );
    const cost = first.report?.teams[0]?.judgingUsd ?? 0;
    expect(cost).toBeGreaterThan(0);
    expect(first.report?.teams[0]?.scorers).toEqual({});
    rmSync(broken(cwd));
    const second = await evaluated(cwd);
    expect([second.code, second.report?.evaluation.id, second.report?.state]).toEqual([0, "suite-1", "ended"]);
    expect(second.report?.results.map(({ end }) => end)).toEqual(["solved", "solved"]);
    expect(second.report?.teams[0]).toMatchObject({ usd: 0.5, judgingUsd: cost + 0.5 });
    expect(callsIn(cwd)).toEqual(["A three", "A four"]);
  });

  test("a pair counts for nothing but its cost, and is asked about again", async () => {
    const score = [{ kind: "number" }, { kind: "pairwise", model: "j", rubric: "More is better." }];
    const cwd = folderOfTeams({ ...SUITE, cases: CASES.slice(0, 1), score, repeats: 1 }, { "broken-judge": "" });
    const first = await evaluated(cwd);
    expect({ code: first.code, state: first.report?.state }).toEqual({ code: 1, state: "unscored" });
    expect(first.report?.pairs[0]?.preferred).toBeUndefined();
    expect(first.report?.judges[0]?.position).toMatchObject({ asked: 0, usd: expect.any(Number) });
    const cost = first.report?.judges[0]?.position?.usd ?? 0;
    expect(first.report?.cautions[0]).toMatch(/^A pair of answers was not compared: pairwise: the judge gave no judgement/);
    expect((await parley(["eval", "show"], { cwd })).out).toContain("was not compared");
    rmSync(broken(cwd));
    const second = await evaluated(cwd);
    expect([second.code, second.report?.state]).toEqual([0, "ended"]);
    expect(second.report?.judges[0]?.position).toMatchObject({ asked: 2, usd: cost + 0.5 });
  });
});

test("a run that the budget of the evaluation ended is no result, and is had again when there is money", async () => {
  const cases = [{ id: "late", input: "case late a=1/7/7", expected: 7 }];
  const cwd = folderOfTeams({ cases, teams: ["twice"], score: [{ kind: "number" }], budgetUsd: 0.2 });
  const first = await evaluated(cwd);
  expect({ code: first.code, state: first.report?.state, results: first.report?.results }).toEqual({
    code: 3,
    state: "budget",
    results: [],
  });
  expect(first.report?.cautions[0]).toMatch(/^A run was ended by the evaluation's own budget/);
  // So does whoever looks at it later say, and not that it was interrupted.
  const shown = await parley(["eval", "show", "--json"], { cwd });
  expect(JSON.parse(shown.out)).toEqual(first.report);
  expect((await parley(["eval", "show"], { cwd })).out).toContain("It stopped at its budget of $0.2. Not every run was had");
  expect((await parley(["eval", "list"], { cwd })).out).toContain("stopped at its budget");
  const second = await evaluated(cwd, "--budget-usd", "100");
  expect(second.report?.evaluation).not.toHaveProperty("stoppedAtUsd");
  expect([second.code, second.report?.evaluation.id, second.report?.state]).toEqual([0, "suite-1", "ended"]);
  expect(second.report?.results).toMatchObject([{ end: "solved", usd: 0.5, earlier: { usd: 0.25 }, tries: 2 }]);
  expect(second.report?.teams[0]).toMatchObject({ runs: 1, usd: 0.75, perSolved: { usd: { value: 0.75 } } });
});

test("works on no run of another one, nor does whoever else has the database", async () => {
  const slow = { ...SUITE, cases: [{ id: "slow", input: "case slow a=wait/3 b=3", expected: 3 }], repeats: 1 };
  const cwd = folderOfTeams(slow, { "other.yml": JSON.stringify({ ...SUITE, repeats: 1 }) });
  const here = terminal({ cwd });
  const running = main(["eval", "suite.yml", "--json"], here.io);
  await expect.poll(() => callsIn(cwd).includes("A slow")).toBe(true);
  here.interrupt();
  expect(await running).toBe(130);
  expect((await parley(["eval", "other.yml"], { cwd })).code).toBe(0);
  expect((await parley(["run", "--team", "b", "case else b=1"], { cwd })).code).toBe(0);
  expect(callsIn(cwd).filter((call) => call === "A slow")).toHaveLength(1);
  const { code, report } = await evaluated(cwd);
  expect({ code, id: report?.evaluation.id, ends: report?.results.map(({ end }) => end) }).toEqual({ code: 0, id: "suite-1", ends: ["solved", "solved"] }); // prettier-ignore
});

test("with other code of its scorer it begins anew: no case is left with what the old one said", async () => {
  const suite = {
    cases: CASES.slice(0, 2),
    teams: ["a"],
    score: [{ kind: "code", scorer: "even", with: { of: 7 } }],
    budgetUsd: 0.25,
    concurrency: 1,
  };
  const cwd = folderOfTeams(suite);
  const ids = [(await evaluated(cwd)).report, (await evaluated(cwd)).report].map((report) => [report?.state, report?.evaluation.id]);
  expect(ids).toEqual([["budget", "suite-1"], ["budget", "suite-1"]]); // prettier-ignore
  appendFileSync(join(cwd, "model.ts"), "// Thought over.\n");
  expect((await evaluated(cwd)).report?.evaluation.id).toBe("suite-2");
});

test("one that ended right behind entering its name is none: the last one is the one before", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  const kept = keptEvaluations(store);
  const of = { name: "suite", file: "suite.yml", identity: "x", at: "2026-11-29T10:00:00.000Z", teams: ["a"], cases: 1, casesInAll: 1, repeats: 1, seed: 1, pairJudges: [], judges: [] }; // prettier-ignore
  const { id } = await kept.begin(of);
  await store.putNote("evaluations", JSON.stringify(["suite-2", id]));
  expect((await kept.find("last"))?.id).toBe("suite-1");
  expect((await kept.list()).map((one) => one.id)).toEqual(["suite-1"]);
  expect((await kept.begin(of)).id).toBe("suite-3");
  await store.close();
});
