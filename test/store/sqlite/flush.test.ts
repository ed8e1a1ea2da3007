import { closeSync, fstatSync, openSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFlush } from "../../../src/store/sqlite/flush.ts";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-flush-"));
  file = join(folder, "log-wal");
  await writeFile(file, "frames");
});
afterEach(() => rm(folder, { recursive: true }));

test("closed while it waits for the disk, and closed twice, it lets go of its own file and of no other's", async () => {
  const flush = openFlush(file);
  const waits = [flush.flushed(), flush.flushed(), flush.flushed()];
  flush.close();
  await Promise.all(waits);
  // As a rule it has the number that has become free.
  const other = openSync(file, "r");
  flush.close();
  expect(fstatSync(other).size).toBe("frames".length);
  closeSync(other);
  await expect(flush.flushed()).rejects.toThrow("closed");
});
