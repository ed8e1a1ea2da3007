import type { KeyRing } from "../../key-ring.ts";
import type { KeptLogin, LoginKey, Logins } from "../../sealed/logins.ts";
import { aboutLogin } from "../../records/sealing.ts";
import type { Connection } from "../server/connection.ts";

export function postgresLogins({ query, transaction }: Connection, ring: KeyRing, now: () => number): Logins {
  const partsOf = ({ workspace, server, owner }: LoginKey) => [workspace, server, owner];
  return {
    async get(key) {
      const [row] = await query<{ secret: string }>(
        "SELECT secret FROM logins WHERE workspace = $1 AND server = $2 AND owner = $3 AND (expires_at IS NULL OR expires_at > $4)",
        [...partsOf(key), now()],
      );
      return ring.open(row?.secret ?? "", aboutLogin(key))?.text;
    },
    // Renewed, it keeps the time at which it was given.
    async put(key, secret, { expiresAt, giver } = {}) {
      await query(
        `INSERT INTO logins (workspace, server, owner, secret, at, expires_at, giver) VALUES ($1, $2, $3, $4, $5, $6, $7)
          ON CONFLICT (workspace, server, owner) DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at, giver = excluded.giver`,
        [...partsOf(key), ring.seal(secret, aboutLogin(key)), new Date(now()).toISOString(), expiresAt ?? null, giver ?? null],
      );
    },
    replace: async (key, secret) =>
      (
        await query("UPDATE logins SET secret = $4 WHERE workspace = $1 AND server = $2 AND owner = $3 RETURNING server", [
          ...partsOf(key),
          ring.seal(secret, aboutLogin(key)),
        ])
      ).length > 0,
    remove: async (key) =>
      (await query("DELETE FROM logins WHERE workspace = $1 AND server = $2 AND owner = $3 RETURNING server", partsOf(key))).length > 0,
    list: (workspace, giver) =>
      query<KeptLogin>("SELECT workspace, server, owner, at FROM logins WHERE workspace = $1 AND giver = $2 ORDER BY server, owner", [
        workspace,
        giver,
      ]),
    dropExpired: async (at) => (await query("DELETE FROM logins WHERE expires_at <= $1 RETURNING server", [at])).length,
    reseal: () =>
      transaction(async (within) => {
        let count = 0;
        for (const { secret, ...key } of await within<LoginKey & { secret: string }>(
          "SELECT workspace, server, owner, secret FROM logins ORDER BY workspace, server, owner FOR UPDATE",
        )) {
          const opened = ring.open(secret, aboutLogin(key));
          if (!opened || opened.isCurrent) continue;
          await within("UPDATE logins SET secret = $4 WHERE workspace = $1 AND server = $2 AND owner = $3", [
            ...partsOf(key),
            ring.seal(opened.text, aboutLogin(key)),
          ]);
          count++;
        }
        return count;
      }),
  };
}
