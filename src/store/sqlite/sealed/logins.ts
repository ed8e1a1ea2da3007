import type { KeyRing } from "../../key-ring.ts";
import type { KeptLogin, LoginKey, Logins } from "../../sealed/logins.ts";
import { aboutLogin } from "../../records/sealing.ts";
import type { Connection } from "../connection.ts";

export function sqliteLogins({ db, write, read }: Connection, ring: KeyRing, now: () => number): Logins {
  const one = db
    .prepare<[string, string, string, number], string>(
      "SELECT secret FROM logins WHERE workspace = ? AND server = ? AND owner = ? AND (expires_at IS NULL OR expires_at > ?)",
    )
    .pluck();
  // Renewed, it keeps the time at which it was given.
  const put = db.prepare(
    `INSERT INTO logins (workspace, server, owner, secret, at, expires_at, giver) VALUES (?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET secret = excluded.secret, expires_at = excluded.expires_at, giver = excluded.giver`,
  );
  const remove = db.prepare("DELETE FROM logins WHERE workspace = ? AND server = ? AND owner = ?");
  const ofGiver = db.prepare<[string, string], KeptLogin>(
    "SELECT workspace, server, owner, at FROM logins WHERE workspace = ? AND giver = ? ORDER BY server, owner",
  );
  const dropExpired = db.prepare<[number]>("DELETE FROM logins WHERE expires_at <= ?");
  const all = db.prepare<[], LoginKey & { readonly secret: string }>("SELECT workspace, server, owner, secret FROM logins");
  const putSecret = db.prepare("UPDATE logins SET secret = ? WHERE workspace = ? AND server = ? AND owner = ?");

  return {
    get: async (key) => read(() => ring.open(one.get(key.workspace, key.server, key.owner, now()) ?? "", aboutLogin(key))?.text),
    // On the disk before anybody is told: a lost one cannot be had again without a person.
    put: async (key, secret, { expiresAt, giver } = {}) =>
      write("full", () => {
        const at = new Date(now()).toISOString();
        put.run(key.workspace, key.server, key.owner, ring.seal(secret, aboutLogin(key)), at, expiresAt ?? null, giver ?? null);
      }),
    replace: async (key, secret) =>
      write("full", () => putSecret.run(ring.seal(secret, aboutLogin(key)), key.workspace, key.server, key.owner).changes > 0),
    remove: async ({ workspace, server, owner }) => write("full", () => remove.run(workspace, server, owner).changes > 0),
    list: async (workspace, giver) => read(() => ofGiver.all(workspace, giver)),
    dropExpired: async (at) => write("normal", () => dropExpired.run(at).changes),
    reseal: async () =>
      write("full", () => {
        let count = 0;
        for (const { secret, ...key } of all.all()) {
          const opened = ring.open(secret, aboutLogin(key));
          if (!opened || opened.isCurrent) continue;
          putSecret.run(ring.seal(opened.text, aboutLogin(key)), key.workspace, key.server, key.owner);
          count++;
        }
        return count;
      }),
  };
}
