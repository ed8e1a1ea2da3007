import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { runsInLogs } from "../../../../src/store/runs/runs-in-logs.ts";
import type { FinishedRuns, RunsWanted } from "../../../../src/store/runs/finished-runs.ts";
import { openConnectionBeside } from "../../../../src/store/sqlite/connection.ts";
import { sqliteRuns } from "../../../../src/store/sqlite/runs/run-index.ts";
import { openSqlite } from "../../../../src/store/sqlite/store.ts";
import { ADA, BOB, newPath, run } from "./finished.ts";
import { letNoTimePass } from "../../no-time.ts";

letNoTimePass();

const PLACES = ["T1/C1", "T1/C2", "T1/C3", "T1/C4"];

/** Every page after the other: what is found, in its order. */
async function pages(runs: FinishedRuns, wanted: Omit<RunsWanted, "behind">): Promise<readonly string[]> {
  const found: string[] = [];
  let behind: string | undefined;
  do {
    const page = await runs.search({ ...wanted, behind });
    found.push(...page.found.map(({ thread, seq }) => `${thread} ${seq}`));
    behind = page.older;
  } while (behind !== undefined && found.length < 500);
  return found;
}

test("whatever is looked for, wherever somebody is, each page has what the logs have, and no run twice", async () => {
  const path = newPath();
  const opened = openSqlite({ path });
  const connection = openConnectionBeside(path);
  onTestFinished(async () => {
    connection.close();
    await opened.store.close();
  });
  // As of words that many have, which are few here: all runs are gone through.
  const walking = sqliteRuns(connection, { load: opened.store.load, fewMax: 2 });
  const teams = ["pair", "sums"];
  for (let nth = 0; nth < 60; nth++)
    await run(opened.store, {
      thread: `${PLACES[(nth * 7) % 4]}/${nth}.1`,
      // Some end at the same moment.
      minute: Math.floor(nth / 3),
      task: nth % 20 === 3 ? "A rare marmot" : `Count heat ${nth % 9}`,
      team: teams[nth % 2] ?? "pair",
      by: nth % 5 === 0 ? BOB : ADA,
    });
  const logs = runsInLogs(opened.store);
  const of = <Value>(...values: readonly Value[]) => fc.option(fc.constantFrom(...values), { nil: undefined });
  const wanted = fc.record({
    places: fc.oneof(
      fc.constant("all" as const),
      fc.subarray(PLACES),
      fc.constant(["T1/C9", ...Array.from({ length: 300 }, (_, nth) => `T1/X${nth}`), ...PLACES]),
    ),
    reader: fc.constantFrom("", BOB.id),
    words: fc.subarray(["heat", "h", "marm", "rare", "nowhere", "4"], { maxLength: 2 }),
    team: of("pair", "none"),
    place: of("T1/C2", "T1/C9"),
    person: of(BOB.id, "U9"),
    usdMin: of(0.1, 5),
    endedFrom: of("2026-01-01T00:10"),
    limit: fc.constantFrom(1, 7, 50),
  });
  await fc.assert(
    fc.asyncProperty(wanted, async (asked) => {
      const one = { workspace: "T1", ...asked };
      const found = await pages(opened.runs, one);
      expect(await pages(walking, one)).toEqual(found);
      expect(found.toSorted()).toEqual([...(await pages(logs, { ...one, limit: 200 }))].toSorted());
      const ended = new Map(
        (await logs.search({ workspace: "T1", places: "all", reader: "", limit: 200 })).found.map((line) => [
          `${line.thread} ${line.seq}`,
          line.endedAt,
        ]),
      );
      const times = found.map((name) => ended.get(name) ?? "");
      expect(times).toEqual(times.toSorted().toReversed());
    }),
    { numRuns: 80 },
  );
});
