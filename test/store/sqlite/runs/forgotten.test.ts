import Database from "better-sqlite3";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createForgetting } from "../../../../src/runner/upkeep/forgetting.ts";
import { ADA, BOB, newPath, open, run, tasks } from "./finished.ts";
import { letNoTimePass } from "../../no-time.ts";

letNoTimePass();

test("what is forgotten is not found, and stands in no part of the file", async () => {
  const path = newPath();
  const { store, runs, forgetter } = open(path);
  const more = [{ type: "message.posted" as const, person: BOB, text: "Pangolins are nicer", id: "m2" }];
  await run(store, { task: "Zebrafinches", more });
  await run(store, { thread: "T1/C2/2.1", minute: 1, task: "Quokkas" });
  await run(store, { thread: "T1/C1/3.1", minute: 2, task: "Wombats" });
  const here = { places: ["T1/C1", "T1/C2"] };
  expect(await tasks(runs, here)).toEqual(["Wombats", "Quokkas", "Zebrafinches"]);

  expect(await forgetter.message("T1/C1/1.1", { id: "m2", receipt: "" })).toBe(1);
  expect(await tasks(runs, { words: ["pangolins"] })).toEqual([]);
  expect(await tasks(runs, { words: ["zebrafinches"] })).toEqual(["Zebrafinches"]);

  const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
  const by = { workspace: "T1", person: ADA, deed: "forget", subject: "x", allowed: true };
  await forgetting.forget({ kind: "thread", thread: "T1/C1/3.1" }, by);
  expect(await tasks(runs, { words: ["wombats"] })).toEqual([]);
  expect(await tasks(runs, { person: BOB.id })).toEqual(["Zebrafinches"]);
  await forgetting.forget({ kind: "person", person: BOB.id }, { ...by, subject: BOB.id });
  expect(await tasks(runs, { person: BOB.id })).toEqual([]);
  await forgetting.forget({ kind: "older", before: "2026-01-01T00:01:30.000Z", costs: false, memory: false }, by);
  expect(await tasks(runs, here)).toEqual(["(forgotten)"]);
  const db = new Database(path, { readonly: true });
  const parts = db.prepare<[], Buffer>("SELECT block FROM run_words_data").pluck().all();
  db.close();
  for (const word of ["pangolin", "wombat", "zebrafinch", "quokka"]) expect(parts.some((part) => part.includes(word))).toBe(false);
});

test("what was read before a forgetting is not entered after it", async () => {
  const opened = open();
  const { store, forgetter } = opened;
  await run(store, { more: [{ type: "message.posted", person: BOB, text: "Pangolins", id: "m2" }] });
  const [entering] = [opened.runs.enter("T1"), forgetter.message("T1/C1/1.1", { id: "m2", receipt: "" })];
  await entering;
  expect(await tasks(opened.runs, { words: ["pangolins"] })).toEqual([]);
  expect(await tasks(opened.runs)).toEqual(["Count"]);
});

/** How often a word stands in the files of the database: in the log, and as the index has it. */
const timesIn = (path: string, word: string): { readonly log: number; readonly index: number } => {
  const bytes = readdirSync(dirname(path)).map((file) => readFileSync(join(dirname(path), file)));
  const times = (text: string) => bytes.reduce((sum, one) => sum + Number(one.includes(text)), 0);
  return { log: times(word), index: times(word.toLowerCase()) };
};

test("words that were deleted stand nowhere in the file, though it is too large to be written anew", async () => {
  const path = newPath();
  const { store, runs, forgetter } = open(path);
  const more = [{ type: "message.posted" as const, person: BOB, text: "Pangolins are nicer", id: "m2" }];
  await run(store, { task: "Zebrafinches", more });
  await run(store, { thread: "T1/C1/3.1", minute: 2, task: "Wombats" });
  await run(store, { thread: "T1/C1/4.1", minute: 3, task: "Quokkas" });
  const db = new Database(path);
  db.exec("INSERT INTO notes (key, value) VALUES ('large', hex(zeroblob(33 * 1024 * 1024)))");
  db.close();
  await runs.enter("T1");
  for (const word of ["Pangolins", "Wombats"])
    expect(timesIn(path, word)).toEqual({ log: expect.toBeOneOf([1, 2]), index: expect.toBeOneOf([1, 2]) });

  const parts = { store, rewrite: <T>(_thread: string, job: () => Promise<T>) => job(), forgetter };
  const forgetting = createForgetting({ ...parts, compacts: "if small" });
  await forgetting.message("T1/C1/1.1", { id: "m2", receipt: "" });
  expect(timesIn(path, "Pangolins")).toEqual({ log: 0, index: 0 });
  const by = { workspace: "T1", person: ADA, deed: "forget", subject: "x", allowed: true };
  await forgetting.forget({ kind: "thread", thread: "T1/C1/3.1" }, by);
  expect(timesIn(path, "Wombats")).toEqual({ log: 0, index: 0 });
  expect(timesIn(path, "Quokkas")).toEqual({ log: 1, index: 1 });
  expect(await tasks(runs, { words: ["quokkas"] })).toEqual(["Quokkas"]);
});

test("words that are deleted while those of another run are being taken out stand nowhere either", async () => {
  const path = newPath();
  const { store, runs, forgetter } = open(path);
  const many = (of: number) => Array.from({ length: 900 }, (_, nth) => `w${((nth + 1) * (of + 7) * 7919) % 9973}`).join(" ");
  // No two begin alike: of words that do, each stands without what it has in common with the one before.
  const words = new Map([5, 0].map((nth, at) => [nth, ["aardvarks", "baboons"][at] ?? ""]));
  for (let nth = 0; nth < 60; nth++) {
    const more = [{ type: "message.posted" as const, person: BOB, text: words.get(nth) ?? "", id: "m2" }];
    await run(store, { thread: `T1/C1/${nth}.1`, minute: nth, result: many(nth), more });
  }
  while (await runs.enter("T1"));
  const db = new Database(path, { readonly: true });
  onTestFinished(() => void db.close());
  const parts = db.prepare<[string], number>("SELECT count(*) FROM run_words_data WHERE instr(block, CAST(? AS BLOB)) > 0").pluck();
  const indexed = () => [...words.values()].filter((word) => parts.get(word) !== 0);
  expect(indexed()).toEqual(["aardvarks", "baboons"]);
  await Promise.all([...words.keys()].map((nth) => forgetter.message(`T1/C1/${nth}.1`, { id: "m2", receipt: "" })));
  expect(indexed()).toEqual([]);
});
