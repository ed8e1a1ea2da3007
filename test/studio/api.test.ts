import { expect, test } from "vitest";
import type { z } from "zod";
import { Event, FiltersAnswer, RunAnswer, RunsAnswer, SessionAnswer } from "../../src/studio/api/shapes.ts";
import { runEvents, studio, write } from "./studio.ts";

/** As its shape says, and with nothing that the shape does not name. */
const held = <T extends z.ZodType>(shape: T, answer: unknown): z.infer<T> => {
  const parsed = shape.parse(answer);
  expect(answer).toEqual(parsed);
  return parsed;
};
const RUN = `/api/v1/runs/${encodeURIComponent("T1/C1/1.1")}/1`;

test("lists tell what waits, what goes on and what is over, page by page, each as its shape says", async () => {
  const open = studio();
  const going = runEvents({ id: "g", over: false }).slice(0, 5);
  await write(open, { thread: "T1/C1/8.1", events: runEvents({ id: "w", task: "Ask me", over: false }) });
  await write(open, { thread: "T1/C1/9.1", events: going });
  for (let nth = 0; nth < 5; nth++)
    await write(open, {
      thread: `T1/C1/${nth}.1`,
      at: `2026-01-0${nth + 1}T10:00:00.000Z`,
      events: runEvents({ id: `r${nth}`, task: `task ${nth}` }),
    });
  await write(open, { thread: "evaluation:sums-1/eval-sums-1-1-1-1" });
  const { json } = await open.enter();
  // Runs of an evaluation have a page of their own, and are there by their address; among the workspaces of people they are not.
  expect(held(SessionAnswer, await json("/api/v1/session")).workspaces).toEqual(["T1"]);
  expect(held(RunsAnswer, await json("/api/v1/runs?workspace=evaluation%3Asums-1")).found).toHaveLength(1);
  const first = held(RunsAnswer, await json("/api/v1/runs?workspace=T1&limit=3"));
  expect(first.waiting).toMatchObject([{ task: "Ask me", state: "waiting", waitsFor: ["Ana: Which meadow?"], usd: 1 }]);
  expect(first.going).toMatchObject([{ state: "running", turns: 0 }]);
  expect(first.found.map(({ task }) => task)).toEqual(["task 4", "task 3", "task 2"]);
  const second = held(RunsAnswer, await json(`/api/v1/runs?workspace=T1&limit=3&older=${encodeURIComponent(first.older ?? "")}`));
  expect(second).toMatchObject({
    waiting: [],
    going: [],
    found: [{ task: "task 1" }, { task: "task 0", state: "done", usd: 1.5, turns: 1 }],
  });
  expect(second.older).toBeUndefined();
  const found = async (query: string) => held(RunsAnswer, await json(`/api/v1/runs?workspace=T1&${query}`)).found.map(({ task }) => task);
  expect(await found("q=task+3")).toEqual(["task 3"]);
  expect(await found("from=2026-01-02&to=2026-01-03")).toEqual(["task 2", "task 1"]);
  expect(await found("usdMin=2")).toEqual([]);
  expect(await found("state=failed")).toEqual([]);
  expect(held(RunsAnswer, await json("/api/v1/runs?workspace=T1&state=waiting"))).toMatchObject({ waiting: [{}], going: [], found: [] });
  held(FiltersAnswer, await json("/api/v1/runs/filters?workspace=T1"));
});

