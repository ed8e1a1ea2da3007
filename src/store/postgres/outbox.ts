import { placeOf } from "../fair-queue.ts";
import type { Post, Store } from "../store.ts";
import type { Connection } from "./server/connection.ts";
import { gathered } from "./server/gather.ts";
import { OF_NOW, type Age } from "./together/age.ts";
import type { Changes } from "./together/changes.ts";

interface PostRow extends Omit<Post, "sendingSince"> {
  readonly version: number;
  readonly sendingSince: string | null;
}

interface NoPost {
  readonly version: number;
  readonly id: null;
}

const POST = `
  SELECT outbox.id, threads.name AS thread, seq, kind, part, sending_since AS "sendingSince"
  FROM outbox JOIN threads ON threads.id = outbox.thread WHERE receipt IS NULL AND gave_up IS NULL`;

/** One row at least, which tells the version that stands there: what a newer Parley has recorded this one cannot show, and would give up. */
const known = (posts: string): string =>
  `SELECT age.version, post.* FROM ${OF_NOW} AS age (version) LEFT JOIN LATERAL (${posts}) AS post ON age.version <= $3 ORDER BY post.id`;

const RECEIPTS_TOGETHER_MAX = 100;

/** What goes out. Rows come into being in the commit of their event (`log.ts`); here they are taken to their end. */
export function postgresOutbox(
  { query }: Connection,
  { changes, age }: { readonly changes: Pick<Changes, "make">; readonly age: Pick<Age, "known" | "look"> },
): Pick<Store, "duePosts" | "dueThreads" | "markSending" | "markDelivered" | "receipt"> {
  const receipt = gathered(async (wanted: readonly Pick<Post, "thread" | "seq" | "kind">[]) => {
    const rows = await query<{ n: number; receipt: string }>(
      `SELECT wanted.n, found.receipt FROM unnest($1::text[], $2::integer[], $3::text[]) WITH ORDINALITY AS wanted (thread, seq, kind, n)
        JOIN threads ON threads.name = wanted.thread
        CROSS JOIN LATERAL (
          SELECT receipt FROM outbox WHERE outbox.thread = threads.id AND outbox.seq = wanted.seq AND outbox.kind = wanted.kind AND receipt IS NOT NULL
          ORDER BY part LIMIT 1) AS found`,
      [wanted.map(({ thread }) => thread), wanted.map(({ seq }) => seq), wanted.map(({ kind }) => kind)],
    );
    const receipts = new Map(rows.map((row) => [row.n, row.receipt]));
    return wanted.map((_, index) => receipts.get(index + 1));
  }, RECEIPTS_TOGETHER_MAX);

  return {
    async duePosts(lane, limit, workspace) {
      const rows =
        lane === undefined
          ? await query<PostRow | NoPost>(known(`${POST} AND ($2::text IS NULL OR threads.workspace = $2) ORDER BY outbox.id LIMIT $1`), [
              limit,
              workspace,
              age.known,
            ])
          : await query<PostRow | NoPost>(
              known(`${POST} AND outbox.thread = (SELECT id FROM threads WHERE name = $2) ORDER BY outbox.id LIMIT $1`),
              [limit, lane, age.known],
            );
      if (rows[0]) age.look(rows[0].version);
      return rows.flatMap((row) => {
        if (row.id === null) return [];
        const { version: _, ...post } = row;
        return [{ ...post, sendingSince: post.sendingSince ?? undefined }];
      });
    },
    async dueThreads(place) {
      const rows = await query<{ name: string }>(
        `SELECT name FROM outbox JOIN threads ON threads.id = outbox.thread
          WHERE receipt IS NULL AND gave_up IS NULL AND ($1 = '' OR starts_with(name, $1 || '/')) GROUP BY name ORDER BY min(outbox.id)`,
        [place],
      );
      return rows.map(({ name }) => name).filter((name) => placeOf(name) === place);
    },
    async markSending(id, at) {
      await query("UPDATE outbox SET sending_since = $1 WHERE id = $2 AND sending_since IS NULL", [at, id]);
    },
    async markDelivered(id, outcome) {
      if ("gaveUp" in outcome) {
        await query("UPDATE outbox SET gave_up = $1 WHERE id = $2 AND receipt IS NULL AND gave_up IS NULL", [outcome.gaveUp, id]);
        return;
      }
      await changes.make({
        parts: `made AS (
          UPDATE outbox SET receipt = $1 FROM threads WHERE outbox.id = $2 AND receipt IS NULL AND gave_up IS NULL AND threads.id = outbox.thread
          RETURNING threads.name AS thread, threads.workspace, outbox.kind AS post)`,
        values: [outcome.receipt, id],
        change: { kind: "delivered" },
        columns: ["thread", "workspace", "post"],
      });
    },
    receipt: (thread, seq, kind) => receipt({ thread, seq, kind }),
  };
}
