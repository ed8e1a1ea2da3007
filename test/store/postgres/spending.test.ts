import { afterEach, expect, test } from "vitest";
import type { EventBody } from "../../../src/engine/events/events.ts";
import { totalOf } from "../../../src/engine/limits/spending.ts";
import { placeOf } from "../../../src/store/fair-queue.ts";
import type { Opened } from "../../../src/store/own-store.ts";
import { runsInLogs } from "../../../src/store/runs/runs-in-logs.ts";
import { SPENDING_PAGE_ROWS } from "../../../src/store/runs/summed-spending.ts";
import { readSpending, TOLD_APART_BY, type SpendingWanted, type ThreadSpending } from "../../../src/store/spending.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { openPostgresReadOnly } from "../../../src/store/postgres/upkeep/reader.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";

const ADA = { id: "U1", name: "Ada" };
const BOB = { id: "U2", name: "Bob" };
const paid = (agent: string, model: string, usd?: number): EventBody => ({
  type: "message.posted",
  agent,
  text: "",
  model,
  usage: { inputTokens: 10, outputTokens: 1, ...(usd === undefined ? {} : { usd }) },
});
const events = (run: string, { team = "pair", by = ADA, said = [] as readonly EventBody[], over = true } = {}): readonly EventBody[] => [
  { type: "run.started", run, team, startedBy: by },
  ...said,
  ...(over ? ([{ type: "run.stopped", run, outcome: "done", reason: "", reasons: [] }] as const) : []),
];
const thumb = (run: string, person: typeof ADA, helpful: boolean): EventBody => ({ type: "feedback.given", run, person, helpful });
const stance = (agent: string, stance: "agree" | "disagree"): EventBody => ({ type: "stance.given", agent, of: 2, stance, reason: "" });

/** The same story in any store. */
async function story({ store, runs }: Pick<Opened, "store" | "runs">): Promise<void> {
  const put = async (thread: string, day: number, afterSeq: number, bodies: readonly EventBody[], workspace = "T1") => {
    const at = `2026-01-0${day}T10:00:00.000Z`;
    expect((await store.commit({ thread, workspace, afterSeq, at, events: bodies, posts: [], wake: "none" })).kind).toBe("ok");
  };
  await put(
    "T1/C1/1.1",
    1,
    0,
    events("a", {
      said: [
        { type: "message.posted", person: ADA, text: "Go", id: "m1" },
        paid("Ana", "large", 0.5),
        paid("Ben", "small", 0.25),
        stance("Ben", "disagree"),
      ],
    }),
  );
  await put("T1/C2/2.1", 2, 0, events("b", { team: "solo", by: BOB, said: [paid("Ana", "large")] }));
  await put("T1/C2/3.1", 3, 0, events("c", { said: [paid("Ana", "large", 1), stance("Ana", "agree")] }));
  await put("imported/1", 3, 0, events("d", { said: [paid("Ana", "large", 7)] }), "imported");
  await put("T2/C9/1.1", 3, 0, events("e", { said: [paid("Ana", "large", 9)] }), "T2");
  await runs.enter("T1");
  // Behind the end of a run that is entered; of one that goes on; and of one that has ended since.
  await put("T1/C1/1.1", 4, 6, [
    thumb("a", ADA, true),
    paid("Ana", "small", 0.125),
    ...events("f", { said: [paid("Ben", "large", 2)], over: false }),
  ]);
  await put("T1/C1/4.1", 4, 0, events("g", { by: BOB, said: [paid("Ben", "small", 0.5)] }));
  await put("T1/C2/2.1", 5, 3, [thumb("b", BOB, false), thumb("b", BOB, true), thumb("b", ADA, false)]);
}

const keyOf = ({ thread, run, agent, day, person, team, model }: ThreadSpending) => ({
  run: `${thread} ${run}`,
  place: placeOf(thread),
  person: person.id,
  agent,
  day,
  team,
  model,
});
const sums = (found: readonly ThreadSpending[], by: SpendingWanted["by"]) =>
  Object.fromEntries([...Map.groupBy(found, (one) => by.map((part) => keyOf(one)[part]).join(" "))].map(([key, of]) => [key, totalOf(of)]));

const WANTED: readonly Omit<SpendingWanted, "by">[] = [
  { since: "", workspace: "T1" },
  { since: "2026-01-02", workspace: "T1" },
  { since: "2026-01-01", until: "2026-01-03", workspace: "T1" },
  { since: "", workspace: "T1", places: ["T1/C2"] },
  { since: "", workspace: "T1", places: [] },
  { since: "" },
];

