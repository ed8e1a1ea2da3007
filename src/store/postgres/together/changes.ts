import { randomUUID } from "node:crypto";
import type pg from "pg";
import type { Aside } from "../../runs/aside.ts";
import type { Connection, Query } from "../server/connection.ts";
import { refuseDeaf } from "../server/own-session.ts";
import { fromKept, toKept } from "../server/text.ts";
import { type Change, type Made, NOTIFIED_BYTES_MAX, statementOf } from "./change.ts";

export interface Heard {
  readonly id: number;
  readonly change: Change;
  /** Made by way of this opener. */
  readonly here: boolean;
}

export interface Changes {
  /** In the transaction of what is told; its number, to be waited for. */
  say(query: Query, change: Change): Promise<number>;
  /** Changes something and tells of it in one statement. Resolves to the row of what is told, with its number, to be waited for. */
  saying<Row extends object>(query: Query, made: Made): Promise<(Row & { readonly said: number }) | undefined>;
  /** As {@link saying}, by itself, and heard here when it resolves. */
  make<Row extends object>(made: Made): Promise<Row | undefined>;
  /** As {@link say}, by itself, and heard here when it resolves. */
  tell(change: Change): Promise<void>;
  /** Resolves when this one, and all of its thread before it, has been heard here. */
  heard(id: number): Promise<void>;
  /** Looks for what was missed. */
  poll(): Promise<void>;
  readonly aside: Aside;
  /** How many have been heard. */
  count(): number;
  close(): Promise<void>;
}

/** One's own that is not heard by then is looked for: the connection that listens may be gone without a word. */
const HEARD_MS_MAX = 500;
const RECONNECT_MS = 500;
const LISTEN_MS_MAX = 5_000;
/** Who has missed more than this was taken for gone long before, and reads all anew. */
const KEPT_MS = 600_000;
/** Between two looks: behind that, something may have been pruned that was not looked at. A look takes a while, and so does a transaction. */
const LOOKS_APART_MS_MAX = KEPT_MS - 60_000;
const PRUNED_MAX = 2_000;
const NOW_MS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint";

/**
 * What was done, in the order in which it was. Each is notified to a connection that listens; what got lost with that connection is read from the
 * table: everything of transactions that were not over when it was read last, and that was not heard meanwhile. `hear` resolves when it has been dealt with.
 * `missed`: the last look was so long ago that changes may be kept no more; told once for each such gap, behind what is still kept.
 */
