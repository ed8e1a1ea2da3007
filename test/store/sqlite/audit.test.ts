import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { createForgetting } from "../../../src/runner/upkeep/forgetting.ts";
import { hashOf, repeatsHash } from "../../../src/store/audit-chain.ts";
import type { Target } from "../../../src/store/forgetting.ts";
import type { AuditRow } from "../../../src/store/records/audit-entries.ts";
import type { Decision } from "../../../src/store/settings.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";

function newPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "parley-audit-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "parley.db");
}

const PEOPLE = [
  { id: "U0ADA", name: "Ada Lovelace" },
  { id: "U0BOB", name: "Bob Builder" },
];
const OPERATOR = { id: "operator", name: "Operator" };

const anyDecision: fc.Arbitrary<Decision> = fc.record({
  workspace: fc.constantFrom("T1", "T2"),
  person: fc.constantFrom(...PEOPLE),
  deed: fc.constantFrom("stop", "approve once", "start"),
  subject: fc.constantFrom("T1/C1/1.1", "T1/C2/2.2 call", "person/U0ADA", "note 4"),
  allowed: fc.boolean(),
  detail: fc.oneof(fc.string(), fc.constantFrom("Only Ada Lovelace can", "no")),
});
const anyTarget: fc.Arbitrary<Target> = fc.constantFrom<Target[]>(
  { kind: "thread", thread: "T1/C1/1.1" },
  { kind: "scope", scope: "T1/C2" },
  { kind: "workspace", workspace: "T2" },
  { kind: "person", person: "U0ADA" },
);
type Step =
  { readonly do: "decide"; readonly decision: Decision } | { readonly do: "forget"; readonly target: Target } | { readonly do: "drop" };
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant("decide" as const), decision: anyDecision }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("forget" as const), target: anyTarget }) },
  { weight: 1, arbitrary: fc.constant({ do: "drop" as const }) },
);

/** Takes the steps, an hour apart. */
async function taken(path: string, steps: readonly Step[]) {
  let now = Date.parse("2026-11-23T00:00:00Z");
  const opened = openSqlite({ path, now: () => now });
  const { store, settings, forgetter, audit } = opened;
  const forgetting = createForgetting({ store, rewrite: (_thread, job) => job(), forgetter, compacts: "now" });
  for (const step of steps) {
    now += 3_600_000;
    if (step.do === "decide") await settings.record(step.decision);
    else if (step.do === "drop") await audit.dropBefore(new Date(now - 10 * 3_600_000).toISOString());
    else {
      const by = { workspace: "T1", person: OPERATOR, deed: "forget", subject: "it", allowed: true };
      await forgetting.forget(step.target, by);
    }
  }
  return opened;
}

test("any sequence of decisions, forgettings and entries whose time is over leaves a chain that holds", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyStep, { maxLength: 25 }), async (steps) => {
      const { store, audit } = await taken(":memory:", steps);
      expect((await audit.check()).problems).toEqual([]);
      await store.close();
    }),
    { numRuns: 60 },
  );
});

/** One thing that somebody does to the rows. */
interface Tampering {
  readonly at: number;
  readonly how: "change" | "remove" | "swap" | "blank" | "end";
  readonly column: string;
}
const anyTampering: fc.Arbitrary<Tampering> = fc.record({
  at: fc.nat(100),
  how: fc.constantFrom("change", "remove", "swap", "blank", "end"),
  column: fc.constantFrom(
    "workspace",
    "at",
    "deed",
    "allowed",
    "key",
    "words",
    "digests",
    "forgot",
    "prev",
    "hash",
    "times",
    "last_at",
    "last_key",
    "repeats",
  ),
});

