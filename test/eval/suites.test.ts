import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { HOUSES } from "../../evals/house/houses.ts";
import { atDoor, done, type House } from "../../evals/house/rules.ts";
import { solve } from "../../evals/house/solve.ts";
import { NOTHING_SPENT } from "../../src/engine/limits/usage.ts";
import { loadSettings } from "../../src/config/load.ts";
import { programsIn, readCases, readEvaluation } from "../../src/eval/eval-room.ts";
import { createScorers } from "../../src/eval/scoring/scorers.ts";
import { createOsExecutor } from "../../src/sandbox/os/executor.ts";
import type { Report } from "../../src/eval/eval-room.ts";
import { parley } from "../cli/here.ts";
import { folderWith, SMALL } from "../config/team-files.ts";
import { missingParts } from "../support/report/requirements.ts";

const EVALS = resolve(import.meta.dirname, "../../evals");

function casesOf(name: string) {
  const own = join(EVALS, name.replace(".yml", "/parley.yml"));
  const teamFile = existsSync(own)
    ? loadSettings({ env: { OPENAI_API_KEY: "k" }, cwd: dirname(own), file: own })
    : loadSettings({ env: {}, cwd: folderWith({ "parley.yml": SMALL }) });
  const source = readEvaluation(join(EVALS, name), { cwd: EVALS, teamFile });
  return { source, cases: readCases(source) };
}

