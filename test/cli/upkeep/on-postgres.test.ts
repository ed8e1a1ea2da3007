import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStore } from "../../../src/store/open-store.ts";
import { draft } from "../../contracts/memory.ts";
import { describeOnPostgres } from "../../support/postgres.ts";
import { parley } from "../here.ts";
import { eventsIn, folder, TALK } from "../stories.ts";

describeOnPostgres("what is kept on a server", (server) => {
  /** What the command says of a file of SQLite and of the server, in both of which the same run was had. */
  async function talked() {
    const cwd = folder(TALK);
    const address = server.address();
    await server.prepare(address);
    const both = { sqlite: "file.db", postgres: address };
    for (const db of Object.values(both)) await parley(["run", "--team", "pair", "--db", db, "Say hello"], { cwd });
    const said = async (db: string, args: readonly string[]) => {
      const { code, out, err } = await parley([...args, ...(args.at(-1) === "--db" ? [db] : ["--db", db])], { cwd });
      return { code, out, err };
    };
    return {
      cwd,
      address,
      file: (...args: string[]) => said(both.sqlite, args),
      here: (...args: string[]) => said(both.postgres, args),
    };
  }

  /** Times, ids and addresses are each run's own. */
  const alike = (text: string): string =>
    text
      .replaceAll(/terminal-[0-9a-f-]{36}/g, "terminal-…")
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d\.\d{3}Z)?/g, "(then)")
      .replaceAll(/^(ok {3}database: ).*; /gm, "$1… ")
      .replaceAll(/^ok {3}disk: .*\n/gm, "")
      .replaceAll("opens", "answers");

  test("each command that looks says of it what it says of a file", async () => {
    const { here, file } = await talked();
    for (const command of [
      ["export", "last"],
      ["runs"],
      ["runs", "--json", "--state", "done"],
      ["costs"],
      ["costs", "--by", "agent", "--json"],
      ["audit"],
      ["audit", "--verify"],
      ["memory", "list"],
      ["replay", "last"],
      ["doctor", "--db"],
    ]) {
      const [said, expected] = [await here(...command), await file(...command)];
      expect({ command, ...said, out: alike(said.out) }).toEqual({ command, ...expected, out: alike(expected.out) });
    }
    const logs = [await here("export", "last", "--json"), await file("export", "last", "--json")].map(({ out }) => eventsIn(out));
    expect(logs[0]?.map(({ type }) => type)).toEqual(logs[1]?.map(({ type }) => type));
    expect((await here("runs")).out).toContain("Say hello");
  });

  test("a log is brought in, looked at and forgotten there, beside a Parley that has it open", async () => {
    const { here, cwd, address } = await talked();
    const running = await openStore(address);
    writeFileSync(join(cwd, "log.jsonl"), (await here("export", "last", "--json")).out);
    expect(await here("import", "log.jsonl", "--thread", "T1/C1/1.1")).toMatchObject({ code: 0, err: "" });
    expect((await here("export", "T1/C1/1.1")).out).toContain("How are you?");
    await running.memory.remember(draft("Boats are blue.", { scope: "T1/C1" }));
    expect((await here("memory", "list")).out).toContain("Boats are blue.");
    expect((await here("forget", "channel", "C1", "--dry-run")).out).toMatch(
      /^Would be forgotten: 1 thread, \d+ events, .*1 note of an agent's/,
    );
    expect(await here("forget", "channel", "C1")).toMatchObject({ code: 0, err: "" });
    expect((await here("export", "T1/C1/1.1")).out).not.toContain("How are you?");
    expect((await here("memory", "list")).out).toBe("Nothing is remembered.\n");
    expect((await here("audit")).out).toMatch(/operator.* {2}forget channel {2}T1\/C1/);
    await running.store.close();
  });

  test("who only looks is none of those that have it open, and what is not there is not made", async () => {
    const { here, cwd, address } = await talked();
    const openers = async () => (await server.sql(`SELECT last_value FROM ${schemaOf(address)}.openers_id_seq`))[0];
    const before = await openers();
    expect(await here("runs")).toMatchObject({ code: 0 });
    expect(await here("doctor", "--db")).toMatchObject({ code: 0 });
    expect(await openers()).toEqual(before);

    const nowhere = new URL(address);
    nowhere.searchParams.set("schema", "nowhere");
    for (const command of [["runs"], ["export", "last"], ["costs"], ["audit"]])
      expect(await parley([...command, "--db", nowhere.href], { cwd })).toMatchObject({
        code: 1,
        err: expect.stringMatching(
          /: there is no database\. Check the address \(PARLEY_DB\); a first `parley start` makes it\.\n$/,
        ) as string,
      });
    expect((await parley(["doctor", "--db", nowhere.href], { cwd })).out).toMatch(/^ok {3}database: .* has no tables of Parley's yet/m);
    expect(await server.sql("SELECT 1 FROM pg_namespace WHERE nspname = 'nowhere'")).toEqual([]);
  });

  test("parley doctor --db says which thread is wrong, how, and what to do", async () => {
    const { here, address } = await talked();
    const schema = schemaOf(address);
    await server.sql(`UPDATE ${schema}.events SET body = replace(body, '"run.started"', '"run.begun"') WHERE seq = 1`);
    await server.sql(`UPDATE ${schema}.files SET content = 'changed'`);
    await server.sql(`INSERT INTO ${schema}.ready (thread, at, version) VALUES (999999, 0, 0)`);
    const { code, out } = await here("doctor", "--db");
    expect(out).toMatch(/^fail logs: the log of terminal-\S+ cannot be read: line 1: /m);
    expect(out).toMatch(/^fail logs: a wake-up is for no thread: number 999999\.$/m);
    expect(out).toMatch(/^fail logs: the file \w{12}… is not what it was when it was kept\.$/m);
    expect(out).toMatch(/^warn logs: what to do: .*parley migrate --from FILE/m);
    expect(code).toBe(1);
  });
});

const schemaOf = (address: string): string => new URL(address).searchParams.get("schema") ?? "";
