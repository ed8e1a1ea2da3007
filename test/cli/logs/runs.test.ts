import { beforeAll, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { parley } from "../here.ts";

const cwd = folderWith({});
const env = { PARLEY_DB: "log.db" };
const MARIA = { id: "U1", name: "Maria" };
const JONAS = { id: "U2", name: "\u001b[31mJonas" };

const started = (run: string, team: string, startedBy = MARIA): EventBody => ({ type: "run.started", run, team, startedBy });
const asked = (text: string, person = MARIA): EventBody => ({ type: "message.posted", person, text, id: text });
const selected: EventBody = { type: "speaker.selected", agent: "Ana", by: "policy" };
const spoke = (usd?: number): EventBody => ({
  type: "message.posted",
  agent: "Ana",
  text: "So.",
  usage: { inputTokens: 100, outputTokens: 10, ...(usd === undefined ? {} : { usd }) },
});
const stopped = (run: string, outcome: "done" | "failed"): EventBody => ({ type: "run.stopped", run, outcome, reason: "so", reasons: [] });

beforeAll(async () => {
  const { store } = openSqlite({ path: `${cwd}/log.db` });
  const threads: readonly (readonly [string, string, readonly EventBody[]])[] = [
    ["T1/C1/1.1", "21", [started("T1/C1/1.1#1", "debate"), asked("Cats or dogs?"), selected, spoke(0.5), stopped("T1/C1/1.1#1", "done")]],
    [
      "T1/C1/2.2",
      "22",
      [
        started("T1/C1/2.2#1", "coding", JONAS),
        asked("Write\nit", JONAS),
        selected,
        spoke(),
        { type: "run.paused", run: "T1/C1/2.2#1", person: MARIA },
      ],
    ],
    ["T1/C1/1.1", "23", [started("T1/C1/1.1#5", "debate"), asked("And birds?"), selected]],
  ];
  const lengths = new Map<string, number>();
  for (const [thread, day, events] of threads) {
    const afterSeq = lengths.get(thread) ?? 0;
    await store.commit({ thread, workspace: "T1", afterSeq, at: `2026-11-${day}T12:00:00.000Z`, events, posts: [], wake: "none" });
    lengths.set(thread, afterSeq + events.length);
  }
  await store.close();
});

const runs = async (...args: readonly string[]) => (await parley(["runs", ...args], { cwd, env })).out.trimEnd().split("\n");
const asJson = async (...args: readonly string[]) => (await runs("--json", ...args)).map((line) => JSON.parse(line) as { run: string });

test("lists runs with their state, team, starter, cost and task; no terminal is commanded", async () => {
  const lines = (await runs()).map((line) => line.split(/ {2,}/));
  expect(lines).toEqual([
    ["since (UTC)", "state", "team", "started by", "turns", "cost", "run", "task"],
    ["2026-11-23 12:00", "running", "debate", "Maria", "0", "$0.0000", "T1/C1/1.1#5", "And birds?"],
    ["2026-11-21 12:00", "done", "debate", "Maria", "1", "$0.5000", "T1/C1/1.1#1", "Cats or dogs?"],
    ["2026-11-22 12:00", "paused", "coding", "Jonas", "1", "cost unknown", "T1/C1/2.2#1", "Write it"],
  ]);
});

test("as JSON for programs: one line each, and no price that nobody knows", async () => {
  expect(await asJson("--team", "coding")).toEqual([
    {
      run: "T1/C1/2.2#1",
      thread: "T1/C1/2.2",
      startedAt: "2026-11-22T12:00:00.000Z",
      state: "paused",
      team: "coding",
      startedBy: "\u001b[31mJonas",
      task: "Write\nit",
      turns: 1,
      tokens: 110,
      priced: false,
    },
  ]);
});

test("only those of a state, of a team, and so many", async () => {
  expect((await asJson("--state", "done")).map(({ run }) => run)).toEqual(["T1/C1/1.1#1"]);
  expect((await asJson("--limit", "1")).map(({ run }) => run)).toEqual(["T1/C1/1.1#5"]);
  expect((await asJson("--team", "debate", "--limit", "2")).map(({ run }) => run)).toEqual(["T1/C1/1.1#5", "T1/C1/1.1#1"]);
  expect(await runs("--state", "failed")).toEqual(["There are no such runs."]);
});
