import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { NOTHING_SPENT } from "../../src/engine/limits/usage.ts";
import { loadSettings } from "../../src/config/load.ts";
import { programsIn, readCases, readEvaluation } from "../../src/eval/evaluation.ts";
import { createScorers } from "../../src/eval/scoring/scorers.ts";
import { createOsExecutor } from "../../src/sandbox/os/executor.ts";
import { folderWith, SMALL } from "../config/team-files.ts";
import { missingParts } from "../support/report/requirements.ts";

const EVALS = resolve(import.meta.dirname, "../../evals");

function casesOf(name: string) {
  const cwd = folderWith({ "parley.yml": SMALL });
  const source = readEvaluation(join(EVALS, name), { cwd, teamFile: loadSettings({ env: {}, cwd }) });
  return { source, cases: readCases(source) };
}

test("each suite that comes with Parley can be read, and has a dozen cases", () => {
  const files = readdirSync(EVALS).filter((name) => name.endsWith(".yml"));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files) expect([file, casesOf(file).cases.length]).toEqual([file, 12]);
});

test.each(casesOf("arithmetic.yml").cases.map((one) => [one.id, one] as const))(
  "arithmetic %s: what is expected is what is computed",
  (_, one) => {
    expect(runInNewContext(String(one.fields["by"]), { Math })).toBeCloseTo(Number(one.expected), 9);
  },
);

test.each(casesOf("debate.yml").cases.map((one) => [one.id, one] as const))(
  "debate %s: what is expected is computed, and tempts nobody",
  (_, one) => {
    expect(runInNewContext(String(one.fields["by"]), { Math })).toBeCloseTo(Number(one.expected), 9);
    expect(one.fields["tempting"]).not.toBe(one.expected);
  },
);

test.each(casesOf("optimisation.yml").cases.map((one) => [one.id, one] as const))(
  "optimisation %s: nothing better is found by trying all",
  (_, one) => {
    const { kind, data } = one.fields as { readonly kind: keyof typeof OPTIMA; readonly data: never };
    expect(OPTIMA[kind](data)).toBe(one.expected);
  },
);

const OPTIMA = {
  knapsack: ({ cap, items }: { readonly cap: number; readonly items: readonly (readonly [number, number])[] }) =>
    Math.max(
      ...choices(items.length, 2).map((taken) => {
        const some = items.filter((_, index) => taken[index] === 1);
        const sum = (of: 0 | 1) => some.reduce((total, item) => total + item[of], 0);
        return sum(0) <= cap ? sum(1) : 0;
      }),
    ),
  assignment: ({ hours }: { readonly hours: readonly (readonly number[])[] }) =>
    Math.min(
      ...orders(hours.map((_, index) => index)).map((order) => order.reduce((sum, job, person) => sum + (hours[person]?.[job] ?? NaN), 0)),
    ),
  tour: ({ km }: { readonly km: readonly (readonly number[])[] }) =>
    Math.min(
      ...orders(km.map((_, index) => index).slice(1)).map(
        (order) => [...order, 0].reduce<readonly [number, number]>(([sum, at], next) => [sum + (km[at]?.[next] ?? NaN), next], [0, 0])[0],
      ),
    ),
  coins: ({ total, coins }: { readonly total: number; readonly coins: readonly number[] }) => {
    const least = [0];
    for (let sum = 1; sum <= total; sum++) least[sum] = 1 + Math.min(...coins.map((coin) => least[sum - coin] ?? Infinity));
    return least[total];
  },
  makespan: ({ jobs, machines }: { readonly jobs: readonly number[]; readonly machines: number }) =>
    Math.min(
      ...choices(jobs.length, machines).map((on) =>
        Math.max(
          ...Array.from({ length: machines }, (_, machine) => jobs.reduce((sum, job, index) => sum + (on[index] === machine ? job : 0), 0)),
        ),
      ),
    ),
};

const choices = (length: number, options: number): readonly (readonly number[])[] =>
  length === 0 ? [[]] : choices(length - 1, options).flatMap((rest) => Array.from({ length: options }, (_, option) => [option, ...rest]));

const orders = (items: readonly number[]): readonly (readonly number[])[] =>
  items.length === 0 ? [[]] : items.flatMap((item) => orders(items.filter((other) => other !== item)).map((rest) => [item, ...rest]));

test.skipIf(missingParts().some(({ name }) => name === "os"))(
  "code: each solution passes its test in the sandbox, and a broken one fails",
  { timeout: 120_000 },
  async () => {
    const { source, cases } = casesOf("code.yml");
    const executor = await createOsExecutor();
    try {
      const runProgram = programsIn(executor, new AbortController().signal);
      const [scorer] = createScorers(source.settings.score, {
        runProgram,
        ask: () => () => Promise.reject(new Error("nobody is asked")),
        own: new Map(),
      });
      for (const one of cases) {
        const answers = [String(one.fields["solution"]), `def ${one.id}(*_):\n    return "broken"`];
        const verdicts: (boolean | undefined)[] = [];
        for (const [index, code] of answers.entries()) {
          const run = { turns: 1, ...NOTHING_SPENT, elapsedMs: 1 };
          const verdict = await scorer?.score({ case: one, thread: `${one.id}-${index}`, answer: `\`\`\`python\n${code}\n\`\`\``, run });
          verdicts.push(verdict?.passed);
        }
        expect([one.id, ...verdicts]).toEqual([one.id, true, false]);
      }
    } finally {
      await executor.close();
    }
  },
);
