import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Report } from "../../src/eval/eval-room.ts";
import { parley } from "../cli/here.ts";
import { CASES, evaluated, folderOfTeams, SUITE } from "./scripted-teams.ts";

describe("judges", () => {
  test("say by a rubric, are counted apart, and are held against people", async () => {
    const cases = CASES.map((one, index) => ({ ...one, fields: { people: index === 0 ? "no" : "yes" } }));
    const score = [{ kind: "judge", model: "j", rubric: "At most 4.", human: "people" }];
    const { report } = await evaluated(folderOfTeams({ cases, teams: ["a"], score, repeats: 1 }));
    // It passes what is at most 4: not 7, not 7, 3 and 1; people said no, yes, yes, yes.
    expect(report?.results.map(({ end }) => end)).toEqual(["wrong", "wrong", "solved", "solved"]);
    expect(report?.teams[0]).toMatchObject({ usd: 1, judgingUsd: 1 });
    // Agreed 3 of 4; by chance 2/4 * 3/4 + 2/4 * 1/4 = 1/2: κ = (3/4 - 1/2) / (1 - 1/2).
    expect(report?.judges).toEqual([{ scorer: "judge", people: { answers: 4, agreed: 0.75, kappa: 0.5 } }]);
  });

  test("of two answers are asked in both orders, and what stands first is seen to be liked", async () => {
    const score = [{ kind: "number" }, { kind: "pairwise", model: "j", rubric: "More is better." }];
    const { report } = await evaluated(folderOfTeams({ ...SUITE, score, repeats: 1 }));
    // a and b answer 7 7, 7 8, 3 1, 1 4: once b is better by two and more both ways, once a, and twice what stands first.
    expect(report?.pairs[0]?.preferred).toEqual([{ judge: "pairwise", one: 0.25, other: 0.25, undecided: 0.5, pairs: 4 }]);
    expect(report?.judges).toEqual([{ scorer: "pairwise", position: { asked: 8, first: 0.75, second: 0.25, consistent: 0.5, usd: 2, priced: true } }]); // prettier-ignore
  });
});

test("several judges of pairs are told apart", async () => {
  const pairwise = { kind: "pairwise", model: "j", rubric: "More is better." };
  const score = [{ kind: "number" }, pairwise, { ...pairwise, name: "long" }, pairwise];
  const { report } = await evaluated(folderOfTeams({ ...SUITE, cases: CASES.slice(0, 1), score, repeats: 1 }));
  expect(report?.judges.map(({ scorer, position }) => [scorer, position?.asked])).toEqual([
    ["pairwise", 2],
    ["long", 2],
    ["pairwise 3", 2],
  ]);
  expect(report?.pairs[0]?.preferred?.map(({ judge, pairs }) => [judge, pairs])).toEqual([["pairwise", 1], ["long", 1], ["pairwise 3", 1]]); // prettier-ignore
});

test("people judge a sample of the answers, and judges are held against what they say", async () => {
  const score = [{ kind: "judge", model: "j", rubric: "At most 4." }];
  const cwd = folderOfTeams({ cases: CASES, teams: ["a"], score });
  await evaluated(cwd);
  const { out } = await parley(["eval", "sample", "--cases", "4"], { cwd });
  expect(out.split("\n").slice(0, 2)).toEqual(["case,team,run,task,answer,good", '"one","a",1,"case one a=7/7 b=7/8","The answer is 7.",']);
  const judged = ["no", "yes", "yes", "yes"];
  const filled = out.trim().split("\n").map((line, index) => (index === 0 ? line : line + (judged[index - 1] ?? ""))); // prettier-ignore
  writeFileSync(join(cwd, "people.csv"), filled.join("\n"));
  const shown = JSON.parse((await parley(["eval", "show", "--people", "people.csv", "--json"], { cwd })).out) as Report;
  expect(shown.judges).toEqual([{ scorer: "judge", people: { answers: 4, agreed: 0.75, kappa: 0.5 } }]);
  writeFileSync(join(cwd, "people.csv"), filled.join("\n").replace(",yes", ",perhaps"));
  const { code, err } = await parley(["eval", "show", "--people", "people.csv"], { cwd });
  expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(/people\.csv:3: says "perhaps" under good; write yes or no/) });
});

test("what judges of pairs cost is held to the budget, too, and with more money the rest is asked", async () => {
  const score = [{ kind: "number" }, { kind: "pairwise", model: "j", rubric: "More is better." }];
  // Eight runs and one pair in both orders.
  const cwd = folderOfTeams({ ...SUITE, score, repeats: 1, budgetUsd: 2.25 });
  const first = await evaluated(cwd);
  expect([first.code, first.report?.state, first.report?.results.length]).toEqual([3, "budget", 8]);
  expect(first.report?.pairs[0]?.preferred?.[0]?.pairs).toBe(1);
  const rest = await evaluated(cwd, "--budget-usd", "100");
  expect([rest.report?.evaluation.id, rest.report?.state]).toEqual(["suite-1", "ended"]);
  expect(rest.report?.pairs[0]?.preferred?.[0]?.pairs).toBe(4);
});

test("a scorer of an extension's says what it found; where it throws, nothing is said", async () => {
  const score = [{ kind: "code", scorer: "even", with: { of: 2 } }];
  const { code, report } = await evaluated(folderOfTeams({ cases: CASES.slice(0, 3), teams: ["b"], score }));
  expect(report?.results.map(({ end, verdicts }) => [end, verdicts[0]?.why])).toEqual([
    ["wrong", "7 for 7"],
    ["solved", "8 for 8"],
    ["failed", 'the scorer "even" failed: one is odd'],
  ]);
  expect(code).toBe(1);
});
