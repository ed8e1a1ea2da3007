import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { everyEvent, PLANTED } from "../../store/sqlite/planted.ts";
import { parley } from "../here.ts";
import { folder, TALK } from "../stories.ts";

const AT = "2026-11-23T10:00:00.000Z";
const THREAD = "T1/C1/1.1";
const EVENTS = everyEvent("a word", { hash: "a", name: "a", mediaType: "text/plain", bytes: 8 });
/** Expiries and what goes on have no words. */
const WORDLESS = 3;
const USD = EVENTS.reduce((sum, event) => sum + ("usage" in event ? (event.usage?.usd ?? 0) : 0), 0);
let cwd: string;
const ran = (...args: readonly string[]) => parley(args, { cwd, env: { PARLEY_DB: "log.db" } });
const hits = (words: string) =>
  readdirSync(cwd)
    .map((name) => readFileSync(join(cwd, name)).toString("latin1"))
    .join("\n")
    .split(words).length - 1;

beforeEach(async () => {
  cwd = folderWith({});
  const { store, settings } = openSqlite({ path: join(cwd, "log.db") });
  const hash = await store.putFile(Buffer.from("the file"));
  for (const [thread, workspace, word] of [
    [THREAD, "T1", "XYLOPHONE"],
    ["T1/C2/2.2", "T1", "MARIMBA"],
    ["T2/C1/3.3", "T2", "GLOCKEN"],
  ] as const) {
    const events = everyEvent(word, { hash, name: "a", mediaType: "text/plain", bytes: 8 });
    await store.commit({ thread, workspace, afterSeq: 0, at: AT, events, posts: [], wake: "none" });
    await settings.record({ workspace, person: PLANTED, deed: "deny", subject: `${thread} c1`, allowed: true, detail: word });
  }
  await store.close();
});

describe("parley forget", () => {
  test("--dry-run says what would go and changes nothing, also while Parley runs", async () => {
    const { store } = openSqlite({ path: join(cwd, "log.db") });
    expect(await ran("forget", "thread", THREAD, "--dry-run")).toEqual({
      code: 0,
      out: `Would be forgotten: 1 thread, ${EVENTS.length} events, 1 file, where nothing else has it. Costs and decisions stay, without words.\n`,
      err: "",
    });
    await store.close();
    expect(hits("XYLOPHONE")).toBeGreaterThan(30);
  });

  test("while Parley runs it does nothing, and says what can be done", async () => {
    const { store } = openSqlite({ path: join(cwd, "log.db") });
    const { code, err } = await ran("forget", "thread", THREAD);
    expect(code).toBe(1);
    expect(err).toMatch(
      /another Parley is running on this database\. Stop that one first.*While it runs, a thread is forgotten in Slack \(\*Forget this thread…\*\)/,
    );
    await store.close();
    expect(hits("XYLOPHONE")).toBeGreaterThan(30);
  });

  test("a thread, a channel, a person and a workspace go, each by its id", async () => {
    expect(await ran("forget", "thread", `${THREAD}#1`)).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Forgotten: 1 thread, ${EVENTS.length} events`),
    });
    expect({ gone: hits("XYLOPHONE"), others: hits("MARIMBA") > 30 }).toEqual({ gone: 0, others: true });
    expect(await ran("forget", "channel", "C1")).toMatchObject({
      code: 2,
      err: expect.stringContaining("Several workspaces have a channel C1; name one: T2/C1, T1/C1"),
    });
    expect(await ran("forget", "channel", "C2")).toMatchObject({ code: 0 });
    expect(hits("MARIMBA")).toBe(0);
    expect(await ran("forget", "person", PLANTED.id)).toMatchObject({ code: 0 });
    expect({ id: hits(PLANTED.id), name: hits(PLANTED.name), words: hits("GLOCKEN") }).toEqual({ id: 0, name: 0, words: 0 });
    expect(await ran("forget", "workspace", "T2")).toMatchObject({ code: 0 });
    expect(await ran("audit", "--verify")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^7 entries, each as it was written.*; words of 3 were forgotten\.\nhead [0-9a-f]{64}\n$/),
    });
  });

  test("what is not there, and what is no id, is told", async () => {
    expect(await ran("forget", "thread", "T1/C1/9.9")).toMatchObject({
      code: 1,
      err: "There is nothing of thread T1/C1/9.9 in this database.\n",
    });
    expect(await ran("forget", "channel", "C9")).toMatchObject({ code: 1 });
    expect(await ran("forget", "person", "maria")).toMatchObject({ code: 2, err: expect.stringContaining("such as U0123ABCD") });
    expect(await ran("forget", "everything", "x")).toMatchObject({
      code: 2,
      err: expect.stringContaining("thread, channel, workspace or person"),
    });
  });

  test("the rest of Parley reads what is left: doctor says what was forgotten, export and costs go on", async () => {
    await ran("forget", "channel", "T1/C1");
    const doctor = await ran("doctor", "--db", "log.db");
    expect(doctor.out).toContain(
      `the words of ${EVENTS.length - WORDLESS} events in 1 threads were forgotten; their numbers, times and costs are there`,
    );
    expect(doctor.code).toBe(0);
    expect((await ran("export", THREAD)).code).toBe(0);
    expect((await ran("costs")).out).toContain(`$${(3 * USD).toFixed(4)}`);
  });
});

test("a run that was forgotten is not played again, and that is said in one sentence", async () => {
  cwd = folder(TALK);
  await ran("run", "--db", "log.db", "Talk");
  const { out } = await ran("export", "last", "--format", "json");
  const run = (JSON.parse(out.split("\n")[0] ?? "") as { run: string }).run;
  expect((await ran("replay", "last")).out).toMatch(/identical/);
  expect((await ran("forget", "thread", run)).code).toBe(0);
  const replayed = await ran("replay", "last");
  expect(replayed).toMatchObject({ code: 0, err: "" });
  expect(replayed.out).toMatch(/^\d+ of \d+ events were forgotten \(\d{4}-\d\d-\d\d\), so this run cannot be played again\./);
});

describe("parley audit --verify", () => {
  test("a head that was noted stays in the chain; another one never was", async () => {
    const { out } = await ran("audit", "--verify");
    const head = /head (\w+)/.exec(out)?.[1] ?? "";
    await ran("forget", "person", PLANTED.id);
    expect((await ran("audit", "--verify", "--head", head)).code).toBe(0);
    expect(await ran("audit", "--verify", "--head", "0".repeat(64))).toMatchObject({
      code: 1,
      err: expect.stringContaining("is not in the log"),
    });
  });

  test("a file that the log was written out to is compared with it, entry by entry", async () => {
    const { openAuditFile } = await import("../../../src/store/audit-file.ts");
    const { store, audit } = openSqlite({ path: join(cwd, "log.db") });
    await openAuditFile({ path: join(cwd, "audit.jsonl"), audit, onTrouble: () => undefined }).close();
    await store.close();
    expect((await ran("audit", "--verify", "--audit-file", "audit.jsonl")).code).toBe(0);
    const text = readFileSync(join(cwd, "audit.jsonl"), "utf8");
    writeFileSync(join(cwd, "audit.jsonl"), text.replace(/"hash":"[0-9a-f]{4}/, '"hash":"0000'));
    expect(await ran("audit", "--verify", "--audit-file", "audit.jsonl")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/entry 1 of .* is not in the log, or is another one there/),
    });
    expect((await ran("audit", "--head", "x")).code).toBe(2);
  });
});