function tamper(path: string, { at, how, column }: Tampering): boolean {
  const db = new Database(path);
  try {
    const ids = db.prepare<[], number>("SELECT id FROM audit ORDER BY id").pluck().all();
    const id = ids[at % ids.length]!;
    const other = ids[(at + 1) % ids.length]!;
    if (how === "remove") return db.prepare("DELETE FROM audit WHERE id = ?").run(id).changes > 0;
    if (how === "end") return db.prepare("UPDATE audit_ends SET last = last + 1").run().changes > 0;
    if (how === "blank") {
      const words = JSON.parse(db.prepare<[number], string>("SELECT words FROM audit WHERE id = ?").pluck().get(id)!) as {
        subject?: unknown;
      };
      if (words.subject === undefined) return false;
      delete words.subject;
      return db.prepare("UPDATE audit SET words = ? WHERE id = ?").run(JSON.stringify(words), id).changes > 0;
    }
    if (how === "swap") {
      if (id === other) return false;
      const move = db.prepare("UPDATE audit SET id = ? WHERE id = ?");
      for (const [to, from] of [
        [-1, id],
        [id, other],
        [other, -1],
      ] as const)
        move.run(to, from);
      return true;
    }
    const before = db.prepare<[number], string | number | null>(`SELECT ${column} FROM audit WHERE id = ?`).pluck().get(id);
    const after =
      typeof before === "number"
        ? column === "allowed"
          ? 1 - before
          : before + 1
        : column === "words"
          ? String(before).replace('"personName":["', '"personName":["X')
          : before === null || before === undefined
            ? '{"1":["detail"]}'
            : `${before.slice(0, -1)}${before.endsWith("}") ? " }" : before.endsWith("x") ? "y" : "x"}`;
    if (after === before) return false;
    return db.prepare(`UPDATE audit SET ${column} = ? WHERE id = ?`).run(after, id).changes > 0;
  } finally {
    db.close();
  }
}

test("whatever is changed, taken out, moved or blanked by hand in any one place is found", async () => {
  const steps = fc.array(anyStep, { minLength: 3, maxLength: 15 });
  await fc.assert(
    fc.asyncProperty(steps, anyTampering, async (before, tampering) => {
      const path = newPath();
      const first = await taken(path, [
        ...before,
        { do: "decide", decision: { workspace: "T1", person: PEOPLE[1]!, deed: "stop", subject: "last", allowed: true } },
      ]);
      await first.store.close();
      fc.pre(tamper(path, tampering));
      const { store, audit } = openSqlite({ path });
      expect((await audit.check()).problems).not.toEqual([]);
      await store.close();
    }),
    { numRuns: 80 },
  );
});

test("an entry that was made anew, hash and all, does not fit the one behind it", async () => {
  const path = newPath();
  const { store, settings } = openSqlite({ path });
  for (const subject of ["one", "two"])
    await settings.record({ workspace: "T1", person: PEOPLE[0]!, deed: "stop", subject, allowed: true });
  await store.close();
  const db = new Database(path);
  const made = db.prepare<[], AuditRow>("SELECT *, 'start' AS deed, last_at AS lastAt, last_key AS lastKey FROM audit WHERE id = 1").get()!;
  const hash = hashOf(made);
  db.prepare("UPDATE audit SET deed = ?, hash = ?, repeats = ? WHERE id = 1").run(made.deed, hash, repeatsHash(hash, made));
  db.close();
  const { store: again, audit } = openSqlite({ path });
  expect((await audit.check()).problems).toEqual(["entry 2 does not follow the one before it: something was changed, taken out or moved"]);
  await again.close();
});

test("refusals of one kind are one entry, with how often and when last; another day, kind or person is another one", async () => {
  let now = Date.parse("2026-11-23T10:00:00Z");
  const { store, settings } = openSqlite({ path: ":memory:", now: () => now });
  const refused = (more: Partial<Decision> = {}) =>
    settings.record({
      workspace: "T1",
      person: PEOPLE[0]!,
      deed: "start",
      subject: "t",
      allowed: false,
      detail: "Only admins can.",
      ...more,
    });
  for (let times = 0; times < 1_000; times++) {
    now += 10_000;
    await refused({ subject: `t${times}`, key: `refused start ${times}` });
    // Handled again after a crash.
    await refused({ subject: `t${times}`, key: `refused start ${times}` });
  }
  await refused({ person: PEOPLE[1]! });
  await refused({ deed: "stop" });
  await refused({ detail: "You are here from another organisation." });
  now += 24 * 3_600_000;
  await refused();
  const found = await settings.decisions("T1", { limit: 99 });
  expect(found.map(({ deed, person, times }) => [deed, person.id, times])).toEqual([
    ["start", "U0ADA", undefined],
    ["start", "U0ADA", undefined],
    ["stop", "U0ADA", undefined],
    ["start", "U0BOB", undefined],
    ["start", "U0ADA", 1_000],
  ]);
  expect(found.at(-1)).toMatchObject({ at: "2026-11-23T10:00:10.000Z", lastAt: "2026-11-23T12:46:40.000Z", subject: "t0" });
  await store.close();
});

