import { randomUUID } from "node:crypto";
import type { Person } from "../../../engine/events/events.ts";
import type { Found, Target } from "../../forgetting.ts";
import { forksNote, forksUnder, type Fork } from "../../forks/forks.ts";
import { collectNames, renamedIn } from "../../records/forgetting-pens.ts";
import type { Where } from "../../records/forgetting-targets.ts";
import type { Query } from "../server/connection.ts";
import { meant } from "./targets.ts";

/** The statements of forgetting; `within`: the transaction of the caller's. */

/** `?` becomes `$1`, `$2` …; no statement here has one in a text. */
async function run<Row extends object>(within: Query, sql: string, ...values: readonly unknown[]): Promise<readonly Row[]> {
  let n = 0;
  return within<Row>(
    sql.replaceAll("?", () => `$${++n}`),
    values,
  );
}

const count = async (within: Query, sql: string, ...values: readonly unknown[]): Promise<number> =>
  (await run<{ n: number }>(within, `SELECT count(*) AS n FROM ${sql}`, ...values))[0]?.n ?? 0;

export async function threadsOf(query: Query, target: Target): Promise<string[]> {
  const where = meant.threads(target);
  return (await run<{ name: string }>(query, `SELECT name FROM threads WHERE ${where.sql} ORDER BY id`, ...where.values)).map(
    ({ name }) => name,
  );
}

/** The forks of these threads, and the forks of those. */
export async function forksOf(query: Query, threads: readonly string[]): Promise<readonly Fork[]> {
  const notes = new Map<string, string>();
  for (let open = threads; open.length > 0;) {
    const rows = await query<{ key: string; value: string }>("SELECT key, value FROM notes WHERE key = ANY($1::text[])", [
      open.map(forksNote),
    ]);
    const before = notes.size;
    for (const { key, value } of rows) notes.set(key, value);
    if (notes.size === before) break;
    open = forksUnder(threads, (key) => notes.get(key))
      .map(({ thread }) => thread)
      .filter((thread) => !notes.has(forksNote(thread)));
  }
  return forksUnder(threads, (key) => notes.get(key));
}

/** Under which names a person stands in the logs. */
export async function namesOf(query: Query, id: string): Promise<string[]> {
  const names = new Set<string>();
  for (const { body } of await query<{ body: string }>("SELECT body FROM events WHERE strpos(body, $1) > 0", [id]))
    collectNames(JSON.parse(body), id, names);
  // Where the id stood in for the name, the name was learned later.
  const learned = await query<{ value: string }>(
    "SELECT value FROM notes WHERE starts_with(key, 'name/') AND right(key, length($1) + 1) = '/' || $1",
    [id],
  );
  for (const { value } of learned) names.add(value);
  return [...names].filter((name) => name !== "" && name !== id);
}

export async function find(query: Query, target: Target): Promise<Found> {
  const forks = "forks" in target ? (target.forks ?? []) : [];
  const threads = await threadsOf(query, "forks" in target ? { ...target, forks: [] } : target);
  const inThreads = (table: string) =>
    count(query, `${table} WHERE thread IN (SELECT id FROM threads WHERE name = ANY(?::text[]))`, threads);
  const bodies = await run<{ body: string }>(
    query,
    'SELECT body FROM events WHERE thread IN (SELECT id FROM threads WHERE name = ANY(?::text[])) AND strpos(body, \'"hash":"\') > 0',
    threads,
  );
  const files = new Set(bodies.flatMap(({ body }) => [...body.matchAll(/"hash":"([0-9a-f]{64})"/g)].map(([, hash]) => hash)));
  const [memories, settings, schedules] = [meant.memories(target), meant.settings(target), meant.schedules(target)];
  const inTable = async (table: string, where: Where<unknown> | undefined) =>
    where ? count(query, `${table} WHERE ${where.sql}`, ...where.values) : 0;
  let copied = 0;
  for (const { thread, seq } of forks)
    copied += await count(query, "events WHERE thread = (SELECT id FROM threads WHERE name = ?) AND seq <= ?", thread, seq);
  let envelopes = 0;
  for (const { sql, values } of meant.envelopes(target))
    envelopes += await count(query, `inbox WHERE handled_at IS NULL AND ${sql}`, ...values);
  return {
    threads: threads.length,
    events: copied + (await inThreads("events")),
    files: files.size,
    posts: target.kind === "person" ? 0 : await inThreads("outbox"),
    envelopes,
    memories: await inTable("memories", memories),
    settings: (await inTable("settings", settings)) + (await inTable("schedules", schedules)),
  };
}

/** A revision that nobody has takes its place, so that a save that is under way comes too late. */
export async function forgetWorkspace(within: Query, thread: string): Promise<void> {
  // Of one that is saved for the first time there is no row to wait for.
  await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`workspace/${thread}`]);
  await within("DELETE FROM workspace_files WHERE thread = $1", [thread]);
  await within(
    "INSERT INTO workspaces (thread, revision, whole) VALUES ($1, $2, true) ON CONFLICT (thread) DO UPDATE SET revision = excluded.revision, whole = true",
    [thread, randomUUID()],
  );
}

export async function forgetCases(within: Query, thread: string): Promise<void> {
  const { sql, values } = meant.cases(thread);
  await run(within, `DELETE FROM settings WHERE ${sql}`, ...values);
}

