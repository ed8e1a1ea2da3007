import { expect, test } from "vitest";
import type { z } from "zod";
import type { EventBody } from "../../src/engine/events/events.ts";
import { keptReport } from "../../src/eval/report/kept-report.ts";
import { gridsOf } from "../../src/eval/report/table.ts";
import { changesSince } from "../../src/eval/report/baseline.ts";
import { keptEvaluations, readEvaluations } from "../../src/eval/kept-evaluations.ts";
import { CostsAnswer, QualityAnswer } from "../../src/studio/api/cost-shapes.ts";
import { CasesAnswer, EvaluationAnswer, EvaluationsAnswer } from "../../src/studio/api/evaluation-shapes.ts";
import { keptEvaluation } from "./evaluations.ts";
import { ADA, runEvents, studio, write } from "./studio.ts";

const held = <T extends z.ZodType>(shape: T, answer: unknown): z.infer<T> => {
  const parsed = shape.parse(answer);
  expect(answer).toEqual(parsed);
  return parsed;
};
const BOB = { id: "U2", name: "Bob" };
const said = (agent: string, model: string, usd?: number): EventBody => ({
  type: "message.posted",
  agent,
  text: "",
  model,
  usage: { inputTokens: 1_000, outputTokens: 100, cachedTokens: 500, ...(usd === undefined ? {} : { usd }) },
});
const spent = (id: string, team: string, startedBy: typeof ADA, ...said: readonly EventBody[]): readonly EventBody[] => [
  { type: "run.started", run: id, team, startedBy },
  { type: "message.posted", person: startedBy, text: "Go", id: `${id}-m` },
  ...said,
];
const stopped = (id: string): EventBody => ({ type: "run.stopped", run: id, outcome: "done", reason: "", reasons: [] });
const thumb = (run: string, person: typeof ADA, helpful: boolean): EventBody => ({ type: "feedback.given", run, person, helpful });

test("costs are added up by day and by team, agent, model, place and person, of runs that are over and of those that go on", async () => {
  const open = studio();
  const at = (day: number) => `2026-01-0${day}T10:00:00.000Z`;
  await write(open, {
    thread: "T1/C1/1.1",
    at: at(1),
    events: [...spent("a", "pair", ADA, said("Ana", "large", 1), said("Ben", "small", 0.25)), stopped("a")],
  });
  await write(open, { thread: "T1/C2/2.1", at: at(2), events: [...spent("b", "solo", BOB, said("Ana", "large", 2)), stopped("b")] });
  // One that goes on, with a call whose price is not known.
  await write(open, { thread: "T1/C2/3.1", at: at(2), events: spent("c", "pair", BOB, said("Ben", "small")) });
  await open.runs.enter("T1");
  const { json } = await open.enter();
  const costs = async (query: string) => held(CostsAnswer, await json(`/api/v1/costs?workspace=T1&from=2026-01-01&to=2026-01-05&${query}`));
  const groups = async (by: string) => (await costs(`by=${by}`)).groups.map(({ key, name, usd, priced }) => [key, name, usd, priced]);
  expect(await groups("team")).toEqual([
    ["solo", undefined, 2, true],
    ["pair", undefined, 1.25, false],
  ]);
  expect(await groups("agent")).toEqual([
    ["Ana", undefined, 3, true],
    ["Ben", undefined, 0.25, false],
  ]);
  expect(await groups("model")).toEqual([
    ["large", undefined, 3, true],
    ["small", undefined, 0.25, false],
  ]);
  expect(await groups("place")).toEqual([
    ["T1/C2", undefined, 2, false],
    ["T1/C1", undefined, 1.25, true],
  ]);
  expect(await groups("person")).toEqual([
    ["U2", "Bob", 2, false],
    ["U1", "Ada", 1.25, true],
  ]);
  const all = await costs("");
  expect(all.total).toEqual({
    calls: 4,
    inputTokens: 4_000,
    outputTokens: 400,
    cachedTokens: 2_000,
    cacheWriteTokens: 0,
    reasoningTokens: 0,
    usd: 3.25,
    priced: false,
    estimated: false,
  });
  expect(all.days.map(({ day, usd, parts }) => [day, usd, parts])).toEqual([
    ["2026-01-01", 1.25, [{ key: "pair", usd: 1.25, tokens: 2_200 }]],
    [
      "2026-01-02",
      2,
      expect.arrayContaining([
        { key: "solo", usd: 2, tokens: 1_100 },
        { key: "pair", usd: 0, tokens: 1_100 },
      ]),
    ],
  ]);
  const second = held(CostsAnswer, await json("/api/v1/costs?workspace=T1&from=2026-01-02&to=2026-01-02"));
  expect([second.total.usd, second.days.length]).toEqual([2, 1]);
  expect(held(CostsAnswer, await json("/api/v1/costs?workspace=T1&from=2026-01-03&to=2026-01-02")).total.usd).toBe(0);
  // 30 days when nothing is said; the clock stands on the first day of the year.
  expect(held(CostsAnswer, await json("/api/v1/costs?workspace=T1"))).toMatchObject({
    from: "2025-12-03",
    to: "2026-01-01",
    total: { usd: 1.25 },
  });
});

