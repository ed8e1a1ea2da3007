import { expect, test } from "vitest";
import { editNote } from "../../src/store/notes.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";

test("edits of two processes at the same moment are both in the note", async () => {
  const one = openSqlite({ path: ":memory:" });
  const other = one.beside();
  const add = (word: string) => (noted: string | undefined) => [noted, word].filter(Boolean).join(" ");
  await Promise.all(["a", "b", "c", "d"].map((word, index) => editNote((index % 2 ? one : other).store, "n", add(word))));
  expect((await one.store.note("n"))?.split(" ").toSorted()).toEqual(["a", "b", "c", "d"]);
  await other.store.close();
  await one.store.close();
});

test("an edit that wants nothing puts nothing", async () => {
  const { store } = openSqlite({ path: ":memory:" });
  await editNote(store, "n", () => undefined);
  expect(await store.note("n")).toBeUndefined();
  await store.close();
});
