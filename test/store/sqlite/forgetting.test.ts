import { createHash } from "node:crypto";
import { once } from "node:events";
import { statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { forkChild } from "../../support/children.ts";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { checkSqlite } from "../../../src/store/sqlite/upkeep/check.ts";
import { PLANTED } from "./planted.ts";
import {
  ELSEWHERE,
  MINE,
  OPERATOR,
  SAME_PLACE,
  WORD,
  decision,
  expectWhole,
  forgotten,
  hits,
  newFolder,
  planted,
  troubleOf,
  usageOf,
  usdOf,
  bytesIn,
} from "./planted-database.ts";

test("a thread that is forgotten is in none of the files any more, byte by byte, and its costs and decisions stay", async () => {
  const { folder, path } = newFolder();
  const before = await planted(path);
  const log = await before.store.load(MINE, 0);
  await before.store.close();
  expect(hits(folder, WORD)).toBeGreaterThan(60);
  expect(hits(folder, `mark of ${MINE}`)).toBe(1);
  const size = statSync(path).size;

  await forgotten(path, { kind: "thread", thread: MINE });

  expect(hits(folder, `mark of ${MINE}`)).toBe(0);
  expect({ word: hits(folder, WORD.toLowerCase()) + hits(folder, WORD), file: hits(folder, before.hash) }).toEqual({
    // The person's own setting is not of the thread.
    word: 1,
    file: 0,
  });
  expect(statSync(path).size).toBeLessThan(size);
  const reader = openSqliteReadOnly({ path });
  const after = await reader.load(MINE, 0);
  expect(after.map(({ seq, type, at }) => [seq, type, at])).toEqual(log.map(({ seq, type, at }) => [seq, type, at]));
  expect(after.filter(({ forgotten: when }) => when === undefined).map(({ type }) => type)).toEqual([
    "question.expired",
    "approval.expired",
    "run.resumed",
  ]);
  expect(after.map(usageOf)).toEqual(log.map(usageOf));
  expect(JSON.stringify(after)).not.toContain(PLANTED.id);
  expect(await reader.spentOn("T1", `person/${PLANTED.id}`, "2026-11-23")).toMatchObject({ usd: expect.closeTo(usdOf(log)) });
  const decisions = await reader.settings.decisions("T1", { limit: 20 });
  expect(decisions.find(({ subject }) => subject.startsWith(MINE))).toMatchObject({
    person: PLANTED,
    deed: "deny",
    detail: "(forgotten)",
    forgotten: ["detail"],
  });
  expect(decisions[0]).toMatchObject({ deed: "forget", person: OPERATOR });
  // What is not of it is as it was.
  expect((await reader.load(SAME_PLACE, 0)).some(({ forgotten: when }) => when !== undefined)).toBe(false);
  expect(await reader.memory.recall("T1/C1", { query: "marimba", limit: 5 })).toHaveLength(1);
  await reader.close();
  await expectWhole(path);
});

test("a file that another thread has too stays, until that one is forgotten as well", async () => {
  const { folder, path } = newFolder();
  const { store, hash } = await planted(path);
  const file = { hash, name: "a.txt", mediaType: "text/plain", bytes: 20 };
  const message = { type: "message.posted" as const, person: PLANTED, text: "again", files: [file] };
  await store.commit({
    thread: "T1/C3/4.4",
    workspace: "T1",
    afterSeq: 0,
    at: "2026-11-23T10:00:00.000Z",
    events: [message],
    posts: [],
    wake: "none",
  });
  await store.close();
  await forgotten(path, { kind: "thread", thread: MINE });
  const reader = openSqliteReadOnly({ path });
  expect(
    createHash("sha256")
      .update((await reader.file(hash)) ?? "")
      .digest("hex"),
  ).toBe(hash);
  await reader.close();
  await forgotten(path, { kind: "thread", thread: "T1/C3/4.4" });
  expect(hits(folder, `the file of ${WORD}`)).toBe(0);
});

test("a place goes with all its threads, its memory and its settings; another place stays", async () => {
  const { folder, path } = newFolder();
  await (await planted(path)).store.close();
  await forgotten(path, { kind: "scope", scope: "T1/C1" });
  expect({ mine: hits(folder, `so ${WORD}`), same: hits(folder, "MARIMBA") }).toEqual({ mine: 0, same: 0 });
  expect(hits(folder, "GLOCKEN")).toBeGreaterThan(50);
  const reader = openSqliteReadOnly({ path });
  expect(await reader.memory.scopes()).toEqual([{ scope: "T1/C2", notes: 1 }]);
  expect((await reader.settings.list("T1", "")).map(({ name }) => name)).toEqual([`person/${PLANTED.id}`, "workspace"]);
  await reader.close();
  await expectWhole(path);
});

test("a workspace goes as a whole, but for what it has cost and that something was decided", async () => {
  const { folder, path } = newFolder();
  const { store } = await planted(path);
  const ofOneThread = usdOf(await store.load(MINE, 0));
  await store.close();
  await forgotten(path, { kind: "workspace", workspace: "T1" });
  for (const word of [WORD, "MARIMBA", "GLOCKEN", PLANTED.id, "Petra", "Otto", "U0OTHER", "Thea"])
    expect([word, hits(folder, word)]).toEqual([word, 0]);
  const reader = openSqliteReadOnly({ path });
  expect(await reader.spentOn("T1", "workspace", "2026-11-23")).toMatchObject({ usd: expect.closeTo(3 * ofOneThread) });
  expect((await reader.settings.decisions("T1", { limit: 20 })).map(({ deed }) => deed)).toEqual([
    "forget",
    "set allow",
    "set person",
    "set channel",
    "deny",
    "deny",
    "deny",
  ]);
  await reader.close();
  await expectWhole(path);
});

test("a person is in none of the files any more: not the name, not the id, not a word; others are as they were", async () => {
  const { folder, path } = newFolder();
  const { store } = await planted(path);
  const text = `${PLANTED.name} said so, <@${PLANTED.id}>, and Petra too`;
  const said = [
    { type: "message.posted" as const, agent: "Ana", text },
    { type: "message.posted" as const, person: PLANTED, text: `${WORD} in the run of another` },
  ];
  const { length } = await store.load(ELSEWHERE, 0);
  await store.commit({
    thread: ELSEWHERE,
    workspace: "T1",
    afterSeq: length,
    at: "2026-11-24T10:00:00.000Z",
    events: said,
    posts: [],
    wake: "none",
  });
  const ofMine = usdOf(await store.load(MINE, 0));
  await store.close();

  await forgotten(path, { kind: "person", person: PLANTED.id });

  for (const word of [WORD, PLANTED.id, PLANTED.name]) expect([word, hits(folder, word)]).toEqual([word, 0]);
  const reader = openSqliteReadOnly({ path });
  const [words, theirs] = (await reader.load(ELSEWHERE, length)) as { text: string; person?: { id: string; name: string } }[];
  // Who it was in all threads alike; that somebody called her Petra, nobody can know.
  const { id, name } = theirs?.person ?? { id: "", name: "" };
  expect({ id, name }).toEqual({
    id: expect.stringMatching(/^forgotten-[0-9a-f]{12}$/),
    name: expect.stringMatching(/^Somebody [0-9a-f]{4}$/),
  });
  expect(words?.text).toBe(`${name} said so, <@${name}>, and Petra too`);
  expect(theirs?.text).toBe("(forgotten)");
  expect((await reader.load(MINE, 0))[0]).toMatchObject({ startedBy: { id, name } });
  expect((await reader.settings.get("T1", "workspace"))?.value).toEqual({ allow: { approve: [id, "admins"] } });
  expect(await reader.spentOn("T1", `person/${id}`, "2026-11-23")).toMatchObject({ usd: expect.closeTo(ofMine) });
  expect(hits(folder, "MARIMBA")).toBeGreaterThan(50);
  await reader.close();
  await expectWhole(path);
});

test("what was left alone for long goes: without its words, or altogether where costs are not kept", async () => {
  for (const costs of [true, false]) {
    const { folder, path } = newFolder();
    await (await planted(path)).store.close();
    await forgotten(path, { kind: "older", before: "2026-11-24T00:00:00.000Z", costs, memory: true });
    expect(hits(folder, `so ${WORD}`)).toBe(0);
    const reader = openSqliteReadOnly({ path });
    expect((await reader.load(MINE, 0)).length > 0).toBe(costs);
    expect((await reader.spentOn("T1", "workspace", "2026-11-23")).usd > 0).toBe(costs);
    expect((await reader.memory.scopes()).length).toBe(2);
    await reader.close();
    await expectWhole(path);
  }
});

test("a forgetting that was broken off behind any of its steps is carried on by the next start, with one other name for one person", async () => {
  for (const target of [
    { kind: "person", person: PLANTED.id },
    { kind: "scope", scope: "T1/C1" },
  ] as const)
    for (let steps = 0; steps < 5; steps++) {
      const { folder, path } = newFolder();
      await (await planted(path)).store.close();
      const first = openSqlite({ path });
      const begun = await first.forgetter.begin(target, decision("forget"));
      const threads = await first.forgetter.threads(target);
      for (const thread of threads.slice(0, steps)) await first.forgetter.rewrite(begun, thread);
      if (steps > threads.length) await first.forgetter.finish(begun);
      await first.store.close();

      const second = openSqlite({ path });
      await createForgetting({
        store: second.store,
        rewrite: (_thread, job) => job(),
        forgetter: second.forgetter,
        compacts: "now",
      }).resume();
      await second.store.close();
      expect(hits(folder, `so ${WORD}`)).toBe(0);
      if (target.kind === "person") {
        expect(hits(folder, PLANTED.id)).toBe(0);
        expect(new Set(bytesIn(folder).match(/forgotten-[0-9a-f]{12}/g)).size).toBe(1);
      }
      await expectWhole(path);
    }
});

test("a file that was just put is not swept away before an event refers to it", async () => {
  const { store, forgetter } = openSqlite({ path: ":memory:" });
  const hash = await store.putFile(Buffer.from("coming"));
  expect(await forgetter.sweepFiles()).toBe(0);
  const files = [{ hash, name: "a", mediaType: "text/plain", bytes: 6 }];
  const event = { type: "message.posted" as const, person: PLANTED, text: "here", id: "m1", files };
  await store.commit({
    thread: "t",
    workspace: "T1",
    afterSeq: 0,
    at: "2026-11-23T10:00:00.000Z",
    events: [event],
    posts: [],
    wake: "none",
  });
  expect(await forgetter.sweepFiles()).toBe(0);
  expect(await forgetter.message("t", { id: "m1", receipt: "1.1" })).toBe(1);
  expect(await store.file(hash)).toBeUndefined();
  await store.close();
});

/** Forgets in a process of its own, which is killed as soon as it has said so many lines; all that it has said. */
/** Killed at a step, before it may go on, or just behind it: then somewhere in what follows. What it had said by then. */
async function killed(
  when: "at" | "behind",
  steps: number,
  { path, target }: { path: string; target: Target },
): Promise<readonly string[]> {
  const child = forkChild(join(import.meta.dirname, "forget-child.ts"), [path, JSON.stringify(target)]);
  const said: string[] = [];
  child.on("message", (step: string) => {
    if (said.length === steps) return; // It was on its way when the child was killed.
    said.push(step);
    const isLast = said.length === steps || step === "end";
    if (!isLast || when === "behind") child.send("go on", () => {}); // The child may be gone.
    if (isLast) child.kill("SIGKILL");
  });
  await once(child, "close");
  return said;
}

test(
  "killed with -9 at any step of it, a forgetting is seen by the check, carried on, and leaves nothing half",
  { timeout: 120_000 },
  async () => {
    const target = { kind: "person", person: PLANTED.id } as const;
    const lastSteps: string[] = [];
    for (let round = 0; lastSteps.at(-1) !== "end"; round++) {
      const steps = Math.floor(round / 2) + 1;
      const when = round % 2 === 0 ? "behind" : "at";
      const { folder, path } = newFolder();
      await (await planted(path)).store.close();
      const said = await killed(when, steps, { path, target });
      if (when === "at") lastSteps.push(said.at(-1) ?? "");

      const { problems } = await checkSqlite({ path, troubleOf });
      const isUnderWay = said.includes("begin done") && !said.includes("finish done");
      if (isUnderWay)
        expect(problems.join()).toMatch(
          /^a forgetting that began at .* is not done; parley start, or any parley forget, carries it on$|^$/,
        );
      const { store, forgetter } = openSqlite({ path });
      const begun = (await forgetter.underWay()).length > 0 || said.includes("finish done");
      expect(begun || !said.includes("begin done")).toBe(true);
      await createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" }).resume();
      await store.close();
      await expectWhole(path);
      if (!begun) continue;
      for (const word of [WORD, PLANTED.id, PLANTED.name]) expect([when, steps, word, hits(folder, word)]).toEqual([when, steps, word, 0]);
      expect(new Set(bytesIn(folder).match(/forgotten-[0-9a-f]{12}/g)).size).toBe(1);
    }
    expect(lastSteps.length).toBeGreaterThan(6);
  },
);
