import type { Leisure } from "../leisure.ts";
import { laneWorkspace } from "../records/lane-workspace.ts";
import { checkEnvelope } from "../records/sizes.ts";
import { type Envelope, type Store, StoreError } from "../store.ts";
import type { Connection } from "./server/connection.ts";
import type { Changes } from "./together/changes.ts";
import { HELD } from "./together/claims.ts";

/** How long the id of a handled envelope is kept to recognise it again; Slack sends an event again within hours. */
const INBOX_KEPT_MS = 7 * 24 * 3_600_000;
/** A server that is gone answers nobody, and what comes in meanwhile would fill the memory. Slack sends what is not acked again. */
const WAITING_MAX = 1_000;
/** Each envelope that comes in takes at most this many old ones out. */
const PRUNED_PER_ENVELOPE = 20;

/** What came from outside. Unhandled envelopes are never pruned; handled ones lose their body at once and their id after {@link INBOX_KEPT_MS}. */
export function postgresInbox(
  { query, shown }: Connection,
  { changes, leisure, now }: { readonly changes: Pick<Changes, "make">; readonly leisure: Leisure; readonly now: () => number },
): Pick<Store, "receive" | "unhandled" | "handled" | "leisure"> {
  /** Those of one process come in one after the other, so that they are handled in the order in which they came. */
  let last: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  async function write({ id, at, body, lane = "" }: Envelope): Promise<boolean> {
    const added = await changes.make({
      parts: `pruned AS (
          DELETE FROM inbox WHERE id IN (SELECT id FROM inbox WHERE handled_at < $5 ORDER BY handled_at LIMIT ${PRUNED_PER_ENVELOPE} FOR UPDATE SKIP LOCKED)
        ), made AS (INSERT INTO inbox (envelope, at, body, lane) VALUES ($1, $2, $3, $4) ON CONFLICT (envelope) DO NOTHING RETURNING id)`,
      values: [id, at, body, lane, now() - INBOX_KEPT_MS],
      change: { kind: "received", lane, workspace: laneWorkspace(lane) },
    });
    return added !== undefined;
  }

  return {
    receive(envelope) {
      try {
        checkEnvelope(envelope);
      } catch (error) {
        return Promise.reject(error as Error);
      }
      if (waiting >= WAITING_MAX)
        return Promise.reject(
          // As trouble that passes, so that whoever has an event keeps it.
          new StoreError(`${shown}: ${waiting} envelopes wait to be written down, and this one is not taken. Slack sends it again.`, {
            cause: new Error("the server does not answer in time"),
          }),
        );
      leisure.interrupted();
      leisure.accepting(1);
      waiting++;
      const written = last
        .then(() => write(envelope))
        .finally(() => {
          waiting--;
          leisure.accepting(-1);
        });
      last = written.catch(() => undefined);
      return written;
    },
    leisure,
    async unhandled(limit, lane) {
      const rows = await query<Required<Envelope>>(
        "SELECT envelope AS id, at, body, lane FROM inbox WHERE handled_at IS NULL AND ($2::text IS NULL OR lane = $2) ORDER BY inbox.id LIMIT $1",
        [limit, lane],
      );
      return rows.map(({ lane: of, ...envelope }) => (of === "" ? envelope : { ...envelope, lane: of }));
    },
    async handled(id, claim) {
      const mark = "UPDATE inbox SET body = '', handled_at = $1 WHERE envelope = $2 AND handled_at IS NULL";
      if (!claim) {
        await query(mark, [now(), id]);
        return true;
      }
      const held = await query(
        `WITH held AS (${HELD("'envelope'", "$3", "$4")}), marked AS (${mark} AND EXISTS (SELECT 1 FROM held)) SELECT 1 FROM held`,
        [now(), id, claim.key, claim.attempt],
      );
      return held.length > 0;
    },
  };
}