test("only six groups have a part of a day of their own; what the others took is one sum", async () => {
  const open = studio();
  for (let nth = 1; nth <= 8; nth++)
    await write(open, {
      thread: `T1/C1/${nth}.1`,
      events: [...spent(`r${nth}`, `team ${nth}`, ADA, said("Ana", "m", nth)), stopped(`r${nth}`)],
    });
  const { json } = await open.enter();
  const { days, groups, more } = held(CostsAnswer, await json("/api/v1/costs?workspace=T1"));
  expect([groups.length, more]).toEqual([8, 0]);
  expect(days[0]?.parts).toHaveLength(7);
  expect(days[0]?.parts.find(({ key }) => key === undefined)).toEqual({ usd: 3, tokens: 2_200 });
});

test("what people say counts once for each of them and run, the last word of it, and a share of few is not told", async () => {
  const open = studio();
  const stances: readonly EventBody[] = [
    { type: "stance.given", agent: "Ana", of: 3, stance: "agree", reason: "" },
    { type: "stance.given", agent: "Ben", of: 3, stance: "disagree", reason: "no" },
  ];
  await write(open, { events: [...spent("r", "pair", ADA, said("Ana", "m", 1)), ...stances, stopped("r")] });
  const { json } = await open.enter();
  const quality = async () => held(QualityAnswer, await json("/api/v1/quality?workspace=T1&from=2026-01-01&to=2026-01-31")).teams;
  const none = { team: "pair", runs: 1, helpful: 0, unhelpful: 0, asked: 1, dissent: 1 };
  expect(await quality()).toEqual([none]);
  // Said of a run that is over for long, and thought better of.
  await write(open, { after: 6, events: [thumb("r", ADA, true), thumb("r", BOB, true)] });
  await write(open, { after: 8, events: [thumb("r", ADA, false)] });
  expect(await quality()).toEqual([{ ...none, helpful: 1, unhelpful: 1 }]);
  // Another run in the same thread, and one word more on the first.
  await write(open, { after: 9, events: [...spent("r2", "pair", ADA), stopped("r2"), thumb("r", ADA, true), thumb("r2", ADA, true)] });
  expect(await quality()).toEqual([{ ...none, runs: 2, helpful: 3 }]);
  for (let nth = 0; nth < 7; nth++)
    await write(open, {
      thread: `T1/C1/${nth}.2`,
      events: [...spent(`s${nth}`, "pair", ADA), stopped(`s${nth}`), thumb(`s${nth}`, ADA, nth > 0)],
    });
  const [team] = await quality();
  expect(team).toMatchObject({ runs: 9, helpful: 9, unhelpful: 1 });
  // Wilson's interval of 9 in 10.
  expect([team?.helpfulShare?.value, team?.helpfulShare?.low.toFixed(4), team?.helpfulShare?.high.toFixed(4)]).toEqual([
    0.9,
    "0.5958",
    "0.9821",
  ]);
  expect(team?.dissentShare).toBeUndefined();
});

