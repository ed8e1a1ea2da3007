import { join } from "node:path";
import { expect, test } from "vitest";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { folderWith } from "../../config/team-files.ts";
import { parley } from "../here.ts";
import { eventsIn } from "../stories.ts";

const TEAM = `models: { m: { provider: replay, file: replies.yml } }
sandbox: { executor: off }
database: log.db
teams:
  solo:
    description: One who keeps notes.
    speakers: { policy: round-robin }
    agents: [{ name: Ana, description: Talks., model: m, memory: { recall: automatic } }]
    stop: { textMention: DONE }
`;
const REPLIES = `replies: { Ana: [{ toolCalls: [{ name: remember, args: { text: "Tea at {{task}}." } }] }, "{{last}} DONE"] }`;

const folder = () => folderWith({ "parley.yml": TEAM, "replies.yml": REPLIES });
const run = async (cwd: string, task: string) => eventsIn((await parley(["run", "--json", "--db", "log.db", task], { cwd })).out);

test("what one run remembers, the next one recalls; a replay calls no tool and keeps nothing; a person sees and deletes it", async () => {
  const cwd = folder();
  const first = await run(cwd, "five");
  expect(first.filter((event) => event.type === "tool.returned").map((event) => event.output)).toEqual([
    'No note here has to do with "five".',
    "Remembered as note 1.",
  ]);
  const second = await run(cwd, "at five");
  expect(second.find((event) => event.type === "tool.returned")?.output).toContain('"by":"Ana"');

  const before = await parley(["memory", "list"], { cwd });
  expect(before.code).toBe(0);
  expect(before.out).toMatch(/^terminal: 2 notes\n {2}2 {2}\d{4}-\d\d-\d\d \d\d:\d\d {2}Ana, asked by .+\n {6}Tea at at five\.\n {2}1 {2}/);
  expect(await parley(["replay", "last", "--db", "log.db"], { cwd })).toEqual({
    code: 0,
    out: `${second.length} events, identical\n`,
    err: "",
  });
  expect((await parley(["memory", "list"], { cwd })).out).toBe(before.out);

  expect(await parley(["memory", "forget", "2"], { cwd })).toEqual({
    code: 0,
    out: "Forgotten, note 2 of terminal: Tea at at five.\n",
    err: "",
  });
  expect(await parley(["memory", "forget", "2"], { cwd })).toEqual({ code: 1, out: "", err: "There is no note 2.\n" });
  expect((await parley(["memory", "list"], { cwd })).out).toContain("terminal: 1 note\n");
  // The run is still what it was, whatever has been forgotten since.
  expect(await parley(["replay", "last", "--db", "log.db"], { cwd })).toMatchObject({ code: 0 });
});

test("a fork does not remember again what the run had remembered when it was forked", async () => {
  const cwd = folder();
  const events = await run(cwd, "six");
  const kept = events.find((event) => event.type === "tool.returned" && event.tool === "remember")?.seq ?? 0;
  const started = events.find((event) => event.type === "run.started");
  const fork = await parley(["run", "--json", "--db", "log.db", "--fork", `${started?.run}@${kept}`], { cwd });
  expect(fork.code).toBe(0);
  expect((await parley(["memory", "list"], { cwd })).out).toContain("terminal: 1 note\n");
});

test("a channel is named by its id, and another one's notes are out of reach then", async () => {
  const cwd = folder();
  const { memory, store } = openSqlite({ path: join(cwd, "log.db") });
  const note = { agent: "Ana", thread: "t", askedBy: { id: "U1", name: "Maria" } };
  await memory.remember({ ...note, scope: "T1/C1", text: "here", call: "1" });
  await memory.remember({ ...note, scope: "T1/C2", text: "\u001b[2Jthere", call: "2" });
  expect(await parley(["memory", "forget", "1"], { cwd })).toMatchObject({
    code: 1,
    err: expect.stringContaining("another Parley is running") as string,
  });
  expect((await parley(["memory", "list", "--channel", "C2"], { cwd })).out).toMatch(/^T1\/C2: 1 note\n.*\n {6}there\n$/);
  await store.close();
  expect(await parley(["memory", "forget", "1", "--channel", "C2"], { cwd })).toMatchObject({
    code: 1,
    err: "There is no note 1 in C2.\n",
  });
  expect(await parley(["memory", "forget", "#1", "--channel", "T1/C1"], { cwd })).toMatchObject({ code: 0 });
  expect((await parley(["memory", "list", "--channel", "C1"], { cwd })).out).toContain("Nothing is remembered in C1.");
});

test("without a database, or with words that cannot be meant, it says what to do and makes nothing", async () => {
  const cwd = folder();
  for (const args of [["list"], ["forget", "1"]])
    expect(await parley(["memory", ...args], { cwd })).toMatchObject({
      code: 1,
      err: expect.stringContaining("there is no database") as string,
    });
  for (const args of [[], ["forget"], ["forget", "tea"], ["list", "all"], ["keep", "1"]])
    expect(await parley(["memory", ...args], { cwd })).toMatchObject({ code: 2, out: "" });
});
