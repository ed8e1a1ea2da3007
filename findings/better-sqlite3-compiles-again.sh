#!/usr/bin/env bash
# better-sqlite3 13.2.0 (SQLite 3.54.1, built with STAT4): a prepared statement with ORDER BY beside a parameter is compiled anew each time it is run.
#
# One would guess: `db.prepare` compiles once, and each run costs what it takes to find the rows.
# What happens: SQLite with STAT4 looks at a parameter's value while it plans ORDER BY (or `LIMIT ?`), and marks the statement as one that is to be
# compiled again whenever a value is bound. Binding comes before each run, so that a query of one row takes several times as long; with a larger
# schema, five times and more. No index, no ANALYZE and no bound value changes it. Behind a plus (`= +?`), which changes nothing else (the index is
# used as before), the value is not looked at, and the statement stays compiled.
#
# Seen, µs a run: `a = ?` 0.8; `a = ? ORDER BY b` 4.6; `a = +? ORDER BY b` 0.8; `a = ? LIMIT ?` 4.1; `a = ? LIMIT +?` 0.9. Fails when the first two are
# alike, or the third is as slow as the second.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund better-sqlite3@13.2.0 >/dev/null
cat >try.mjs <<'JS'
import { createRequire } from "node:module";
const Database = createRequire(import.meta.url)("better-sqlite3");
const db = new Database(":memory:");
db.exec("CREATE TABLE t (a INTEGER, b INTEGER, c TEXT); CREATE INDEX t_ab ON t (a, b); INSERT INTO t VALUES (1, 1, 'x')");
const plan = (sql) => db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(1).map(({ detail }) => detail).join();
const usARun = (sql, ...values) => {
  const statement = db.prepare(sql);
  const batch = () => {
    const begun = performance.now();
    for (let run = 0; run < 1_000; run++) statement.all(...values);
    return performance.now() - begun;
  };
  const us = Math.min(...Array.from({ length: 30 }, batch));
  console.log(`${us.toFixed(1).padStart(5)} µs a run: ${sql}`);
  return us;
};
const bare = usARun("SELECT c FROM t WHERE a = ?", 1);
const ordered = usARun("SELECT c FROM t WHERE a = ? ORDER BY b", 1);
const behindPlus = usARun("SELECT c FROM t WHERE a = +? ORDER BY b", 1);
usARun("SELECT c FROM t WHERE a = ? LIMIT ?", 1, 5);
usARun("SELECT c FROM t WHERE a = ? LIMIT +?", 1, 5);
const isSamePlan = plan("SELECT c FROM t WHERE a = ? ORDER BY b") === plan("SELECT c FROM t WHERE a = +? ORDER BY b");
const isAsBefore = ordered > 2 * bare && ordered > 2 * behindPlus && isSamePlan;
console.log(isAsBefore ? "as before" : "not as before");
process.exit(isAsBefore ? 0 : 1);
JS
node try.mjs
