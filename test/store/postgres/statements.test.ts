import pg from "pg";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import type { Work } from "../../../src/store/dispatch.ts";
import { AT, commitOf, said, started } from "../../../src/store/contracts/commits.ts";
import { until } from "../../../src/store/contracts/fake-clock.ts";
import { gathered } from "../../../src/store/postgres/server/gather.ts";
import { addressOf } from "../../../src/store/postgres/server/address.ts";
import { openConnection } from "../../../src/store/postgres/server/connection.ts";
import { PAIR } from "../../support/journey.ts";
import { PATIENCE_MS } from "../../support/patience.ts";
import { describeOnPostgres, openedStores } from "../../support/postgres.ts";
import { NORTH, openMany } from "../../support/slack/installing.ts";

test("those who ask in one breath, or while others are answered, are answered together, and what cannot be read of one is its own trouble", async () => {
  const asked: string[][] = [];
  const gate = Promise.withResolvers<void>();
  const read = gathered(async (keys: readonly string[]) => {
    asked.push([...keys]);
    await gate.promise;
    if (keys.includes("damaged")) throw Object.assign(new Error("invalid page"), { code: "XX001" });
    return keys.map((key) => key.toUpperCase());
  }, 3);
  const answers: Promise<string>[] = [];
  const ask = (...keys: readonly string[]) => answers.push(...keys.map((key) => read(key).catch(() => "cannot be read")));
  for (const keys of [["a", "b"], ["c"], ["d"]]) {
    ask(...keys);
    await Promise.resolve();
  }
  ask("e", "damaged", "f", "g");
  await Promise.resolve();
  expect(asked).toEqual([["a", "b"], ["c"], ["d"]]);
  gate.resolve();
  expect(await Promise.all(answers)).toEqual(["A", "B", "C", "D", "E", "cannot be read", "F", "G"]);
  expect(asked.slice(3)).toContainEqual(["e", "damaged", "f"]);
});

/** Each process says every few seconds that it is there, and hears what it missed; and each connection is told once how it is used. */
const BEAT =
  /^(SELECT set_config|UPDATE openers|SELECT 1 FROM openers|DELETE FROM changes|SELECT now\.\*|SELECT version FROM parley_version)/;

/** What this process asks a server for from here on, BEGIN and COMMIT among it, but for what each does by itself. */
function statements(): { taken(): readonly string[]; given(): string } {
  const asks = vi.spyOn(pg.Client.prototype, "query");
  onTestFinished(() => asks.mockRestore());
  return {
    taken() {
      const texts = asks.mock.calls.map(([one]: readonly unknown[]) => (typeof one === "string" ? one : (one as { text: string }).text));
      asks.mockClear();
      return texts.filter((sql) => !BEAT.test(sql.trim()));
    },
    /** All that was handed over with them since. */
    given: () => JSON.stringify(asks.mock.calls.map(([one]: readonly unknown[]) => (one as { readonly values?: unknown }).values)),
  };
}

