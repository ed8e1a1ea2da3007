import { readFile, mkdtemp, rm } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createKeyRing } from "../../../src/store/key-ring.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { loginsContract } from "../../contracts/logins.ts";

loginsContract("SQLite in memory", async (clock) => openSqlite({ path: ":memory:", ...clock }));

test("the file holds nothing of a login's secret", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-logins-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "parley.db");
  const { logins, store } = openSqlite({ path });
  await logins(createKeyRing([randomBytes(32)])).put({ workspace: "T1", server: "github", owner: "person/U1" }, "gho_topsecret");
  await store.close();
  const bytes = await readFile(path);
  expect(bytes.includes("github")).toBe(true);
  expect(bytes.includes("gho_topsecret")).toBe(false);
});
