import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { dispatchContract } from "../../contracts/dispatch.ts";
import { storeContract } from "../../contracts/store.ts";

let directory: string;
let files = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "parley-store-"));
});
afterAll(() => rm(directory, { recursive: true }));

const newFile = () => join(directory, `${files++}.db`);

storeContract("SQLite in a file", async (clock) => openSqlite({ path: newFile(), ...clock }).store);
storeContract("SQLite in memory", async (clock) => openSqlite({ path: ":memory:", ...clock }).store);
dispatchContract("SQLite in a file", () => {
  const path = newFile();
  return async (clock) => openSqlite({ path, ...clock });
});