describeOnPostgres("what is asked of the server", (server) => {
  const { open, closeAll, settled } = openedStores(server);
  afterEach(closeAll);

  test("a turn is taken, recorded and let go of in four statements, and what it posts is marked in two", async () => {
    const { store, dispatch } = await open(server.address());
    const asked = statements();
    await store.commit(commitOf("T1/C1/1", 0, [started()], { wake: "now" }));
    expect(asked.taken()).toHaveLength(1);
    const taken: Work[] = [];
    dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, async ({ key, claim, ...work }) => {
      taken.push({ key, claim, ...work });
      const posts = [{ event: 0, kind: "turn", part: 0 }];
      await store.commit(commitOf(key, 1, [said("Hello.")], { claim, posts, accounts: ["workspace"], wake: "none" }));
    });
    await until(() => taken.length === 1);
    await settled();
    const looks = (sql: string) => /^SELECT (threads\.name|least)/.test(sql) || sql.includes('"mark"');
    expect(asked.taken().filter((sql) => !looks(sql) && !sql.includes("pg_notify($2"))).toHaveLength(4);
    const [post] = await store.duePosts("T1/C1/1", 1);
    asked.taken();
    await store.markSending(post?.id ?? 0, AT);
    await store.markDelivered(post?.id ?? 0, { receipt: "1.1" });
    expect(asked.taken()).toHaveLength(2);
    await store.putNote("k", "1");
    await store.swapNote("k", "1", "2");
    await store.receive({ id: "e", at: AT, body: "{}", lane: "T1/C1/1" });
    expect(asked.taken()).toHaveLength(3);
    expect(await store.exclusively("k", async () => asked.taken().length)).toBe(2);
    expect(asked.taken()).toHaveLength(1);
  });

  test("what waits for a row looks at it anew: a commit behind another is stale, and a wake-up beside the end of its turn is kept", async () => {
    const address = server.address();
    const { store, dispatch } = await open(address);
    const connection = await openConnection(addressOf(address));
    onTestFinished(() => connection.close());
    const lockWaits = () => server.sql("SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
    const waits = async () => {
      await expect.poll(lockWaits, { timeout: PATIENCE_MS }).toHaveLength(1);
    };
    await store.commit(commitOf("T1/C1/1", 0, [started()], { wake: "now" }));
    const late = await connection.transaction(async (within) => {
      await within("UPDATE threads SET last_seq = 2");
      const commit = store.commit(commitOf("T1/C1/1", 1, [said("Late.")], { accounts: ["workspace"], wake: "none" }));
      await waits();
      return { commit };
    });
    expect(await late.commit).toEqual({ kind: "stale", lastSeq: 2 });
    expect(await store.load("T1/C1/1", 0)).toHaveLength(1);
    const taken: string[] = [];
    const end = Promise.withResolvers<void>();
    dispatch.serve("turn", { slots: 1, perWorkspace: 1, onBug: () => undefined }, async ({ key }) => {
      taken.push(key);
      if (taken.length === 1) await end.promise;
    });
    await until(() => taken.length === 1);
    await connection.transaction(async (within) => {
      await within("UPDATE ready SET version = nextval('versions')");
      end.resolve();
      await waits();
    });
    await until(() => taken.length === 2);
    await expect.poll(() => connection.query("SELECT 1 FROM ready"), { timeout: PATIENCE_MS }).toEqual([]);
  });

  test("what a process lets go of as it ends another one takes at once, told of it and without a look at the time", async () => {
    const address = server.address();
    // No time passes: nothing is looked for again by itself.
    const clock = { now: () => Date.parse(AT), sleep: () => new Promise<never>(() => undefined) };
    const [ending, other] = [await open(address, clock), await open(address, clock)];
    await ending.store.commit(commitOf("T1/C1/1", 0, [started()], { wake: "now" }));
    const [taken, over] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const bugs: unknown[] = [];
    const options = { slots: 1, perWorkspace: 1, onBug: (error: unknown) => void bugs.push(error) };
    const serving = ending.dispatch.serve("turn", options, async ({ key, claim }) => {
      taken.resolve();
      await over.promise;
      // As a runner gives a turn up.
      await ending.store.commit(commitOf(key, 1, [], { claim, wake: "now" }));
    });
    await taken.promise;
    await settled();
    const gone = Promise.withResolvers<Work>();
    other.dispatch.serve("turn", options, async (work) => gone.resolve(work));
    await settled();
    const asked = statements();
    over.resolve();
    const stopped = serving.stop();
    expect(await gone.promise).toMatchObject({ key: "T1/C1/1", failures: 0 });
    // The commit, a try too early, the release, and the taking; looks and what is told of the stop run beside them.
    const own = asked.taken().filter((sql) => /INSERT INTO claims|DELETE FROM claims|INSERT INTO events|AS version/.test(sql));
    expect(own.length).toBeLessThanOrEqual(STATEMENTS_TO_HAND_OVER_MAX);
    await stopped;
    expect(bugs).toEqual([]);
  });

  test("threads that wait for a person are not asked about at a start, but for what is read back in Slack", async () => {
    const database = server.address();
    await server.prepare(database);
    const begun = await openMany({ file: PAIR, replies: {}, database });
    expect((await begun.install(NORTH)).status).toBe(200);
    /** Whoever leads has dealt with all, and noted it. */
    const untilShown = async ({ parley, clock }: typeof begun) => {
      const noted = async () => (await parley.store.note(`shown/${NORTH}`))?.slice(0, 24);
      const before = await noted();
      const look = async () => {
        clock.pass(31_000);
        return noted();
      };
      await expect.poll(look, { timeout: PATIENCE_MS }).not.toBe(before);
    };
    await untilShown(begun);
    const at = new Date(begun.clock.now() - 3_600_000).toISOString();
    const nameOf = (nth: number) => `${NORTH}/C0PARKED/${1_700_000_000 + nth}.000100`;
    const asks = { type: "handoff.made", agent: "Ana", to: "human", text: "Which way?" } as const;
    for (let nth = 0; nth < 20; nth++)
      await begun.parley.store.commit({ ...commitOf(nameOf(nth), 0, [started(), asks]), at, workspace: NORTH, wake: "none" });
    await untilShown(begun);
    await begun.stop();
    const asked = statements();
    const again = await begun.again();
    await untilShown(again);
    const named = new Set(asked.given().match(/[a-z-]+\/T0NORTH\/C0PARKED/g));
    expect([...named].filter((name) => !name.startsWith("read-back/"))).toEqual([]);
  });

  test("an answer takes no more statements than it needs, from the mention to the card that says that it is done", async () => {
    const database = server.address();
    await server.prepare(database);
    const { pair } = PAIR.teams;
    const file = { ...PAIR, teams: { pair: { ...pair, agents: pair.agents.slice(1) } } };
    const one = await openMany({ file, replies: { Ben: ["Blue. DONE", "Green. DONE"] }, database });
    expect((await one.install(NORTH)).status).toBe(200);
    const asked = statements();
    await (await one.mention(NORTH, "@parley choose a colour")).ended();
    await one.quiet();
    asked.taken();
    await (await one.mention(NORTH, "@parley choose another")).ended();
    await one.quiet();
    const all = asked.taken();
    expect(all.length).toBeLessThanOrEqual(STATEMENTS_AN_ANSWER_MAX);
  });
});

const STATEMENTS_AN_ANSWER_MAX = 100;
const STATEMENTS_TO_HAND_OVER_MAX = 6;
