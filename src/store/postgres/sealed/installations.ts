import type { Installation, Installations, Tokens } from "../../installations.ts";
import type { KeyRing } from "../../key-ring.ts";
import { aboutInstallation } from "../../records/sealing.ts";
import type { Connection, Query } from "../server/connection.ts";

interface Row extends Omit<Installation, "scopes" | "expiresAt"> {
  readonly scopes: string;
  readonly expiresAt: number | null;
}

const INSTALLATION = `SELECT id, is_org AS "isOrg", name, app, bot, bot_user AS "botUser", scopes, state, why, at, expires_at AS "expiresAt" FROM installations`;

/** Tokens are sealed about the id of their installation: in the row of another one they do not open. */
export function postgresInstallations({ query, transaction }: Connection, ring: KeyRing, now: () => number): Installations {
  async function tokensOf(on: Query, id: string): Promise<{ readonly tokens: Tokens; readonly isCurrent: boolean } | undefined> {
    const [row] = await on<{ tokens: string }>("SELECT tokens FROM installations WHERE id = $1", [id]);
    const opened = ring.open(row?.tokens ?? "", aboutInstallation(id));
    return opened && { tokens: JSON.parse(opened.text) as Tokens, isCurrent: opened.isCurrent };
  }
  const sealed = (id: string, tokens: Tokens): [string, number | null] => [
    ring.seal(JSON.stringify(tokens), aboutInstallation(id)),
    tokens.refresh?.expiresAt ?? null,
  ];
  const putTokens = async (on: Query, id: string, tokens: Tokens): Promise<void> =>
    void (await on("UPDATE installations SET tokens = $2, expires_at = $3 WHERE id = $1", [id, ...sealed(id, tokens)]));

  return {
    async save({ id, isOrg, name, app, bot, botUser, scopes, state, why, at }, tokens) {
      await query(
        `INSERT INTO installations (id, is_org, name, app, bot, bot_user, scopes, state, why, at, tokens, expires_at)
          VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
          ON CONFLICT (id) DO UPDATE SET is_org = excluded.is_org, name = excluded.name, app = excluded.app, bot = excluded.bot,
            bot_user = excluded.bot_user, scopes = excluded.scopes, state = excluded.state, why = excluded.why, at = excluded.at,
            tokens = excluded.tokens, expires_at = excluded.expires_at`,
        [id, isOrg, name, app, bot, botUser, scopes.join(","), state, why, at, ...sealed(id, tokens)],
      );
    },
    list: async () => (await query<Row>(`${INSTALLATION} ORDER BY id`)).map(installationOf),
    find: async (id) => (await query<Row>(`${INSTALLATION} WHERE id = $1`, [id])).map(installationOf)[0],
    tokens: async (id) => (await tokensOf(query, id))?.tokens,
    putTokens: (id, tokens) => putTokens(query, id, tokens),
    async mark(id, state, why) {
      // Told again, it keeps the time at which it was told first.
      await query(
        `UPDATE installations SET at = CASE state WHEN $2 THEN at ELSE $3 END, state = $2, why = $4,
          tokens = CASE WHEN $2 = 'removed' THEN '' ELSE tokens END, expires_at = CASE WHEN $2 = 'removed' THEN NULL ELSE expires_at END WHERE id = $1`,
        [id, state, new Date(now()).toISOString(), why],
      );
    },
    reseal: () =>
      transaction(async (within) => {
        let count = 0;
        for (const { id } of await within<{ id: string }>("SELECT id FROM installations ORDER BY id FOR UPDATE")) {
          const found = await tokensOf(within, id);
          if (!found || found.isCurrent) continue;
          await putTokens(within, id, found.tokens);
          count++;
        }
        return count;
      }),
    workspacesOf: async (org) =>
      (await query<{ workspace: string }>("SELECT workspace FROM org_workspaces WHERE org = $1 ORDER BY workspace", [org])).map(
        ({ workspace }) => workspace,
      ),
    orgOf: async (workspace) => (await query<{ org: string }>("SELECT org FROM org_workspaces WHERE workspace = $1", [workspace]))[0]?.org,
    async putWorkspace(workspace, org) {
      await query("INSERT INTO org_workspaces (workspace, org) VALUES ($1, $2) ON CONFLICT (workspace) DO UPDATE SET org = excluded.org", [
        workspace,
        org,
      ]);
    },
    async homeOf(org, channel, workspace) {
      await query("INSERT INTO org_channels (org, channel, workspace) VALUES ($1, $2, $3) ON CONFLICT (org, channel) DO NOTHING", [
        org,
        channel,
        workspace,
      ]);
      const [row] = await query<{ workspace: string }>("SELECT workspace FROM org_channels WHERE org = $1 AND channel = $2", [
        org,
        channel,
      ]);
      return row?.workspace ?? workspace;
    },
  };
}

function installationOf({ scopes, expiresAt, ...row }: Row): Installation {
  return { ...row, scopes: scopes === "" ? [] : scopes.split(","), expiresAt: expiresAt ?? undefined };
}
