import type { Installation, Installations, Tokens } from "../../installations.ts";
import type { KeyRing } from "../../key-ring.ts";
import { aboutInstallation } from "../../records/sealing.ts";
import type { Connection } from "../connection.ts";

interface Row extends Omit<Installation, "isOrg" | "scopes" | "expiresAt"> {
  readonly isOrg: 0 | 1;
  readonly scopes: string;
  readonly expiresAt: number | null;
}

const SELECT = `SELECT id, is_org AS isOrg, name, app, bot, bot_user AS botUser, scopes, state, why, at, expires_at AS expiresAt FROM installations`;

/** Tokens are sealed about the id of their installation: in the row of another one they do not open. */
export function sqliteInstallations({ db, write, read }: Connection, ring: KeyRing, now: () => number): Installations {
  const put = db.prepare(
    `INSERT OR REPLACE INTO installations (id, is_org, name, app, bot, bot_user, scopes, tokens, expires_at, state, why, at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const all = db.prepare<[], Row>(`${SELECT} ORDER BY id`);
  const one = db.prepare<[string], Row>(`${SELECT} WHERE id = ?`);
  const sealed = db.prepare<[string], string>("SELECT tokens FROM installations WHERE id = ?").pluck();
  const putSealed = db.prepare("UPDATE installations SET tokens = ?, expires_at = ? WHERE id = ?");
  // Told again, it keeps the time at which it was told first.
  const mark = db.prepare("UPDATE installations SET at = CASE state WHEN ? THEN at ELSE ? END, state = ?, why = ? WHERE id = ?");
  const forget = db.prepare("UPDATE installations SET tokens = '', expires_at = NULL WHERE id = ?");
  const workspacesOf = db.prepare<[string], string>("SELECT workspace FROM org_workspaces WHERE org = ? ORDER BY workspace").pluck();
  const orgOf = db.prepare<[string], string>("SELECT org FROM org_workspaces WHERE workspace = ?").pluck();
  const putWorkspace = db.prepare("INSERT INTO org_workspaces (workspace, org) VALUES (?, ?) ON CONFLICT DO UPDATE SET org = excluded.org");
  const homeOf = db.prepare<[string, string], string>("SELECT workspace FROM org_channels WHERE org = ? AND channel = ?").pluck();
  const putHome = db.prepare("INSERT INTO org_channels (org, channel, workspace) VALUES (?, ?, ?)");

  function tokensOf(id: string): { readonly tokens: Tokens; readonly isCurrent: boolean } | undefined {
    const opened = ring.open(sealed.get(id) ?? "", aboutInstallation(id));
    return opened && { tokens: JSON.parse(opened.text) as Tokens, isCurrent: opened.isCurrent };
  }

  const putTokens = (id: string, tokens: Tokens): void =>
    void putSealed.run(ring.seal(JSON.stringify(tokens), aboutInstallation(id)), tokens.refresh?.expiresAt ?? null, id);

  return {
    // On the disk before anybody is told: a lost token cannot be had again without a person.
    save: async ({ id, isOrg, name, app, bot, botUser, scopes, state, why, at }, tokens) =>
      write("full", () => {
        put.run(id, isOrg ? 1 : 0, name, app, bot, botUser, scopes.join(","), "", null, state, why, at);
        putTokens(id, tokens);
      }),
    list: async () => read(() => all.all().map(installationOf)),
    find: async (id) =>
      read(() => {
        const row = one.get(id);
        return row && installationOf(row);
      }),
    tokens: async (id) => read(() => tokensOf(id)?.tokens),
    putTokens: async (id, tokens) => write("full", () => putTokens(id, tokens)),
    mark: async (id, state, why) =>
      write("full", () => {
        mark.run(state, new Date(now()).toISOString(), state, why, id);
        if (state === "removed") forget.run(id);
      }),
    reseal: async () =>
      write("full", () => {
        const old = all.all().flatMap(({ id }) => {
          const found = tokensOf(id);
          return found && !found.isCurrent ? [{ id, tokens: found.tokens }] : [];
        });
        for (const { id, tokens } of old) putTokens(id, tokens);
        return old.length;
      }),
    workspacesOf: async (org) => read(() => workspacesOf.all(org)),
    orgOf: async (workspace) => read(() => orgOf.get(workspace)),
    putWorkspace: async (workspace, org) => write("normal", () => void putWorkspace.run(workspace, org)),
    homeOf: async (org, channel, workspace) => {
      const known = read(() => homeOf.get(org, channel));
      if (known !== undefined) return known;
      write("normal", () => void putHome.run(org, channel, workspace));
      return workspace;
    },
  };
}

function installationOf({ isOrg, scopes, expiresAt, ...row }: Row): Installation {
  return { ...row, isOrg: isOrg === 1, scopes: scopes === "" ? [] : scopes.split(","), expiresAt: expiresAt ?? undefined };
}
