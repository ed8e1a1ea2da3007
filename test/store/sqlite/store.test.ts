import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import type { Clock } from "../../../src/engine/clock.ts";
import { dispatchContract } from "../../contracts/dispatch.ts";
import { openersContract, takingTurns } from "../../contracts/openers.ts";
import { moneyContract } from "../../contracts/store-money.ts";
import { storeContract } from "../../contracts/store.ts";

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-store-"));
});
afterAll(() => rm(directory, { recursive: true }));

const newFile = () => join(directory, `${files++}.db`);

storeContract("SQLite in a file", async (clock) => openSqlite({ path: newFile(), ...clock }).store);
moneyContract("SQLite in a file", async (clock) => openSqlite({ path: newFile(), ...clock }).store);
storeContract("SQLite in memory", async (clock) => openSqlite({ path: ":memory:", ...clock }).store);
moneyContract("SQLite in memory", async (clock) => openSqlite({ path: ":memory:", ...clock }).store);
dispatchContract("SQLite in a file", () => {
  const path = newFile();
  return async (clock) => openSqlite({ path, ...clock });
});

/** Two openers of one file, which take turns whatever is asked. */
const inTwo = (clock: Partial<Clock>, path = newFile()) => {
  const first = openSqlite({ path, ...clock });
  return takingTurns(first, first.beside());
};
storeContract("SQLite in a file, opened twice", async (clock) => inTwo(clock).store);
moneyContract("SQLite in a file, opened twice", async (clock) => inTwo(clock).store);
dispatchContract("SQLite in a file, opened twice", () => {
  const path = newFile();
  return async (clock) => inTwo(clock, path);
});
openersContract("SQLite in a file", async (clock) => {
  const first = openSqlite({ path: newFile(), ...clock });
  return [first, first.beside()];
});
