import { mkdtempSync, readFileSync, rmSync, statSync, appendFileSync, writeFileSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { openAuditFile } from "../../src/store/audit-file.ts";
import type { Decision } from "../../src/store/settings.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";

test("the log is written out as it grows, goes on where the file ends, and takes a line back that a crash has cut", async () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "parley.db");
  const file = `${path}.jsonl`;
  const opened = openSqlite({ path });
  const { settings, audit, store } = opened;
  const troubles: unknown[] = [];
  const open = () => openAuditFile({ path: file, audit, onTrouble: (error) => troubles.push(error) });
  const decide = (subject: string, more: Partial<Decision> = {}) =>
    settings.record({ workspace: "T1", person: { id: "U0ADA", name: "Ada Lovelace" }, deed: "stop", subject, allowed: true, ...more });
  const lines = () =>
    readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { id?: number; repeats?: number; times?: number });

  await decide("before");
  const first = open();
  await decide("one");
  for (let times = 0; times < 9; times++) await decide("no", { allowed: false });
  await first.settled();
  expect(lines().map(({ id, repeats, times }) => id ?? `${repeats} ${times} times`)).toEqual([
    1,
    2,
    3,
    "3 2 times",
    "3 4 times",
    "3 8 times",
  ]);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await first.close();

  await decide("while nothing wrote");
  // Cut in the middle of its last line.
  appendFileSync(file, '{"id":4,"work');
  const second = open();
  await decide("after");
  await second.close();
  expect(lines().flatMap(({ id }) => id ?? [])).toEqual([1, 2, 3, 4, 5]);

  // A line that is whole but for its end of line was not there yet either.
  truncateSync(file, statSync(file).size - 1);
  const third = open();
  await third.close();
  expect(lines().flatMap(({ id }) => id ?? [])).toEqual([1, 2, 3, 4, 5]);
  expect(troubles).toEqual([]);

  writeFileSync(`${path}.txt`, "shopping list\n");
  expect(() => openAuditFile({ path: `${path}.txt`, audit, onTrouble: () => undefined })).toThrow(
    /is not an audit log of Parley's; nothing was written to it/,
  );
  await store.close();
});
