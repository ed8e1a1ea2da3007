import { describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.ts";
import { parley, terminal } from "../cli/here.ts";
import { callsIn, CASES, evaluated, folderOfTeams, SUITE } from "./scripted-teams.ts";

describe("an evaluation whose answers are known", () => {
  test("has the numbers that are computed by hand", async () => {
    const { code, report, err } = await evaluated(folderOfTeams(SUITE));
    expect({ code, err }).toEqual({ code: 0, err: "" });
    // a: one 2/2, two 1/2, three 2/2, four 0/2. b: one 1/2, two 2/2, three 0/2, four 2/2.
    const [a, b] = report?.teams ?? [];
    expect(a).toMatchObject({ team: "a", cases: 4, runs: 8, solved: { value: 2.5 / 4 }, usd: 2, judgingUsd: 0, priced: true });
    expect(b).toMatchObject({ solved: { value: 2.5 / 4 } });
    expect(a?.passAt.map(({ value }) => value)).toEqual([2.5 / 4, 3 / 4]);
    expect(a?.ends).toEqual({ solved: 5 / 8, wrong: 3 / 8, limit: 0, failed: 0, asked: 0 });
    expect(a?.perRun).toMatchObject({ usd: 0.25, tokens: 1_000, turns: 1 });
    expect(a?.perSolved?.usd.value).toBe(2 / 5);
    expect(a?.perSolved?.tokens).toBe(8_000 / 5);
    expect(report?.pairs).toMatchObject([{ one: "a", other: "b", cases: 4, difference: { value: 0 } }]);
    // The differences are 0.5, -0.5, 1 and -1: each of the 16 ways to flip them sums up to at least 0.
    expect(report?.pairs[0]?.p).toBe(1);
    expect(report?.results[0]).toMatchObject({ team: "a", case: "one", repeat: 1, end: "solved", answer: "The answer is 7.", usd: 0.25 });
    expect(report?.cautions.join(" ")).toMatch(/4 cases are few.*That a or b is better cannot be said/s);
  });

  test("says where an interval of few cases says more than chance lets it", async () => {
    const cases = [1, 2, 3, 4, 5].map((nth) => ({ id: `c${nth}`, input: `case c${nth} a=${nth} b=${nth === 5 ? 5 : 0}`, expected: nth }));
    const { report } = await evaluated(folderOfTeams({ ...SUITE, cases, repeats: 1 }));
    // Of the differences 1, 1, 1, 1 and 0 two of 16 ways to flip the signs are as far from 0.
    expect(report?.pairs).toMatchObject([{ difference: { value: 0.8 }, p: 2 / 16 }]);
    expect(report?.pairs[0]?.difference.low).toBeGreaterThan(0);
    expect(report?.cautions.at(-1)).toMatch(/^That a or b is better is not sure: .* on 5 cases .* by chance in 13 of 100 evaluations\.$/);
  });

  test("is in the store as runs, and as a report that is shown again", async () => {
    const cwd = folderOfTeams({ ...SUITE, cases: CASES.slice(0, 1), repeats: 1 });
    const { report } = await evaluated(cwd);
    const thread = report?.results[0]?.thread ?? "";
    expect((await parley(["export", thread], { cwd })).out).toContain("The answer is 7.");
    const shown = await parley(["eval", "show", "--json"], { cwd });
    expect(JSON.parse(shown.out)).toEqual(report);
    expect((await parley(["eval", "list"], { cwd })).out).toMatch(/suite-1 .* ended +1 +1 +a, b +suite\.yml/);
    const { out } = await parley(["eval", "show"], { cwd });
    expect(out).toMatch(/Solved\nteam +cases .*\na +1 +1 +100%/);
    expect(out).toMatch(/a solved case +its tokens +its seconds .*\na +\$0\.2500 +1000 .*\$0\.2500 \(.*\) +1000 +\d+\.\d /);
  });

  test("is of so many cases, runs and teams as the command line says", async () => {
    const { report } = await evaluated(folderOfTeams(SUITE), "--cases", "2", "--repeats", "1", "--teams", "b", "--seed", "3");
    expect(report?.evaluation).toMatchObject({ cases: 2, casesInAll: 4, repeats: 1, seed: 3, teams: ["b"] });
    expect(report?.results).toHaveLength(2);
  });

  test("counts each kind of end", async () => {
    const cases = [
      { id: "broken", input: "case broken a=fail", expected: 1 },
      { id: "wrong", input: "case wrong a=2", expected: 1 },
      { id: "right", input: "case right a=1", expected: 1 },
    ];
    const { report } = await evaluated(folderOfTeams({ cases, teams: ["a"], score: [{ kind: "number" }] }));
    expect(report?.results.map(({ end }) => end)).toEqual(["failed", "wrong", "solved"]);
    expect(report?.results[0]?.reason).toContain("the model is broken");
  });

  test("answers a question with what the case says, and ends with it where that says nothing that can be said", async () => {
    const asked = { input: "asks=ask/5/5/5", expected: 5 };
    const cases = [
      { ...asked, id: "answered", input: `case answered ${asked.input}`, answers: ["That one."] },
      { ...asked, id: "blank", input: `case blank ${asked.input}`, answers: [" "] },
      { ...asked, id: "unanswered", input: `case unanswered ${asked.input}` },
    ];
    const { report } = await evaluated(folderOfTeams({ cases, teams: ["asks"], score: [{ kind: "number" }] }));
    expect(report?.results.map(({ case: id, end }) => [id, end])).toEqual([
      ["answered", "solved"],
      ["blank", "asked"],
      ["unanswered", "asked"],
    ]);
  });

  test("begins no run that could cost more than is left, and says so", async () => {
    const cwd = folderOfTeams({ ...SUITE, budgetUsd: 1 });
    const { code, report } = await evaluated(cwd);
    expect({ code, state: report?.state, runs: report?.results.length }).toEqual({ code: 3, state: "budget", runs: 4 });
    expect(report?.cautions[0]).toMatch(/Not every run was had/);
    // With more money the same goes on.
    const rest = await evaluated(cwd, "--budget-usd", "100");
    expect(rest.report?.evaluation.id).toBe(report?.evaluation.id);
    expect(rest.report?.results).toHaveLength(16);
    expect(callsIn(cwd)).toHaveLength(16);
  });
});

test("a budget that cannot count what is spent is no limit, and that is said as soon as it is known", async () => {
  const suite = { cases: [{ id: "x", input: "case x a=unpriced", expected: 1 }], teams: ["a"], score: [{ kind: "number" }] };
  expect((await evaluated(folderOfTeams(suite))).err).toBe("");
  const { code, err, report } = await evaluated(folderOfTeams(suite), "--budget-usd", "1");
  expect([code, report?.teams[0]?.priced]).toEqual([0, false]);
  expect(err).toMatch(/^note: the price of a model is not known, and the budget does not hold for it\. Give it a `price`.*\n$/);
});

describe("the same again", () => {
  test("goes on where it was interrupted, and pays for no call twice", async () => {
    const cwd = folderOfTeams({
      ...SUITE,
      cases: [...CASES.slice(0, 2), { id: "slow", input: "case slow a=wait/3 b=3", expected: 3 }, ...CASES.slice(2)],
      repeats: 1,
    });
    const here = terminal({ cwd });
    const running = main(["eval", "suite.yml", "--json"], here.io);
    await expect.poll(() => callsIn(cwd).includes("A slow")).toBe(true);
    here.interrupt();
    expect(await running).toBe(130);
    expect(here.err()).toContain("goes on from here");
    const { report, code } = await evaluated(cwd);
    expect({ code, id: report?.evaluation.id, runs: report?.results.length }).toEqual({ code: 0, id: "suite-1", runs: 10 });
    const calls = callsIn(cwd);
    expect(calls.filter((call) => call === "A slow")).toHaveLength(2); // The one that was under way.
    expect(calls).toHaveLength(11);
  });

  test("is another one when it had ended, and says against a baseline what got worse", async () => {
    const cases = Array.from({ length: 12 }, (_, index) => ({ id: `c${index}`, input: `case c${index} a=1/2 b=1/1`, expected: 1 }));
    const cwd = folderOfTeams({ cases, teams: ["a", "b"], score: [{ kind: "number" }] });
    const first = await evaluated(cwd);
    expect(first.report?.teams[0]?.solved).toMatchObject({ value: 1, high: 1 });
    expect((await evaluated(cwd, "--baseline", "suite-7")).code).toBe(2);
    expect(callsIn(cwd)).toHaveLength(24); // It is told before anything is paid for.
    const second = await evaluated(cwd, "--baseline", "last");
    expect(second.code).toBe(1);
    expect(second.report).toMatchObject({ evaluation: { id: "suite-2" }, changes: [{ team: "a", difference: { value: -1 }, isWorse: true }, { team: "b", difference: { value: 0 }, isWorse: false }] }); // prettier-ignore
  });
});

test("against a baseline a case counts that asks the same, and not one that has taken its place", async () => {
  const answers = (all: readonly string[]) => all.map((one, index) => ({ input: `case c${index} a=${one}`, expected: 1 }));
  const of = (all: readonly string[]) => ({ cases: answers(all), teams: ["a"], score: [{ kind: "number" }] });
  const before = await evaluated(folderOfTeams(of(["1", "1", "1", "1"])));
  // Two are as they were; the others were put in the place of what was there.
  const cwd = folderOfTeams(of(["1", "1", "2", "2"]), { "before.json": JSON.stringify(before.report) });
  const { code, report } = await evaluated(cwd, "--baseline", "before.json");
  expect([code, report]).toMatchObject([0, { changes: [{ team: "a", cases: 2, difference: { value: 0 } }] }]);
  const others = folderOfTeams(of(["2", "2", "2", "2"]), { "before.json": JSON.stringify(before.report) });
  const none = await evaluated(others, "--baseline", "before.json");
  expect([none.code, none.err]).toEqual([2, expect.stringContaining("nothing to compare") as string]);
});

describe("a mistake is told with its place, before anything is paid for", () => {
  const refused = async (evaluation: object, more?: { readonly [name: string]: string }) => {
    const { code, err } = await parley(["eval", "suite.yml"], { cwd: folderOfTeams(evaluation, more) });
    expect(code).toBe(2);
    return err;
  };
  test.each([
    [
      "a team that is not there",
      { ...SUITE, teams: ["c"] },
      /suite\.yml:\d+: teams\[0\]: parley\.yml has no team "c"; it has a, b, asks, twice/,
    ],
    [
      "a scorer that is not there",
      { ...SUITE, score: [{ kind: "numbr" }] },
      /suite\.yml:\d+: score\[0\]\.kind: "numbr" is not known here; did you mean "number"/,
    ],
    [
      "a field that is not there",
      { ...SUITE, cases: { file: "cases.jsonl", input: "quesion" } },
      /cases\.jsonl:1: case 1: there is no field "quesion"; there are question/,
    ],
    [
      "a filter that is not there",
      { ...SUITE, cases: { file: "cases.jsonl", input: "question | aftr '#'" } },
      /cases\.input: "aftr '#'" is no filter; there are after, before/,
    ],
    [
      "a mark that is not closed",
      { ...SUITE, cases: { file: "cases.jsonl", input: "Solve {{ question" } },
      /cases\.input: a \{\{ is not closed/,
    ],
    [
      "what people said of an answer",
      { ...SUITE, cases: CASES.slice(0, 1), score: [{ kind: "judge", model: "j", rubric: "r", human: "peple" }] },
      /there is no field "peple"/,
    ],
    [
      "what is expected is no number",
      { ...SUITE, cases: [{ input: "x", expected: "many" }] },
      /score: case 1 expects "many", which is no number/,
    ],
    [
      "two cases of one name",
      {
        ...SUITE,
        cases: [
          { id: "x", input: "x" },
          { id: "x", input: "y" },
        ],
      },
      /cases: two cases are called "x"/,
    ],
    [
      "two scorers of one name",
      { ...SUITE, score: [{ kind: "number" }, { kind: "exact", name: "number" }] },
      /score\[1\]: two are called "number"; give one of them a name of its own/,
    ],
    [
      "a scorer that no extension defines",
      { ...SUITE, score: [{ kind: "code", scorer: "cities" }] },
      /score\[0\]\.scorer: parley\.yml has no scorer "cities"; it has even\./,
    ],
    [
      "what a scorer of an extension's does not take",
      { ...SUITE, score: [{ kind: "code", scorer: "even", with: { of: "x" } }] },
      /score\[0\]\.with\.of: expected a number, found/,
    ],
    [
      "a model that is not there",
      { ...SUITE, teams: [{ team: "a", models: { a: "z" } }] },
      /teams\[0\]\.models\.a: parley\.yml has no model "z"/,
    ],
  ])("%s", async (_, evaluation, words) => {
    expect(await refused(evaluation, { "cases.jsonl": '{"question":"q"}\n' })).toMatch(words);
  });

  test("a case that holds something nested without end", async () => {
    const deep = `{"question":"q","more":${"[".repeat(20_000)}${"]".repeat(20_000)}}\n`;
    const suite = { ...SUITE, cases: { file: "cases.jsonl", input: "question", expected: "more" } };
    expect(await refused(suite, { "cases.jsonl": deep })).toMatch(/cases\.jsonl:1: holds a value of more than 100 levels/);
  });

  test("more runs than are had at once", async () => {
    const suite = { cases: { file: "cases.jsonl", input: "question", expected: "question" }, score: [{ kind: "exact" }] };
    const err = await refused({ ...suite, teams: ["a", "b"], repeats: 100 }, { "cases.jsonl": '{"question":"q"}\n'.repeat(1_001) });
    expect(err).toMatch(/1001 cases, 2 teams and 100 runs of each are 200200 runs; at most 200000/);
  });
});