export async function openChanges(
  connection: Connection,
  { hear, missed }: { readonly hear: (heard: Heard) => Promise<void> | undefined; readonly missed: () => Promise<void> },
): Promise<Changes> {
  const { query, schema } = connection;
  const channel = `parley_${schema}`;
  const besideIt = `${channel}_aside`;
  const asides = new Set<(said: string) => void>();
  const me = randomUUID();
  const waiting = new Map<number, PromiseWithResolvers<void>>();
  /** Numbers since the last look, so that nothing is heard twice; and whether each has been dealt with. */
  const known = new Map<number, Promise<void> | undefined>();
  let floor = "0";
  /** Of the last look, by Postgres' clock: that of a machine stands still with it. */
  let lookedAt: number | undefined;
  let isMissed = false;
  let heardCount = 0;
  let isOpen = true;
  /** What was notified while it is not its turn yet. */
  let held: string[] | undefined = [];
  let listener: pg.Client | undefined;
  let polling: Promise<void> | undefined;

  function take(id: number, said: string): void {
    if (known.has(id)) return;
    const { by, ...change } = JSON.parse(said) as Change & { readonly by: string };
    heardCount++;
    const dealt = hear({ id, change: change as Change, here: by === me });
    known.set(id, dealt);
    if (!dealt) return over(id);
    void dealt.then(() => {
      if (known.has(id)) known.set(id, undefined);
      over(id);
    });
  }

  function over(id: number): void {
    waiting.get(id)?.resolve();
    waiting.delete(id);
  }

  function notified(payload: string): void {
    if (held) return void held.push(payload);
    const space = payload.indexOf(" ");
    if (space >= 0) take(Number(payload.slice(0, space)), fromKept(payload.slice(space + 1)));
    else void catchUp().catch(() => undefined);
  }

  /** What was missed comes before what is notified meanwhile. Rejects where nothing can be asked: then the connection is made anew. */
  async function catchUp(): Promise<void> {
    held ??= [];
    try {
      await poll();
    } finally {
      const late = held ?? [];
      held = undefined;
      for (const payload of late) notified(payload);
    }
  }

  async function look(): Promise<void> {
    const before = [...known.keys()];
    const awaited = [...waiting.keys()];
    const rows = await query<{ floor: string; looked_at: number; id: number | null }>(
      `SELECT now.*, changes.id FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS floor, ${NOW_MS} AS looked_at) AS now
        LEFT JOIN changes ON changes.xid >= $1::xid8 ORDER BY changes.id`,
      [floor],
    );
    const unheard = rows.flatMap(({ id }) => (id === null || known.has(id) ? [] : [id]));
    const found =
      unheard.length === 0
        ? []
        : await query<{ id: number; said: string }>("SELECT id, said FROM changes WHERE id = ANY($1::bigint[]) ORDER BY id", [unheard]);
    for (const { id, said } of found) take(id, said);
    floor = rows[0]?.floor ?? floor;
    const at = rows[0]?.looked_at ?? lookedAt;
    isMissed ||= lookedAt !== undefined && at !== undefined && at - lookedAt > LOOKS_APART_MS_MAX;
    lookedAt = at;
    // What was heard and dealt with before, and is not among these, is among none that come.
    const alive = new Set(rows.map(({ id }) => id));
    for (const id of before) if (!alive.has(id) && known.get(id) === undefined) known.delete(id);
    // Where it breaks, the next look tells it again.
    if (isMissed) {
      await missed();
      isMissed = false;
    }
    // One's own that is not among these, though it was made before, was dealt with earlier, while the answer that tells its number was still on its way,
    // or is kept no more: whoever waits for it would wait for ever.
    for (const id of awaited) if (!alive.has(id) && !known.has(id)) over(id);
  }

  /** One at a time; who asks while one is under way has another behind it. */
  let next: Promise<void> | undefined;
  function poll(): Promise<void> {
    if (!isOpen) return Promise.resolve();
    if (!polling) return (polling = look().finally(() => (polling = undefined)));
    next ??= polling
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return poll();
      });
    return next;
  }

  async function listen(): Promise<void> {
    const client = await connection.own();
    held ??= [];
    client.on("notification", ({ channel: on, payload = "" }) => {
      if (on === channel) return notified(payload);
      if (on !== besideIt) return;
      const space = payload.indexOf(" ");
      if (payload.slice(0, space) !== me) for (const listener of asides) listener(fromKept(payload.slice(space + 1)));
    });
    try {
      await client.query({ text: `LISTEN "${channel}"; LISTEN "${besideIt}"`, query_timeout: LISTEN_MS_MAX } as pg.QueryConfig);
    } catch (error) {
      // It is not known yet to those who close it, and the next try has another.
      void client.end().catch(() => undefined);
      throw error;
    }
    if (!isOpen) return client.end();
    listener = client;
    client.once("end", () => void (listener === client && reconnect()));
    client.on("error", () => void client.end().catch(() => undefined));
  }

  function reconnect(): void {
    listener = undefined;
    if (!isOpen) return;
    setTimeout(() => {
      if (!isOpen) return;
      listen()
        .then(catchUp)
        .catch(() => {
          const client = listener;
          reconnect();
          void client?.end().catch(() => undefined);
        });
    }, RECONNECT_MS).unref();
  }

  const saying: Changes["saying"] = async <Row extends object>(within: Query, made: Made) => {
    const { sql, values } = statementOf(made, { by: me, channel });
    return (await within<Row & { readonly said: number }>(sql, values))[0];
  };

  const say: Changes["say"] = async (within, change) => {
    const said = JSON.stringify({ ...change, by: me });
    const payload = Buffer.byteLength(toKept(said)) > NOTIFIED_BYTES_MAX ? "id::text" : "id || ' ' || said";
    const [row] = await within<{ id: number }>(
      `WITH said AS (INSERT INTO changes (said) VALUES ($1) RETURNING id, said) SELECT id, pg_notify($2, ${payload}) FROM said`,
      [said, channel],
    );
    return row?.id ?? 0;
  };

  async function heard(id: number): Promise<void> {
    if (!isOpen) return;
    const dealt = known.get(id);
    if (dealt || known.has(id)) return dealt;
    const waiter = waiting.get(id) ?? Promise.withResolvers<void>();
    waiting.set(id, waiter);
    const late = setInterval(() => void poll().catch(() => undefined), HEARD_MS_MAX);
    await waiter.promise.finally(() => clearInterval(late));
  }

  async function close(): Promise<void> {
    isOpen = false;
    const client = listener;
    listener = undefined;
    for (const { resolve } of waiting.values()) resolve();
    await client?.end().catch(() => undefined);
  }

  // Before anything is asked, so that nothing is missed in between.
  await listen();
  try {
    if (listener) await refuseDeaf(connection, listener);
    const [now] = await query<{ floor: string; looked_at: number }>(
      `SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS floor, ${NOW_MS} AS looked_at`,
    );
    floor = now?.floor ?? floor;
    lookedAt = now?.looked_at;
  } catch (error) {
    await close();
    throw error;
  }
  // What was done before is read from the tables.
  held = undefined;

  return {
    say,
    saying,
    async make<Row extends object>(made: Made) {
      const row = await saying<Row>(query, made);
      if (row) await heard(row.said);
      return row;
    },
    async tell(change) {
      await heard(await say(query, change));
    },
    heard,
    async poll() {
      await query(
        `DELETE FROM changes WHERE id IN (SELECT id FROM changes ORDER BY id LIMIT ${PRUNED_MAX}) AND at < clock_timestamp() - interval '${KEPT_MS} ms'`,
      );
      await poll();
    },
    aside: {
      async say(said) {
        // Where it cannot be told it is lost, as where nobody listens.
        await query("SELECT pg_notify($1, $2)", [besideIt, `${me} ${said}`]).catch(() => undefined);
      },
      follow(listener) {
        asides.add(listener);
        return () => void asides.delete(listener);
      },
    },
    count: () => heardCount,
    close,
  };
}
