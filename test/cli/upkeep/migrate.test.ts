import { expect, test } from "vitest";
import { folder, TALK } from "../stories.ts";
import { parley } from "../here.ts";

test("parley migrate says what is missing, and what cannot be moved", async () => {
  const cwd = folder(TALK);
  const said = async (...args: string[]) => {
    const { code, err } = await parley(["migrate", ...args], { cwd });
    return [code, err] as const;
  };
  expect(await said()).toEqual([2, expect.stringContaining("Name both: parley migrate --from data/parley.db --to postgres://")]);
  expect(await said("--from", "a.db")).toEqual([2, expect.stringContaining("Name both")]);
  expect(await said("--from", "a.db", "--to", "b.db")).toEqual([1, expect.stringContaining("parley backup copies one")]);
  expect(await said("--from", "trips:north", "--to", "b.db")).toEqual([
    1,
    expect.stringContaining("is in a file of SQLite or in Postgres"),
  ]);
  expect(await said("--from", ":memory:", "--to", "postgres://h/d")).toEqual([
    1,
    expect.stringContaining("is in a file of SQLite or in Postgres"),
  ]);
  const [code, err] = await said("--from", "none.db", "--to", "postgres://u:secret@h/d");
  expect([code, err]).toEqual([1, expect.stringContaining("none.db: there is no database. Check the path (--from).")]);
  expect(err).not.toContain("secret");
});