describeOnPostgres("spending and opinions on a server", (server) => {
  const { open, closeAll } = openedStores(server);
  afterEach(closeAll);

  test("what was spent is the same off the index of either store as off the logs, of days, places and workspaces", async () => {
    const address = server.address();
    const postgres = await open(address);
    const sqlite = openSqlite({ path: ":memory:" });
    for (const opened of [postgres, sqlite]) await story(opened);
    const ask = async (apart: readonly SpendingWanted["by"][]) => {
      const reader = await openPostgresReadOnly({ address });
      // Each is a connection of its own: what is told apart is tried of all once, where and when of one, and who only reads once.
      for (const [nth, wanted] of WANTED.entries())
        for (const by of nth === 0 ? apart : [["day", "model"] as const]) {
          const inLogs = sums(await Array.fromAsync(readSpending(sqlite.store, { ...wanted, by })), by);
          const found = [
            await postgres.runs.spending({ ...wanted, by }),
            await sqlite.runs.spending({ ...wanted, by }),
            await runsInLogs(sqlite.store).spending({ ...wanted, by }),
            ...(nth === 1 ? [await Array.fromAsync(readSpending(reader, { ...wanted, by }))] : []),
          ];
          expect([wanted, by, ...found.map((one) => sums(one, by))]).toEqual([wanted, by, ...found.map(() => inLogs)]);
        }
      await reader.close();
    };
    await ask([...TOLD_APART_BY.map((one) => [one]), TOLD_APART_BY]);
    for (const { runs } of [postgres, sqlite]) while (await runs.enter("T1"));
    await ask([TOLD_APART_BY]);
    await sqlite.store.close();
  });

  test("what people and agents thought of runs is the same in either store and in the logs, and goes with what is forgotten", async () => {
    const postgres = await open(server.address());
    const sqlite = openSqlite({ path: ":memory:" });
    for (const opened of [postgres, sqlite]) await story(opened);
    const of = { workspace: "T1", places: "all", endedFrom: "2026-01-01", endedBefore: "2026-01-08" } as const;
    const expected = [
      { team: "pair", runs: 3, helpful: 1, unhelpful: 0, asked: 2, dissent: 1 },
      { team: "solo", runs: 1, helpful: 1, unhelpful: 1, asked: 0, dissent: 0 },
    ];
    for (const runs of [postgres.runs, sqlite.runs, runsInLogs(sqlite.store)]) {
      expect(await runs.opinions(of)).toEqual(expected);
      expect(await runs.opinions({ ...of, places: ["T1/C2"], endedFrom: "2026-01-03" })).toEqual([
        { team: "pair", runs: 1, helpful: 0, unhelpful: 0, asked: 1, dissent: 0 },
      ]);
    }
    for (const { runs, forgetter } of [postgres, sqlite]) {
      await forgetter.message("T1/C1/1.1", { id: "m1", receipt: "" });
      expect(await runs.opinions(of)).toEqual(expected);
    }
    await sqlite.store.close();
  });

  test("a page of runs is followed by the next, and what a process of an older version has put down at length is read as well", async () => {
    const address = server.address();
    const postgres = await open(address);
    const schema = new URL(address).searchParams.get("schema") ?? "";
    const long = JSON.stringify([
      {
        run: "r",
        team: "pair",
        person: ADA,
        agent: "Ana",
        day: "2026-01-01",
        priced: true,
        usage: { ...totalOf([]).usage, usd: 0.5, calls: 1 },
      },
    ]);
    const count = SPENDING_PAGE_ROWS + 3;
    await server.sql(`
      INSERT INTO ${schema}.threads (name, workspace, last_seq, at, running) VALUES ('T1/C1/1.1', 'T1', 9, '2026-01-01T10:00:00.000Z', false);
      INSERT INTO ${schema}.runs (thread, seq, until, workspace, place, run, team, starter, ended_at, shown, spending, words, people)
        SELECT (SELECT id FROM ${schema}.threads), n, n, 'T1', 'T1/C1', 'r' || n, 'pair', 'U1', '2026-01-01T10:00:00.000Z',
          '{"team":"pair","startedBy":{"id":"U1","name":"Ada"}}', '${long}', '', '{}' FROM generate_series(1, ${count}) n`);
    const found = await postgres.runs.spending({ since: "", workspace: "T1", by: ["model"] });
    expect(found).toMatchObject([{ model: "", agent: "Ana", usage: { calls: count, usd: count / 2 } }]);
  });
});
