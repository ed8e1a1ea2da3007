import { expect, test } from "vitest";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import { createLeader } from "../../../src/runner/leader.ts";
import { createRetention, type RetentionRules } from "../../../src/runner/upkeep/retention.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { commitOf, said, started, stopped } from "../../../src/store/contracts/commits.ts";
import { fakeClock, settled } from "../../../src/store/contracts/fake-clock.ts";

const DAY_MS = 24 * 3_600_000;
const ANA = { id: "U0ANA", name: "Ana" };

async function kept(rules: Partial<RetentionRules>) {
  const clock = fakeClock();
  const opened = openSqlite({ path: ":memory:", ...clock });
  const { store, settings, forgetter, audit } = opened;
  const forgetting = { ...createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "if small" }) };
  const lines: string[] = [];
  const retention = createRetention({
    rules: { keep: ["costs", "audit"], removedWorkspaceDays: 30, auditDays: 1_000, ...rules },
    forgetting,
    forgetter,
    audit,
    clock,
    log: (line) => void lines.push(line),
  });
  const say = async (thread: string, text: string) => {
    const { length } = await store.load(thread, 0);
    await store.commit(commitOf(thread, length, [started(), said(text), stopped()], { at: new Date(clock.now()).toISOString() }));
  };
  const decide = (subject: string) =>
    settings.record({ workspace: "T1", person: ANA, deed: "stop", subject, allowed: true, detail: `about ${subject}` });
  const words = async (thread: string) => JSON.stringify(await store.load(thread, 0));
  return { ...opened, clock, forgetting, retention, lines, say, decide, words };
}

test("once a day, what nobody has touched for so long loses its words; what was touched since does not, and nothing is forgotten twice", async () => {
  const { store, clock, retention, lines, say, words } = await kept({ days: 10 });
  await say("T1/C1/1", "old");
  await clock.advance(5 * DAY_MS);
  await say("T1/C1/2", "young");
  retention.start();
  await clock.advance(4 * DAY_MS);
  expect(await words("T1/C1/1")).toContain("old");
  await clock.advance(2 * DAY_MS);
  expect(await words("T1/C1/1")).toContain("(forgotten)");
  expect(await words("T1/C1/2")).toContain("young");
  // Words that come later are forgotten in their turn.
  await say("T1/C1/1", "again");
  await clock.advance(20 * DAY_MS);
  expect(await words("T1/C1/1")).not.toContain("again");
  expect(lines).toEqual([
    "1 thread in which nothing had happened for 10 days were forgotten",
    ...Array.from({ length: 2 }, () => "1 thread in which nothing had happened for 10 days were forgotten"),
  ]);
  await retention.close();
  await store.close();
});

test("without costs to keep, nothing of a thread stays; without the audit log to keep, its entries go as early", async () => {
  const { store, settings, clock, retention, say, decide } = await kept({ days: 10, keep: [] });
  await say("T1/C1/1", "old");
  await decide("T1/C1/1");
  await clock.advance(11 * DAY_MS);
  await decide("T1/C1/2");
  retention.start();
  await settled();
  await expect.poll(() => store.load("T1/C1/1", 0)).toEqual([]);
  expect(await store.recent(9)).toEqual([]);
  await expect.poll(async () => (await settings.decisions("T1", { limit: 9 })).map(({ subject }) => subject)).not.toContain("T1/C1/1");
  await retention.close();
  await store.close();
});

test("nothing is forgotten by itself where the team file says nothing; entries of the audit log go after their own time", async () => {
  const { store, settings, audit, clock, retention, say, decide, words } = await kept({ auditDays: 100 });
  await say("T1/C1/1", "old");
  await decide("first");
  await clock.advance(99 * DAY_MS);
  await decide("second");
  retention.start();
  await clock.advance(2 * DAY_MS);
  expect(await words("T1/C1/1")).toContain("old");
  expect((await settings.decisions("T1", { limit: 9 })).map(({ subject }) => subject)).toEqual(["second"]);
  expect((await audit.check()).problems).toEqual([]);
  await retention.close();
  await store.close();
});

test("a workspace whose app was removed is forgotten after its time, and not when it has come back", async () => {
  const { store, clock, retention, say, words } = await kept({});
  for (const workspace of ["T1", "T2"]) {
    await store.commit(commitOf(`${workspace}/C1/1`, 0, [started(), said("words"), stopped()], { workspace }));
    await store.putNote(`removed/${workspace}`, new Date(clock.now()).toISOString());
  }
  await store.putNote("removed/T2", "");
  retention.start();
  await clock.advance(29 * DAY_MS);
  expect(await words("T1/C1/1")).toContain("words");
  await clock.advance(2 * DAY_MS);
  expect(await words("T1/C1/1")).not.toContain("words");
  expect(await words("T2/C1/1")).toContain("words");
  expect(say).toBeDefined();
  await retention.close();
  await store.close();
});

test("of two processes over one store one looks at a time, and when it goes the other goes on", async () => {
  const clock = fakeClock();
  const one = openSqlite({ path: ":memory:", ...clock });
  const other = one.beside();
  const looks: string[] = [];
  const leads = ({ store, forgetter, audit }: Pick<typeof one, "store" | "forgetter" | "audit">, name: string) =>
    createLeader({
      store,
      key: "retention",
      create: () =>
        createRetention({
          rules: { keep: [], removedWorkspaceDays: 30, auditDays: 1_000 },
          forgetting: { forget: async () => undefined, resume: async () => undefined },
          forgetter: { ...forgetter, removed: async () => (looks.push(name), []) },
          audit,
          clock,
          log: () => undefined,
        }),
      clock,
      log: () => undefined,
    });
  const [first, second] = [leads(one, "one"), leads(other, "other")];
  first.start();
  second.start();
  await expect.poll(() => looks).toEqual(["one"]);
  await clock.advance(DAY_MS);
  await expect.poll(() => looks).toEqual(["one", "one"]);
  await first.close();
  await one.store.close();
  await expect.poll(() => looks).toEqual(["one", "one", "other"]);
  await second.close();
  await other.store.close();
});

test("where what a crash broke off cannot be carried on, the operator is told, and what is old is forgotten all the same", async () => {
  const opened = await kept({ days: 10, keep: ["costs"], auditDays: 5 });
  const { store, settings, clock, retention, lines, say, decide, words } = opened;
  await say("T1/C1/1", "old");
  await decide("first");
  await clock.advance(11 * DAY_MS);
  opened.forgetting.resume = () => Promise.reject(new Error("a row cannot be read"));
  retention.start();
  await expect.poll(() => words("T1/C1/1")).not.toContain("old");
  await expect.poll(async () => (await settings.decisions("T1", { limit: 9 })).map(({ subject }) => subject)).not.toContain("first");
  expect(lines).toEqual([
    "what was being forgotten could not be carried on; it is tried again in a day",
    "1 thread in which nothing had happened for 10 days were forgotten",
  ]);
  await retention.close();
  await store.close();
});
