import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import * as tests from "vitest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { AT, commitOf, said } from "../../../src/store/contracts/commits.ts";
import { dispatchContract, storeContract } from "../../../src/store/contracts/contracts.ts";
import { openersContract, takingTurns } from "../../contracts/openers.ts";

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-store-"));
});
afterAll(() => rm(directory, { recursive: true }));

const newFile = () => join(directory, `${files++}.db`);

storeContract({ name: "SQLite in a file", tests, open: (clock) => openSqlite({ path: newFile(), ...clock }).store });
storeContract({ name: "SQLite in memory", tests, open: (clock) => openSqlite({ path: ":memory:", ...clock }).store });
dispatchContract({
  name: "SQLite in a file",
  tests,
  fresh: () => {
    const path = newFile();
    return (clock) => openSqlite({ path, ...clock });
  },
});

/** Two openers of one file, which take turns whatever is asked. */
const inTwo = (clock: Partial<Clock>, path = newFile()) => {
  const first = openSqlite({ path, ...clock });
  return takingTurns(first, first.beside());
};
storeContract({ name: "SQLite in a file, opened twice", tests, open: (clock) => inTwo(clock).store });
dispatchContract({
  name: "SQLite in a file, opened twice",
  tests,
  fresh: () => {
    const path = newFile();
    return (clock) => inTwo(clock, path);
  },
});
openersContract("SQLite in a file", async (clock) => {
  const first = openSqlite({ path: newFile(), ...clock });
  return [first, first.beside()];
});

test("any text comes back unchanged, whatever a person or a model wrote", async () => {
  const { store } = openSqlite({ path: newFile() });
  let seq = 0;
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 60 }), async (text) => {
      await store.commit(commitOf("t", seq, [said(text)]));
      expect(await store.load("t", seq++)).toEqual([{ ...said(text), seq, at: AT }]);
    }),
    { numRuns: 60 },
  );
  await store.close();
});
