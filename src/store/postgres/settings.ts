import { checkSetting } from "../records/sizes.ts";
import { SETTINGS_LISTED_MAX, type Setting, type Settings } from "../settings.ts";
import type { PostgresAudit } from "./audit/audit.ts";
import type { Connection } from "./server/connection.ts";
import type { Changes } from "./together/changes.ts";

interface SettingRow {
  readonly name: string;
  readonly value: string;
  readonly revision: number;
}

/** Settings by workspace and name, and the decisions of each workspace. */
export function postgresSettings(
  { query }: Connection,
  {
    audit,
    changes,
    follow,
  }: { readonly audit: PostgresAudit; readonly changes: Pick<Changes, "say">; readonly follow: Settings["follow"] },
): Settings {
  return {
    async get(workspace, name) {
      const rows = await query<SettingRow>("SELECT name, value, revision FROM settings WHERE workspace = $1 AND name = $2", [
        workspace,
        name,
      ]);
      return rows.map(settingOf)[0];
    },
    async list(workspace, prefix) {
      const rows = await query<SettingRow>(
        "SELECT name, value, revision FROM settings WHERE workspace = $1 AND starts_with(name, $2) ORDER BY name LIMIT $3",
        [workspace, prefix, SETTINGS_LISTED_MAX],
      );
      return rows.map(settingOf);
    },
    async put({ name, value, revision, decision }) {
      const text = value === undefined ? undefined : JSON.stringify(value);
      checkSetting(name, text);
      const { workspace } = decision;
      return audit.telling(async (within, say) => {
        // One after the other, also where nothing stands there yet.
        await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`setting/${workspace}/${name}`]);
        const [stands] = await within<{ revision: number }>("SELECT revision FROM settings WHERE workspace = $1 AND name = $2 FOR UPDATE", [
          workspace,
          name,
        ]);
        if ((stands?.revision ?? 0) !== revision) return false;
        if (text === undefined) await within("DELETE FROM settings WHERE workspace = $1 AND name = $2", [workspace, name]);
        else
          await within(
            `INSERT INTO settings (workspace, name, value, revision) VALUES ($1, $2, $3, $4)
              ON CONFLICT (workspace, name) DO UPDATE SET value = excluded.value, revision = excluded.revision`,
            [workspace, name, text, revision + 1],
          );
        await audit.add(within, say, decision);
        await say(await changes.say(within, { kind: "setting", workspace, name }));
        return true;
      });
    },
    follow,
    record: (decision) => audit.telling((within, say) => audit.add(within, say, decision)),
    async workspaces() {
      const rows = await query<{ workspace: string }>("SELECT DISTINCT workspace FROM settings");
      return [...new Set([...(await audit.workspaces()), ...rows.map(({ workspace }) => workspace)])].toSorted();
    },
    decisions: (workspace, { limit, before = Number.MAX_SAFE_INTEGER }) => audit.page(workspace, { limit, before }),
  };
}

const settingOf = ({ value, ...row }: SettingRow): Setting => ({ ...row, value: JSON.parse(value) as unknown });
