import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreError } from "../store.ts";
import type { WorkspaceFile, Workspaces } from "../workspaces/workspaces.ts";
import type { Connection, Query } from "./server/connection.ts";
import { holds } from "./together/claims.ts";

interface Row {
  readonly path: string;
  readonly mode: number;
  readonly modifiedAtMs: number;
  readonly hash: string;
}

interface Newest {
  readonly revision: string;
  readonly whole: boolean;
}

const COLUMNS = 'path, mode, modified_at AS "modifiedAtMs"';

/** In rows of their own, which a save replaces in place: as files that are kept by their content, each version would stay until the next sweep. */
export function postgresWorkspaces({ query, transaction }: Connection): Workspaces {
  return {
    isShared: true,
    async revision(thread) {
      return (await query<Newest>("SELECT revision, whole FROM workspaces WHERE thread = $1", [thread]))[0]?.revision;
    },
    load: (thread) =>
      transaction(async (within) => {
        // Both as they are at one instant.
        await within("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        const [found] = await within<Newest>("SELECT revision, whole FROM workspaces WHERE thread = $1", [thread]);
        if (!found) return undefined;
        const files = await within<WorkspaceFile>(`SELECT ${COLUMNS}, content FROM workspace_files WHERE thread = $1 ORDER BY path`, [
          thread,
        ]);
        return { revision: found.revision, isWhole: found.whole, files };
      }),
    put: async (thread, from, { files, isWhole }, claim) => {
      // Of its own: where the answer was lost, the next try finds what this one has written.
      const revision = randomUUID();
      const hashed = files.map((file) => ({ ...file, hash: createHash("sha256").update(file.content).digest("hex") }));
      const put = async (within: Query): Promise<{ readonly revision: string | undefined } | "stale"> => {
        // Its row stays until this is written: whoever takes the turn over reads what this one wrote, or this one is too late.
        if (claim && !(await holds(within, "turn", claim))) return "stale";
        await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`workspace/${thread}`]);
        const [now] = await within<Newest>("SELECT revision, whole FROM workspaces WHERE thread = $1 FOR UPDATE", [thread]);
        if (now?.revision === revision) return { revision };
        if (now?.revision !== from) return "stale";
        const rows = await within<Row>(`SELECT ${COLUMNS}, hash FROM workspace_files WHERE thread = $1`, [thread]);
        const before = new Map(rows.map((row) => [row.path, row]));
        let changes = 0;
        for (const { path, mode, modifiedAtMs, hash, content } of hashed) {
          const row = before.get(path);
          before.delete(path);
          if (row?.hash === hash && row.mode === mode && row.modifiedAtMs === modifiedAtMs) continue;
          changes++;
          if (row?.hash === hash)
            await within("UPDATE workspace_files SET mode = $1, modified_at = $2 WHERE thread = $3 AND path = $4", [
              mode,
              modifiedAtMs,
              thread,
              path,
            ]);
          else
            await within(
              `INSERT INTO workspace_files (thread, path, mode, modified_at, hash, content) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (thread, path) DO UPDATE SET mode = excluded.mode, modified_at = excluded.modified_at, hash = excluded.hash,
                  content = excluded.content`,
              [thread, path, mode, modifiedAtMs, hash, Buffer.from(content)],
            );
        }
        if (before.size > 0) {
          changes += before.size;
          await within("DELETE FROM workspace_files WHERE thread = $1 AND path = ANY($2::text[])", [thread, [...before.keys()]]);
        }
        if (changes === 0 && (now?.whole ?? true) === isWhole) return { revision: from };
        await within(
          "INSERT INTO workspaces (thread, revision, whole) VALUES ($1, $2, $3) ON CONFLICT (thread) DO UPDATE SET revision = excluded.revision, whole = excluded.whole",
          [thread, revision, isWhole],
        );
        return { revision };
      };
      for (let tries = 1; ; tries++) {
        try {
          return await transaction(put);
        } catch (error) {
          if (!(error instanceof StoreError) || error.cause === undefined || tries === TRIES_MAX) throw error;
        }
        await sleep(AGAIN_MS);
      }
    },
  };
}

/** A server that restarts, or has no room for a moment. Whoever has the turn waits for it, and loses the turn where it takes longer. */
const TRIES_MAX = 10;
const AGAIN_MS = 1_000;