test("each suite that comes with Parley can be read, has a dozen cases, is known to editors, and says what it shows", () => {
  const files = readdirSync(EVALS).filter((name) => name.endsWith(".yml"));
  expect(files.length).toBeGreaterThan(2);
  const readme = readFileSync(join(EVALS, "README.md"), "utf8");
  for (const file of files) {
    expect([file, casesOf(file).cases.length]).toEqual([file, file === "small.yml" ? 24 : 12]);
    expect(readFileSync(join(EVALS, file), "utf8")).toMatch(/^# yaml-language-server: \$schema=eval\.schema\.json\n/);
    expect(readme).toContain(`\n## ${file.replace(".yml", "")}\n`);
  }
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

test.each(casesOf("house.yml").cases.map((one) => [one.id, one] as const))(
  "house %s: the moves are just enough to read the letter, and nothing else says its number",
  (_, one) => {
    const { house: name, letter } = z.object({ house: z.string(), letter: z.string() }).parse(one.fields);
    const house = HOUSES[name];
    if (!house) throw new Error(`there is no house ${name}`);
    const plan = solve(house, letter) ?? [];
    expect(plan.length - 1).toBe(house.moves);
    expect(plan.some((action) => action.do === "take")).toBe(true);
    const { says } = plan.reduce((at, action) => done(house, at.place, action), { place: atDoor(house), says: "" });
    expect(says).toBe(`The ${letter} says: ${String(one.expected)}.`);
    expect(solve({ ...house, moves: house.moves - 1 }, letter)).toBeUndefined();
    expect(one.input).toContain(`"${name}"`);
    expect(one.input).toContain(`You have ${house.moves} moves`);
    expect(one.input).not.toContain(String(one.expected));
  },
);

test("house: the tool knows where a run stands by its log, and a run that goes astray cannot read the letter", async () => {
  const [one] = casesOf("house.yml").cases;
  const { house: name, letter } = z.object({ house: z.string(), letter: z.string() }).parse(one?.fields);
  const plan = solve(HOUSES[name] as House, letter) ?? [];
  const astray = [...plan.slice(0, 1), { do: "go", what: HOUSES[name]?.begin }, ...plan];
  const files = ["house.ts", "rules.ts", "houses.ts"].map((file) => [file, readFileSync(join(EVALS, "house", file), "utf8")] as const);
  const team = (model: string) => `{ description: Acts., speakers: { policy: round-robin }, agents: [{ name: Scout, model: ${model}, description: Acts., tools: [house] }], stop: { maxMessages: 2 } }`; // prettier-ignore
  const cwd = folderWith({
    ...Object.fromEntries(files),
    "model.ts": playing({ straight: plan, astray }, name),
    "parley.yml": `extensions: [./house.ts, ./model.ts]\ntools: { house: { kind: house } }\nmodels: { straight: { provider: straight }, astray: { provider: astray } }\nteams:\n  straight: ${team("straight")}\n  astray: ${team("astray")}\n`,
    "suite.yml": stringify({ cases: [{ ...one, fields: {} }], teams: ["straight", "astray"], score: [{ kind: "number" }] }),
  });
  const { out, err } = await parley(["eval", "suite.yml", "--json"], { cwd });
  expect(err).toBe("");
  expect((JSON.parse(out) as Report).results.map(({ team: by, end }) => [by, end])).toEqual([["straight", "solved"], ["astray", "wrong"]]); // prettier-ignore
});

/** A model for each plan, that calls the tool as the plan says and then says what it was told last. */
const playing = (plans: { readonly [model: string]: unknown }, house: string): string => `import { defineModel } from "@parley-team/parley";
export const models = Object.entries(${JSON.stringify(plans)}).map(([name, plan]) => {
  let at = 0;
  return defineModel({
    name,
    reply: ({ messages }) => {
      const action = plan[at++];
      if (action) return { text: "", toolCalls: [{ call: "c" + at, tool: "house", args: JSON.stringify({ house: "${house}", ...action }) }] };
      return { text: JSON.stringify(messages.at(-1)) };
    },
  });
});
`;

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

test.each(["arithmetic.yml", "optimisation.yml", "debate.yml", "house.yml", "small.yml", "code.yml"])(
  "%s: nothing is solved by silence, by the question said again, by many words, or by naming all that may be right",
  async (name) => {
    const { source, cases } = casesOf(name);
    const [scorer] = createScorers(source.settings.score, {
      runProgram: () => Promise.reject(new Error("there is nothing to run")),
      ask: () => () => Promise.reject(new Error("nobody is asked")),
      own: new Map(),
    });
    const run = { turns: 1, ...NOTHING_SPENT, elapsedMs: 1 };
    const solvedBy = async (answerTo: (one: (typeof cases)[number]) => string) => {
      const solved: string[] = [];
      for (const one of cases)
        if ((await scorer?.score({ case: one, thread: one.id, tries: 1, answer: answerTo(one), run }))?.passed) solved.push(one.id);
      return solved;
    };
    expect(await solvedBy(() => "")).toEqual([]);
    expect(await solvedBy(() => "I am sure that this is right: it is the only answer that there can be, and every test passes.")).toEqual(
      [],
    );
    expect(await solvedBy(({ input }) => input)).toEqual([]);
    // Of numbers the last one is the answer: whoever names all of them has given that one alone.
    for (const all of [cases, cases.toReversed()]) {
      const named = all.map(({ expected }) => expected).filter((expected) => expected !== undefined);
      const last = name === "small.yml" ? [] : cases.filter(({ expected }) => expected !== undefined && expected === named.at(-1));
      expect(await solvedBy(() => `It may be ${named.map(String).join(", or ")}.`)).toEqual(last.map(({ id }) => id));
    }
    const others = ({ fields }: (typeof cases)[number]) =>
      [fields["not"], fields["tempting"]].flat().filter((other) => other !== undefined);
    const known = cases.filter((one) => others(one).length > 0).map(({ id }) => id);
    expect((await solvedBy((one) => `It is ${[one.expected, ...others(one)].join(", or ")}.`)).filter((id) => known.includes(id))).toEqual(
      [],
    );
  },
);

test("small: no question has its own answer in it", () => {
  for (const one of casesOf("small.yml").cases) expect([one.id, one.input.includes(String(one.expected))]).toEqual([one.id, false]);
});

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
          const verdict = await scorer?.score({
            case: one,
            thread: `${one.id}-${index}`,
            tries: 1,
            answer: `\`\`\`python\n${code}\n\`\`\``,
            run,
          });
          verdicts.push(verdict?.passed);
        }
        expect([one.id, ...verdicts]).toEqual([one.id, true, false]);
      }
    } finally {
      await executor.close();
    }
  },
);
