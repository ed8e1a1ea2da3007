import { beforeAll, describe, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { parley } from "../here.ts";

const cwd = folderWith({});
const env = { PARLEY_DB: "log.db" };
const MARIA = { id: "U1", name: "Maria" };
const JONAS = { id: "U2", name: "Jonas" };
const used = (inputTokens: number, usd: number | undefined, more: object = {}) => ({
  inputTokens,
  outputTokens: 10,
  ...(usd === undefined ? {} : { usd }),
  ...more,
});

beforeAll(async () => {
  const { store } = openSqlite({ path: `${cwd}/log.db` });
  const threads = [
    [
      "T1/C1/1.1",
      "2026-11-22",
      MARIA,
      [said("Ana", used(100, 0.5, { cachedTokens: 80, reasoningTokens: 4 })), said("Ben", used(50, 0.25))],
    ],
    ["T1/C2/2.2", "2026-11-23", JONAS, [said("Ana", used(10, undefined))]],
    ["terminal-1", "2026-11-23", { id: "terminal", name: "\u001b[31mroot" }, [said("Ana", used(10, 0.1))]],
  ] as const;
  for (const [thread, day, startedBy, events] of threads)
    await store.commit({
      thread,
      workspace: "w",
      afterSeq: 0,
      at: `${day}T12:00:00.000Z`,
      events: [{ type: "run.started", run: `${thread}#1`, team: "t", startedBy }, ...events],
      posts: [],
      wake: "none",
    });
  await store.close();
});

function said(agent: string, usage: ReturnType<typeof used>): EventBody {
  return { type: "message.posted", agent, text: "", usage };
}

const costs = async (...args: readonly string[]) =>
  (await parley(["costs", ...args], { cwd, env })).out
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {2,}/));

describe("parley costs", () => {
  test("tells what each day took, and all of it; what is not known is said, and no 0", async () => {
    expect(await costs()).toEqual([
      ["day", "calls", "tokens in", "cached", "tokens out", "reasoning", "cost"],
      ["2026-11-22", "2", "150", "53%", "20", "4", "$0.7500"],
      ["2026-11-23", "2", "20", "0%", "20", "0", "$0.1000 or more"],
      ["total", "4", "170", "47%", "40", "4", "$0.8500 or more"],
    ]);
  });

  test.each([
    ["agent", ["Ana", "Ben"]],
    ["channel", ["C1", "terminal", "C2"]],
    ["person", ["Maria", "[31mroot".replace("[31m", ""), "Jonas"]],
    ["run", ["T1/C1/1.1#1", "terminal-1#1", "T1/C2/2.2#1"]],
  ])("by %s, the most expensive first", async (by, names) => {
    expect((await costs("--by", by)).slice(1, -1).map(([name]) => name)).toEqual(names);
  });

  test("of one day, since a day, and of one channel", async () => {
    expect((await costs("--day", "2026-11-22")).at(-1)).toEqual(["total", "2", "150", "53%", "20", "4", "$0.7500"]);
    expect((await costs("--since", "2026-11-23")).at(-1)?.[1]).toBe("2");
    expect((await costs("--channel", "C2")).at(-1)).toEqual(["total", "1", "10", "0%", "10", "0", "cost unknown"]);
    expect(await costs("--day", "2020-01-01")).toEqual([["Nothing was spent."]]);
  });

  test("as JSON, one line each, without an amount that nobody knows", async () => {
    const { out } = await parley(["costs", "--by", "person", "--json"], { cwd, env });
    const lines = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({
      by: "person",
      key: "U1",
      name: "Maria",
      calls: 2,
      inputTokens: 150,
      outputTokens: 20,
      cachedTokens: 80,
      cacheWriteTokens: 0,
      reasoningTokens: 4,
      usd: 0.75,
      priced: true,
    });
    expect(lines[2]).toMatchObject({ key: "U2", priced: false });
    expect(lines[2]).not.toHaveProperty("usd");
  });

  test.each([
    [["--by", "colour"], "--by is one of day, channel, person, run, agent"],
    [["--day", "2026-02-31"], "--day is a day"],
    [["--day", "soon"], "--day is a day"],
  ])("%j is told to be wrong", async (args, message) => {
    expect(await parley(["costs", ...args], { cwd, env })).toMatchObject({ code: 2, err: expect.stringContaining(message) as string });
  });
});

test("where a server counted nothing, what was estimated is told as about so much, alone and in the total", async () => {
  const here = folderWith({});
  const { store } = openSqlite({ path: `${here}/log.db` });
  await store.commit({
    thread: "T1/C1/1.1",
    workspace: "w",
    afterSeq: 0,
    at: "2026-11-22T12:00:00.000Z",
    events: [
      { type: "run.started", run: "r", team: "t", startedBy: MARIA },
      said("Ana", used(100, 0.5, { estimated: true })),
      said("Ben", used(50, 0.25)),
    ],
    posts: [],
    wake: "none",
  });
  await store.close();
  const { out } = await parley(["costs", "--by", "agent"], { cwd: here, env });
  expect(out.trimEnd().split("\n").map((line) => line.split(/ {2,}/))).toEqual([
    ["agent", "calls", "tokens in", "cached", "tokens out", "reasoning", "cost"],
    ["Ana", "1", "about 100", "0%", "about 10", "0", "about $0.5000"],
    ["Ben", "1", "50", "0%", "10", "0", "$0.2500"],
    ["total", "2", "about 150", "0%", "about 20", "0", "about $0.7500"],
  ]); // prettier-ignore
  const json = (await parley(["costs", "--by", "agent", "--json"], { cwd: here, env })).out.trim().split("\n");
  expect(json.map((line) => (JSON.parse(line) as { estimated?: true }).estimated)).toEqual([true, undefined]);
});
