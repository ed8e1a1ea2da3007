import { createHash, randomUUID } from "node:crypto";
import type { WorkspaceFile, Workspaces } from "../workspaces/workspaces.ts";
import type { Connection } from "./connection.ts";

interface Row {
  readonly path: string;
  readonly mode: number;
  readonly modifiedAtMs: number;
  readonly hash: string;
}

/** In rows of their own, which a save replaces in place: as files that are kept by their content, each version would stay until the next sweep. */
export function sqliteWorkspaces({ db, read, write }: Connection): Workspaces {
  const newest = db.prepare<[string], { readonly revision: string; readonly whole: number }>(
    "SELECT revision, whole FROM workspaces WHERE thread = ?",
  );
  const putNewest = db.prepare<[string, string, number]>(
    "INSERT INTO workspaces (thread, revision, whole) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET revision = excluded.revision, whole = excluded.whole",
  );
  const COLUMNS = "path, mode, modified_at AS modifiedAtMs";
  const rowsOf = db.prepare<[string], Row>(`SELECT ${COLUMNS}, hash FROM workspace_files WHERE thread = ?`);
  const filesOf = db.prepare<[string], WorkspaceFile>(`SELECT ${COLUMNS}, content FROM workspace_files WHERE thread = ? ORDER BY path`);
  const putFile = db.prepare<[string, string, number, number, string, Uint8Array]>(
    `INSERT INTO workspace_files (thread, path, mode, modified_at, hash, content) VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET mode = excluded.mode, modified_at = excluded.modified_at, hash = excluded.hash, content = excluded.content`,
  );
  const putRights = db.prepare<[number, number, string, string]>(
    "UPDATE workspace_files SET mode = ?, modified_at = ? WHERE thread = ? AND path = ?",
  );
  const drop = db.prepare<[string, string]>("DELETE FROM workspace_files WHERE thread = ? AND path = ?");

  return {
    revision: async (thread) => read(() => newest.get(thread)?.revision),
    load: async (thread) =>
      read(() => {
        const found = newest.get(thread);
        return found && { revision: found.revision, isWhole: found.whole === 1, files: filesOf.all(thread) };
      }),
    async put(thread, from, { files, isWhole }) {
      const hashed = files.map((file) => ({ ...file, hash: createHash("sha256").update(file.content).digest("hex") }));
      return write("normal", () => {
        const now = newest.get(thread);
        if (now?.revision !== from) return "stale";
        const before = new Map(rowsOf.all(thread).map((row) => [row.path, row]));
        let changes = 0;
        for (const { path, mode, modifiedAtMs, hash, content } of hashed) {
          const row = before.get(path);
          before.delete(path);
          if (row?.hash !== hash) changes += putFile.run(thread, path, mode, modifiedAtMs, hash, content).changes;
          else if (row.mode !== mode || row.modifiedAtMs !== modifiedAtMs)
            changes += putRights.run(mode, modifiedAtMs, thread, path).changes;
        }
        for (const path of before.keys()) changes += drop.run(thread, path).changes;
        if (changes === 0 && (now?.whole ?? 1) === Number(isWhole)) return { revision: from };
        const revision = randomUUID();
        putNewest.run(thread, revision, Number(isWhole));
        return { revision };
      });
    },
  };
}
