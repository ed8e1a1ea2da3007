import { expect, test } from "vitest";
import { compiledOnce, Database } from "../../../../src/store/sqlite/driver/database.ts";

test("each parameter stands behind a plus, and what only looks like one is left alone", () => {
  expect(compiledOnce("SELECT a FROM t WHERE b = ? AND c = ?2 AND d = @name LIMIT ?")).toBe(
    "SELECT a FROM t WHERE b = +? AND c = +?2 AND d = +@name LIMIT +?",
  );
  const others = `SELECT '?', 'it''s ?', "a?b", body ->> '$.type' /* ? and
    @more */ FROM t -- :none?`;
  expect(compiledOnce(others)).toBe(others);
});

test("values come and go as they were given, and indexes are used as before", () => {
  const db = new Database(":memory:");
  db.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT, bytes BLOB, size REAL) STRICT; CREATE INDEX t_words ON t (words, id)");
  const add = db.prepare<[number, string, Buffer, number | null]>("INSERT INTO t VALUES (?, ?, ?, ?)");
  add.run(1, "07", Buffer.from([0, 1]), 1.5);
  add.run(2, "7", Buffer.from([2]), null);
  add.run(3, "7", Buffer.from([3]), 0);
  const found = db.prepare<{ words: string; count: number }, { id: number }>(
    "SELECT id FROM t WHERE words = @words ORDER BY id LIMIT @count",
  );
  expect(found.all({ words: "7", count: 5 })).toEqual([{ id: 2 }, { id: 3 }]);
  expect(found.all({ words: "7", count: 1 })).toEqual([{ id: 2 }]);
  expect(db.prepare("SELECT * FROM t WHERE id = ?").get("1")).toEqual({ id: 1, words: "07", bytes: Buffer.from([0, 1]), size: 1.5 });
  expect(db.prepare("SELECT ? AS words, typeof(?) AS kind, typeof(?) AS bytes").get("07", "7", Buffer.from([1]))).toEqual({
    words: "07",
    kind: "text",
    bytes: "blob",
  });
  const plan = db.prepare<[string], { detail: string }>("EXPLAIN QUERY PLAN SELECT id FROM t WHERE words = ? ORDER BY id").all("7");
  expect(plan.map(({ detail }) => detail)).toEqual(["SEARCH t USING COVERING INDEX t_words (words=?)"]);
  db.close();
});