export async function forgetThread(
  within: Query,
  { id, name }: { readonly id: number; readonly name: string },
  stays: { readonly memory: boolean; readonly forks: boolean },
): Promise<void> {
  await within("DELETE FROM outbox WHERE thread = $1", [id]);
  await within("DELETE FROM ready WHERE thread = $1", [id]);
  await within("DELETE FROM failing WHERE key = $1", [name]);
  // The copies in forks are younger, and may have to be found.
  await within("DELETE FROM notes WHERE strpos(key, $1) > 0 AND key <> $2", [name, stays.forks ? forksNote(name) : ""]);
  const settings = meant.settings({ kind: "thread", thread: name });
  if (settings) await run(within, `DELETE FROM settings WHERE ${settings.sql}`, ...settings.values);
  await within("UPDATE threads SET forgotten = last_seq WHERE id = $1", [id]);
  if (!stays.memory) await within("DELETE FROM memories WHERE thread = $1", [name]);
}

export async function dropThread(within: Query, { id, name }: { readonly id: number; readonly name: string }): Promise<void> {
  await within("DELETE FROM workspaces WHERE thread = $1", [name]);
  await within("DELETE FROM runs_due WHERE thread = $1", [id]);
  await within("DELETE FROM events WHERE thread = $1", [id]);
  await within("DELETE FROM threads WHERE id = $1", [id]);
}

export async function forgetElsewhere(
  within: Query,
  target: Target,
  { at, other }: { readonly at: number; readonly other: (person: string) => Person },
): Promise<void> {
  for (const { sql, values } of meant.envelopes(target))
    await run(within, `UPDATE inbox SET body = '', handled_at = ? WHERE handled_at IS NULL AND ${sql}`, at, ...values);
  for (const [table, where] of [
    ["memories", meant.memories(target)],
    ["settings", meant.settings(target)],
    ["schedules", meant.schedules(target)],
    ["notes", meant.notes(target)],
    ["knowledge_sources", meant.knowledge(target)],
  ] as const)
    if (where) await run(within, `DELETE FROM ${table} WHERE ${where.sql}`, ...where.values);
  if (target.kind === "person") await forgetPersonElsewhere(within, target.person, other(target.person));
  if (target.kind === "workspace") await forgetWorkspaceElsewhere(within, target.workspace);
  if (target.kind === "older" && !target.costs)
    await within("DELETE FROM spent WHERE day < $1", [target.before.slice(0, "2026-11-23".length)]);
}

/** Who has read a setting before and puts it then would bring the name back: by its revision that comes too late. */
async function forgetPersonElsewhere(within: Query, id: string, other: Person): Promise<void> {
  const renamed = (value: string): string => JSON.stringify(renamedIn(JSON.parse(value), id, other));
  const settings = await within<{ workspace: string; name: string; value: string }>(
    "SELECT workspace, name, value FROM settings WHERE strpos(value, $1) > 0 FOR UPDATE",
    [id],
  );
  for (const { workspace, name, value } of settings)
    await within("UPDATE settings SET value = $1, revision = revision + 1 WHERE workspace = $2 AND name = $3", [
      renamed(value),
      workspace,
      name,
    ]);
  const schedules = await within<{ workspace: string; schedule: string; value: string }>(
    "SELECT workspace, id AS schedule, value FROM schedules WHERE strpos(value, $1) > 0 FOR UPDATE",
    [id],
  );
  for (const { workspace, schedule, value } of schedules)
    await within("UPDATE schedules SET value = $1, revision = revision + 1 WHERE workspace = $2 AND id = $3", [
      renamed(value),
      workspace,
      schedule,
    ]);
  // By these ids what comes twice is recognised; they say who pressed.
  await within("DELETE FROM inbox WHERE handled_at IS NOT NULL AND strpos(envelope, $1) > 0", [id]);
  await within("DELETE FROM logins WHERE giver = $1", [id]);
  await within("DELETE FROM heard WHERE person = $1", [id]);
  await within("UPDATE spent SET account = $1 WHERE account = $2", [`person/${other.id}`, `person/${id}`]);
}

/** What was spent stays as the workspace's and its places'. An installation that is over goes with its tokens. */
async function forgetWorkspaceElsewhere(within: Query, workspace: string): Promise<void> {
  await within("DELETE FROM spent WHERE workspace = $1 AND starts_with(account, 'person/')", [workspace]);
  await within("DELETE FROM heard WHERE workspace = $1", [workspace]);
  // Ids of envelopes may say who pressed. Of a database with one workspace alone, all of them are its own.
  await within(
    `DELETE FROM inbox WHERE handled_at IS NOT NULL AND (strpos(envelope, $1) > 0 OR NOT EXISTS (SELECT 1 FROM threads WHERE workspace <> $1))`,
    [workspace],
  );
  await within("DELETE FROM installations WHERE id = $1 AND state <> 'active'", [workspace]);
  await within("DELETE FROM logins WHERE workspace = $1", [workspace]);
  await within("DELETE FROM org_channels WHERE workspace = $1", [workspace]);
  await within("DELETE FROM org_workspaces WHERE workspace = $1", [workspace]);
}