test("a run is told with its task and its own events alone, in pages", async () => {
  const open = studio();
  await write(open, { events: [...runEvents(), ...runEvents({ id: "second", task: "Again" })] });
  const { json, get } = await open.enter();
  const whole = held(RunAnswer, await json(RUN));
  expect(whole.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(whole.run).toMatchObject({ task: "Count the marmots", state: "done", turns: 1, inputTokens: 300, usd: 1.5 });
  expect(held(RunAnswer, await json(`${RUN}?after=5`)).events.map(({ seq }) => seq)).toEqual([6, 7]);
  for (const url of [RUN.replace(/1$/, "3"), RUN.replace(/1$/, "0"), RUN.replace(/1$/, "x"), RUN.replace("1.1", "none")])
    expect([url, (await get(url)).status]).toEqual([url, 404]);
});

test("the words that stand in front of a run's start are its task, and no part of the run before", async () => {
  const open = studio();
  const [started, task, ...rest] = runEvents({ id: "second", task: "Again" });
  await write(open, { events: [...runEvents(), task!, started!, ...rest] });
  const { json } = await open.enter();
  expect(held(RunAnswer, await json(RUN)).events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  const second = held(RunAnswer, await json(RUN.replace(/1$/, "9")));
  expect([second.run.task, second.events[0]?.seq]).toEqual(["Again", 8]);
});

test("a fork has cost what it took itself, in the list and on its page", async () => {
  const open = studio();
  const [started, ...rest] = runEvents({ id: "fork" });
  const fork = { ...started, forkedFrom: { run: "r", seq: 4, team: "pair" } } as typeof started;
  await write(open, { events: [fork!, ...rest] });
  const { json } = await open.enter();
  expect(held(RunAnswer, await json(RUN)).run).toMatchObject({ usd: 0.5, inputTokens: 100 });
  expect(held(RunsAnswer, await json("/api/v1/runs?workspace=T1")).found).toMatchObject([{ usd: 0.5, inputTokens: 100 }]);
});

test("a page behind the first is read without what stands before it", async () => {
  const open = studio();
  await write(open, { events: [...runEvents(), ...runEvents({ id: "second", task: "Again" })] });
  const { json } = await open.enter();
  const first = held(RunAnswer, await json(RUN));
  open.loads.length = 0;
  const behind = held(RunAnswer, await json(`${RUN}?after=5`));
  expect([behind.events.map(({ seq }) => seq), behind.run]).toEqual([[6, 7], first.run]);
  expect(open.loads).toEqual([5]);
  // What it was is looked up again after a while, and when the page is of nowhere in it.
  expect(held(RunAnswer, await json(`${RUN}?after=9`)).events).toEqual([]);
  open.pass(6_000);
  await json(`${RUN}?after=5`);
  expect(open.loads).toEqual([5, 0, 0]);
});

test("what is asked wrongly is told with the mend", async () => {
  const { enter } = studio();
  const { get } = await enter();
  for (const [query, says] of [
    ["", "workspace"],
    ["workspace=T1&from=yesterday", "from"],
    ["workspace=T1&limit=1000", "limit"],
    ["workspace=T1&state=lost", "state"],
  ] as const) {
    const answer = await get(`/api/v1/runs?${query}`);
    expect([answer.status, ((await answer.json()) as { error: { message: string } }).error.message]).toEqual([
      400,
      expect.stringContaining(says),
    ]);
  }
});

test("a run's events come as they are recorded, behind what a page has already", async () => {
  const open = studio();
  await write(open, { events: runEvents({ over: false }) });
  const { get } = await open.enter();
  const answer = await get(`${RUN}/events`, { "last-event-id": "5" });
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
  let told = "";
  const until = async (words: string) => {
    while (!told.includes(words)) told += (await reader.read()).value ?? "";
  };
  await until('"handoff.made"');
  await write(open, { after: 6, events: [{ type: "message.posted", person: { id: "U2", name: "Bob" }, text: "The upper one", id: "x" }] });
  await until("The upper one");
  await reader.cancel();
  const events = [...told.matchAll(/^data: (.*)$/gm)].map(([, data]) => held(Event, JSON.parse(data ?? "")));
  expect(events.map(({ seq }) => seq)).toEqual([6, 7]);
  expect(told).toContain("id: 7");
});

test("every route is in the OpenAPI document, with the shape of its answer", async () => {
  const { json } = await studio().enter();
  const { openapi, paths } = await json<{
    openapi: string;
    paths: { [path: string]: { [method: string]: { responses: object; parameters: { name: string }[] } } };
  }>("/api/v1/openapi.json");
  expect(openapi).toBe("3.1.0");
  expect(Object.keys(paths)).toEqual([
    "/session",
    "/runs",
    "/runs/filters",
    "/runs/changes",
    "/runs/{thread}/{seq}",
    "/runs/{thread}/{seq}/events",
    "/runs/{thread}/{seq}/requests/{event}",
    "/runs/{thread}/{seq}/forks",
    "/runs/{thread}/{seq}/files/{hash}",
    "/runs/{thread}/{seq}/acts",
    "/runs/{thread}/{seq}/words",
    "/runs/{thread}/{seq}/verdict",
    "/runs/{thread}/{seq}/limit",
    "/runs/{thread}/{seq}/stop",
    "/runs/{thread}/{seq}/budgets",
    "/playground/budgets",
    "/teams",
    "/teams/schema",
    "/teams/check",
    "/teams/{workspace}/{name}",
    "/teams/{workspace}/{name}/versions",
    "/runs/{thread}/{seq}/team",
    "/playground",
    "/teams/{workspace}/{name}/proposal",
    "/costs",
    "/quality",
    "/evaluations",
    "/evaluations/{id}",
    "/evaluations/{id}/cases",
  ]);
  expect(paths["/runs"]?.["get"]?.parameters.map(({ name }) => name)).toContain("q");
  expect(JSON.stringify(paths["/runs/{thread}/{seq}"]?.["get"]?.responses)).toContain('"limits"');
});
