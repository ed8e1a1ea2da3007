import { once } from "node:events";
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { OpenedForWork as Opened } from "../../../src/store/contracts/given.ts";
import { openSqlite, openSqliteReadOnly } from "../../../src/store/sqlite/store.ts";
import { StoreError } from "../../../src/store/store.ts";
import { commitOf, said } from "../../../src/store/contracts/commits.ts";
import { settled, until } from "../../../src/store/contracts/fake-clock.ts";
import { type Child, leaveTest, startChild } from "../../support/children.ts";
import { randomOf, withSeeds } from "../../support/chance.ts";
import { readWritten } from "./written.ts";

const CHILD = join(import.meta.dirname, "child.ts");

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-crash-"));
  path = join(directory, "parley.db");
});
afterEach(async () => {
  await leaveTest();
  await rm(directory, { recursive: true });
});

/** Starts the child and calls `hear` with each line it says; resolves when it has ended. */
async function child(args: readonly string[], hear: (line: string, child: Child) => void): Promise<void> {
  const started = startChild(process.execPath, [CHILD, ...args]);
  createInterface(started.stdout).on("line", (line) => hear(line, started));
  await once(started, "close");
}

async function killed(process: Child): Promise<void> {
  process.kill("SIGKILL");
  await once(process, "exit");
}

test(
  "a process that is killed while it writes loses nothing that it has said, and leaves log, outbox, wake-ups and summaries in step",
  { timeout: 120_000 },
  async () => {
    const acknowledged = new Map<string, number>();
    await withSeeds(8, async (seed) => {
      const next = randomOf(seed * 7_919);
      const linesUntilKill = Math.floor(next() * 120);
      let lines = 0;
      await child(["write", path, `${seed}`], (line, writer) => {
        const [thread = "", seq] = line.split(" ");
        acknowledged.set(thread, Math.max(acknowledged.get(thread) ?? 0, Number(seq)));
        // Heard some commits later, and at any point of one.
        if (++lines === linesUntilKill + 1) writer.kill("SIGKILL");
      });
      expect((await stat(`${path}-wal`)).size).toBeGreaterThan(0);
      const reader = openSqliteReadOnly({ path });
      for (const [thread, seq] of acknowledged) expect((await reader.load(thread, 0)).length).toBeGreaterThanOrEqual(seq);
      await reader.close();

      const opened = openSqlite({ path });
      await expectInStep(opened, acknowledged);
      await opened.dispatch.stop();
      await opened.store.close();
      // Closing brings the write-ahead log home.
      expect((await readdir(directory)).toSorted()).toEqual(["parley.db", "parley.db-lock"]);
    });
    expect([...acknowledged.values()].reduce((sum, seq) => sum + seq, 0)).toBeGreaterThan(500);
  },
);

/** Every other table says what the log says. */
async function expectInStep({ store, dispatch }: Opened, acknowledged: ReadonlyMap<string, number>): Promise<void> {
  const running: string[] = [];
  const due: string[] = [];
  for (const { thread, lastSeq } of await store.recent(100)) {
    const events = await store.load(thread, 0);
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, index) => index + 1));
    expect(lastSeq).toBeGreaterThanOrEqual(acknowledged.get(thread) ?? 0);

    const expected = events.flatMap((event) =>
      Array.from({ length: readWritten(event)?.posts ?? 0 }, (_, part) => `${event.seq} turn ${part}`),
    );
    expect((await store.duePosts(thread, 10_000)).map(({ seq, kind, part }) => `${seq} ${kind} ${part}`)).toEqual(expected);

    if (events.findLast(({ type }) => type === "run.started" || type === "run.stopped")?.type === "run.started") running.push(thread);
    const wakes = events.map((event) => readWritten(event)?.wake).filter((wake) => wake === "now" || wake === "none");
    if (wakes.at(-1) === "now") due.push(thread);
  }
  expect((await store.unfinished()).map(({ thread }) => thread).toSorted()).toEqual(running.toSorted());

  // Handled, and left due: a handler that is cut off by closing has done nothing.
  const handled: string[] = [];
  dispatch.serve("turn", { slots: 10, perWorkspace: 10, onBug: () => {} }, async ({ key: thread }) => {
    handled.push(thread);
    throw new Error("leave it due");
  });
  await until(() => handled.length >= due.length);
  await settled();
  expect(handled.toSorted()).toEqual(due.toSorted());
}

test(
  "a second Parley on the same file is told so; the file can be read meanwhile, and is free again once the first is killed",
  { timeout: 120_000 },
  async () => {
    let holder: Child | undefined;
    void child(["hold", path], (_, started) => (holder = started));
    await until(() => holder !== undefined);

    expect(() => openSqlite({ path })).toThrow(StoreError);
    expect(() => openSqlite({ path })).toThrow(`${path}: another Parley is running on this database.`);
    const reader = openSqliteReadOnly({ path });
    expect(await reader.recent(10)).toEqual([]);
    await reader.close();

    await killed(holder!);
    const { store } = openSqlite({ path });
    expect((await store.commit(commitOf("t", 0, [said("mine now")]))).kind).toBe("ok");
    await store.close();
  },
);

test("a full disk is reported with the mend, and what was recorded before is there", async () => {
  // A limit on the size of files, in blocks of 512 bytes: a write past it fails as on a full disk.
  const filler = startChild("sh", ["-c", 'ulimit -f 4000 && exec "$0" "$@"', process.execPath, CHILD, "fill", path]);
  const lines: string[] = [];
  createInterface(filler.stdout).on("line", (line) => lines.push(line));
  await once(filler, "close");

  expect(lines.at(-1)).toMatch(/parley\.db: the disk (is full|failed).*what was recorded so far is safe/);
  const recorded = Number(lines.at(-2));
  expect(recorded).toBeGreaterThan(10);
  const { store } = openSqlite({ path });
  expect(await store.load("t", 0)).toHaveLength(recorded);
  expect(await store.duePosts("t", 1_000)).toHaveLength(recorded);
  await store.close();
});
