import { beforeAll, expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { parley } from "../here.ts";

const cwd = folderWith({});
const env = { PARLEY_DB: "log.db" };
const MARIA = { id: "U1", name: "Maria" };

beforeAll(async () => {
  let now = Date.parse("2026-11-22T23:59:00Z");
  const { store, settings } = openSqlite({ path: `${cwd}/log.db`, now: () => now });
  await settings.record({
    workspace: "T1",
    person: MARIA,
    deed: "approve changed",
    subject: "T1/C1/1.1 code-4-0",
    allowed: true,
    detail: "print(1)\n\u001b[31mprint(2)",
  });
  now += 120_000;
  await settings.record({ workspace: "T1", person: MARIA, deed: "stop", subject: "T1/C1/1.1", allowed: false, detail: "Only Jonas can." });
  await settings.record({ workspace: "T2", person: MARIA, deed: "stop", subject: "T2/C1/1.1", allowed: true });
  await store.close();
});

const audit = async (...args: readonly string[]) => parley(["audit", ...args], { cwd, env });

test("who decided what is told, oldest first, each in one line, and nothing of it obeys", async () => {
  const { code, out } = await audit();
  expect(code).toBe(0);
  expect(out.trimEnd().split("\n")).toEqual([
    expect.stringMatching(/^2026-11-22 23:59:00 {2}T1 {2}Maria \(U1\) {2}approve changed {2}T1\/C1\/1\.1 code-4-0 {2}print\(1\) /),
    "2026-11-23 00:01:00  T1  Maria (U1)  refused: stop  T1/C1/1.1  Only Jonas can.",
    "2026-11-23 00:01:00  T2  Maria (U1)  stop  T2/C1/1.1",
  ]);
  expect(out).not.toContain("\u001b");
});

test("of one workspace, from a day on, and as JSON", async () => {
  const { out } = await audit("--workspace", "T1", "--since", "2026-11-23", "--json");
  expect(
    out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown),
  ).toEqual([
    {
      id: 2,
      at: "2026-11-23T00:01:00.000Z",
      workspace: "T1",
      person: MARIA,
      deed: "stop",
      subject: "T1/C1/1.1",
      allowed: false,
      detail: "Only Jonas can.",
    },
  ]);
  expect((await audit("--workspace", "T9")).out).toBe("Nothing was decided.\n");
  expect((await audit("--since", "yesterday")).code).toBe(2);
  expect((await audit("--db", "none.db")).code).toBe(1);
});
