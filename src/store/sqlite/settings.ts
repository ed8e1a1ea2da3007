import { SETTINGS_LISTED_MAX, type Setting, type SettingChanged, type Settings } from "../settings.ts";
import type { SqliteAudit } from "./audit/audit.ts";
import type { Connection } from "./connection.ts";
import { checkSetting } from "../records/sizes.ts";

interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly revision: number;
}

/** Settings by workspace and name, and the decisions of each workspace. */
export function sqliteSettings(
  { db, write, read }: Connection,
  {
    audit,
    follow,
    changed,
  }: { readonly audit: SqliteAudit; readonly follow: Settings["follow"]; readonly changed: (what: SettingChanged) => void },
): Settings {
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));

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
      checkSetting(name, text);
      // What a person has seen set or taken away must not come back with a power cut.
      const isPut = audit.telling(() =>
        write("full", () => {
          const { workspace } = decision;
          const stands = on().get.get(workspace, name)?.revision ?? 0;
          if (stands !== revision) return false;
          if (text === undefined) on().remove.run(workspace, name);
          else on().put.run(workspace, name, text, revision + 1);
          audit.add(decision);
          return true;
        }),
      );
      if (isPut) changed({ workspace: decision.workspace, name });
      return isPut;
    },
    follow,
    record: async (decision) => audit.telling(() => write("normal", () => audit.add(decision))),
    workspaces: async () => [...new Set([...audit.workspaces(), ...read(() => on().workspaces.all())])].toSorted(),
    decisions: async (workspace, { limit, before = Number.MAX_SAFE_INTEGER }) => audit.page(workspace, { limit, before }),
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
    workspaces: db.prepare<[], string>("SELECT DISTINCT workspace FROM settings").pluck(),
  };
}

const settingOf = (row: SettingRow | undefined): Setting | undefined => row && { ...row, value: JSON.parse(row.value) as unknown };