test("an evaluation is told with the numbers of its report, and each case leads to its runs", async () => {
  const open = studio();
  const before = await keptEvaluation(open.store, { endOf: () => "wrong" });
  const id = await keptEvaluation(open.store, { cases: 60 });
  const { json, get } = await open.enter();
  const { evaluations } = held(EvaluationsAnswer, await json("/api/v1/evaluations"));
  expect(evaluations.map((one) => [one.id, one.cases])).toEqual([
    [id, 60],
    [before, 3],
  ]);
  const all = keptEvaluations(open.store);
  const { endedAt: _, ...stopped } = (await all.find(before))!;
  await all.put({ ...stopped, stoppedAtUsd: 0.5 });
  await all.put({ ...(await all.find(id))!, endedAt: "2026-01-05T10:00:00.000Z" });
  expect(held(EvaluationsAnswer, await json("/api/v1/evaluations")).evaluations.map((one) => [one.endedAt, one.stoppedAtUsd])).toEqual([
    ["2026-01-05T10:00:00.000Z", undefined],
    [undefined, 0.5],
  ]);
  const kept = readEvaluations(open.store);
  const report = await keptReport(kept, (await kept.find(id))!);
  const earlier = await keptReport(kept, (await kept.find(before))!);
  const one = held(EvaluationAnswer, await json(`/api/v1/evaluations/${id}`));
  expect(one.grids).toEqual(gridsOf(report));
  expect(one.cautions).toEqual(report.cautions);
  expect(one.solved).toEqual(report.teams.map(({ team, solved }) => ({ team, ...solved })));
  expect(one.ends).toEqual(report.teams.map(({ team, ends }) => ({ team, shares: ends })));
  expect(one.differences).toMatchObject([{ name: "solo − pair", ...report.pairs[0]!.difference }]);
  const against = held(EvaluationAnswer, await json(`/api/v1/evaluations/${id}?against=${before}`));
  expect(against.grids.at(-1)).toEqual(gridsOf(report, changesSince(earlier, report)).at(-1));
  expect(against.differences).toHaveLength(3);

  const first = held(CasesAnswer, await json(`/api/v1/evaluations/${id}/cases`));
  expect([first.cases.length, first.all, first.next]).toEqual([50, 60, 50]);
  expect(first.cases[0]).toMatchObject({ case: "case 1", runs: [{ team: "solo", end: "solved", seq: 2 }, {}, {}, {}] });
  const rest = held(CasesAnswer, await json(`/api/v1/evaluations/${id}/cases?after=50`));
  expect([rest.cases.length, rest.next]).toEqual([10, undefined]);
  expect(held(CasesAnswer, await json(`/api/v1/evaluations/${id}/cases?show=unsolved`)).all).toBe(31);
  expect(held(CasesAnswer, await json(`/api/v1/evaluations/${id}/cases?show=differing`)).all).toBe(31);
  const { thread, seq } = first.cases[1]!.runs[0]!;
  expect((await get(`/api/v1/runs/${encodeURIComponent(thread)}/${seq}`)).status).toBe(200);
  for (const path of [`/api/v1/evaluations/none`, `/api/v1/evaluations/${id}?against=none`, "/api/v1/evaluations/none/cases"])
    expect([path, (await get(path)).status]).toEqual([path, 404]);
});

test("whoever may see places alone is told of no evaluation", async () => {
  const open = studio({ access: { sightOf: async () => ({ kind: "places", workspace: "T1", places: ["T1/C1", ""] }) } });
  const id = await keptEvaluation(open.store);
  await write(open, { events: runEvents() });
  const { json, get } = await open.enter();
  expect(await json("/api/v1/evaluations")).toEqual({ evaluations: [] });
  expect((await get(`/api/v1/evaluations/${id}`)).status).toBe(404);
  expect((await get(`/api/v1/evaluations/${id}/cases`)).status).toBe(404);
});