test("entries are kept by time and not by count, and the chain then begins later", async () => {
  let now = Date.parse("2026-01-01T00:00:00Z");
  const { store, settings, audit } = openSqlite({ path: ":memory:", now: () => now });
  for (let day = 0; day < 30; day++) {
    await settings.record({ workspace: "T1", person: PEOPLE[0]!, deed: "stop", subject: `${day}`, allowed: true });
    now += 24 * 3_600_000;
  }
  expect(await audit.dropBefore("2026-01-11T00:00:00.000Z")).toBe(10);
  expect((await settings.decisions("T1", { limit: 99 })).map(({ subject }) => subject).at(-1)).toBe("10");
  expect(await audit.check()).toMatchObject({ entries: 20, first: 11, problems: [] });
  await store.close();
});

test("the entries of an old database are taken over, in order and with all they say", async () => {
  const path = newPath();
  await openSqlite({ path }).store.close();
  const old = new Database(path);
  old.exec(`
    DROP INDEX inbox_by_lane; ALTER TABLE inbox DROP COLUMN lane; CREATE INDEX inbox_by_handled ON inbox (handled_at);
    DROP TABLE runs; DROP TABLE run_words; DROP TABLE runs_due; DROP TABLE schedules; DROP TABLE logins; DROP TABLE workspaces; DROP TABLE workspace_files; DROP TABLE heard; ALTER TABLE spent DROP COLUMN estimated; DROP TABLE audit; DROP TABLE audit_ends; DROP TABLE forgettings; ALTER TABLE threads DROP COLUMN forgotten;
    CREATE TABLE decisions (
      id INTEGER PRIMARY KEY AUTOINCREMENT, workspace TEXT NOT NULL, at TEXT NOT NULL, person_id TEXT NOT NULL, person_name TEXT NOT NULL,
      deed TEXT NOT NULL, subject TEXT NOT NULL, allowed INTEGER NOT NULL, detail TEXT, key TEXT
    ) STRICT;
    INSERT INTO decisions VALUES (3, 'T1', '2026-01-05T09:00:00.000Z', 'U0ADA', 'Ada', 'stop', 'T1/C1/1.1', 1, NULL, 'T1/C1/1.1#4');
    INSERT INTO decisions VALUES (9, 'T1', '2026-01-06T09:00:00.000Z', 'U0BOB', 'Bob', 'start', 'x', 0, 'Only admins can.', NULL);
    PRAGMA user_version = 5;
  `);
  old.close();
  const { store, settings, audit } = openSqlite({ path });
  expect(await settings.decisions("T1", { limit: 9 })).toEqual([
    {
      id: 2,
      workspace: "T1",
      at: "2026-01-06T09:00:00.000Z",
      person: { id: "U0BOB", name: "Bob" },
      deed: "start",
      subject: "x",
      allowed: false,
      detail: "Only admins can.",
    },
    {
      id: 1,
      workspace: "T1",
      at: "2026-01-05T09:00:00.000Z",
      person: { id: "U0ADA", name: "Ada" },
      deed: "stop",
      subject: "T1/C1/1.1",
      allowed: true,
    },
  ]);
  expect(await audit.check()).toMatchObject({ entries: 2, problems: [] });
  // What was decided then is known still by its key.
  await settings.record({ workspace: "T1", person: PEOPLE[0]!, deed: "stop", subject: "T1/C1/1.1", allowed: true, key: "T1/C1/1.1#4" });
  expect(await audit.check()).toMatchObject({ entries: 2 });
  await store.close();
});
