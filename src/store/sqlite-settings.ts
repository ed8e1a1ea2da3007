import {
  DECISION_CHARS_MAX,
  DECISIONS_KEPT_MAX,
  SETTING_BYTES_MAX,
  SETTING_NAME_CHARS_MAX,
  SETTINGS_LISTED_MAX,
  type Decision,
  type RecordedDecision,
  type Setting,
  type Settings,
} from "./settings.ts";
import type { Connection } from "./sqlite-connection.ts";
import { StoreError } from "./store.ts";

/** Looked at once in so many decisions, so that the old ones are dropped without a search each time. */
const DECISIONS_BETWEEN_CLEANINGS = 1_000;

interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly revision: number;
}

interface DecisionRow extends Omit<RecordedDecision, "person" | "allowed" | "detail" | "workspace"> {
  readonly personId: string;
  readonly personName: string;
  readonly allowed: number;
  readonly detail: string | null;
}

/** Settings by workspace and name, and the decisions of each workspace. */
export function sqliteSettings({ db, write, read }: Connection, now: () => number): Settings {
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));

  const decide = ({ workspace, person, deed, subject, allowed, detail, key }: Decision) => {
    const cut = (text: string) => text.slice(0, DECISION_CHARS_MAX);
    const at = new Date(now()).toISOString();
    const texts = [person.id, person.name, deed, subject].map(cut);
    const told = detail === undefined ? null : cut(detail);
    const { lastInsertRowid, changes } = on().decide.run(workspace, at, ...texts, allowed ? 1 : 0, told, key ?? null);
    if (changes > 0 && Number(lastInsertRowid) % DECISIONS_BETWEEN_CLEANINGS === 0) on().drop.run(workspace, workspace, DECISIONS_KEPT_MAX);
  };

  return {
    get: async (workspace, name) => read(() => settingOf(on().get.get(workspace, name))),
    // A range and no LIKE: what a person calls a team may hold its wildcards.
    list: async (workspace, prefix) =>
      read(() =>
        on()
          .list.all(workspace, prefix, `${prefix}\u{10FFFF}`, SETTINGS_LISTED_MAX)
          .flatMap((row) => settingOf(row) ?? []),
      ),
    put: async ({ name, value, revision, decision }) => {
      const text = value === undefined ? undefined : JSON.stringify(value);
      refuseOversized(name, text);
      // What a person has seen set or taken away must not come back with a power cut.
      return write("full", () => {
        const { workspace } = decision;
        const stands = on().get.get(workspace, name)?.revision ?? 0;
        if (stands !== revision) return false;
        if (text === undefined) on().remove.run(workspace, name);
        else on().put.run(workspace, name, text, revision + 1);
        decide(decision);
        return true;
      });
    },
    record: async (decision) => write("normal", () => decide(decision)),
    workspaces: async () =>
      read(() =>
        on()
          .workspaces.all()
          .map(({ workspace }) => workspace),
      ),
    decisions: async (workspace, { limit, before = Number.MAX_SAFE_INTEGER }) =>
      read(() =>
        on()
          .decisions.all(workspace, before, limit)
          .map((row) => decisionOf(workspace, row)),
      ),
  };
}

function statementsOn(db: Connection["db"]) {
  return {
    get: db.prepare<[string, string], SettingRow>("SELECT name, value, revision FROM settings WHERE workspace = ? AND name = ?"),
    list: db.prepare<[string, string, string, number], SettingRow>(
      "SELECT name, value, revision FROM settings WHERE workspace = ? AND name >= ? AND name < ? ORDER BY name LIMIT ?",
    ),
    put: db.prepare(
      "INSERT INTO settings (workspace, name, value, revision) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value, revision = excluded.revision",
    ),
    remove: db.prepare("DELETE FROM settings WHERE workspace = ? AND name = ?"),
    decide: db.prepare(
      "INSERT INTO decisions (workspace, at, person_id, person_name, deed, subject, allowed, detail, key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    ),
    drop: db.prepare(
      "DELETE FROM decisions WHERE workspace = ? AND id <= (SELECT id FROM decisions WHERE workspace = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
    ),
    workspaces: db.prepare<[], { readonly workspace: string }>("SELECT DISTINCT workspace FROM decisions ORDER BY workspace"),
    decisions: db.prepare<[string, number, number], DecisionRow>(
      `SELECT id, at, person_id AS personId, person_name AS personName, deed, subject, allowed, detail FROM decisions
        WHERE workspace = ? AND id < ? ORDER BY id DESC LIMIT ?`,
    ),
  };
}

const settingOf = (row: SettingRow | undefined): Setting | undefined => row && { ...row, value: JSON.parse(row.value) as unknown };

function decisionOf(workspace: string, { personId, personName, allowed, detail, ...row }: DecisionRow): RecordedDecision {
  return {
    ...row,
    workspace,
    person: { id: personId, name: personName },
    allowed: allowed === 1,
    ...(detail === null ? {} : { detail }),
  };
}

function refuseOversized(name: string, text: string | undefined): void {
  if (name.length > SETTING_NAME_CHARS_MAX)
    throw new StoreError(
      `setting ${name.slice(0, 60)}…: its name has ${name.length} characters; at most ${SETTING_NAME_CHARS_MAX} are kept.`,
    );
  const bytes = Buffer.byteLength(text ?? "");
  if (bytes > SETTING_BYTES_MAX)
    throw new StoreError(`setting ${name}: has ${bytes} bytes; at most ${SETTING_BYTES_MAX} are kept. Shorten it.`);
}
