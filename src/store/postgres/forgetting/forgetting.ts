import type { RunEvent } from "../../../engine/events/events.ts";
import { removedNote, type Forgetter, type Forgetting, type Target } from "../../forgetting.ts";
import {
  forgetsFor,
  forksIn,
  HASH,
  newSecret,
  otherOf,
  penFor,
  told,
  withoutMessage,
  type Secrets,
} from "../../records/forgetting-pens.ts";
import { WHOLE_SEQ } from "../../forks/forks.ts";
import type { Decision } from "../../settings.ts";
import type { PostgresAudit } from "../audit/audit.ts";
import type { Connection, Query } from "../server/connection.ts";
import { runsRewritten } from "../runs/run-rows.ts";
import type { Age } from "../together/age.ts";
import type { Changes } from "../together/changes.ts";
import { dropThread, find, forgetElsewhere, forgetCases, forgetThread, forgetWorkspace, forksOf, namesOf, threadsOf } from "./rows.ts";
import { compacted } from "./compact.ts";

/** Read at once when files are looked for, whether they refer to one or not: a statement has an end of its own. */
const PAGE_EVENTS = 5_000;
/** Looked for at once in all logs; of a database that has more, the logs are read again for the rest. */
const FILES_PER_LOOK = 100_000;
/** Held at once, and taken away. */
const FILES_PER_SWEEP = 1_000;
/** A file that was put and that nothing refers to after so long is referred to by nothing any more. */
const UNREFERRED_KEPT = "1 day";
const MAY_GO = `(referred OR put_at < clock_timestamp() - interval '${UNREFERRED_KEPT}')`;

/** See {@link Forgetter}. */
export function postgresForgetting(
  connection: Connection,
  {
    audit,
    changes,
    age,
    now,
  }: {
    readonly audit: PostgresAudit;
    readonly changes: Pick<Changes, "say" | "heard">;
    readonly age: Pick<Age, "refuse">;
    readonly now: () => number;
  },
): Forgetter {
  const { query } = connection;
  /** A newer Parley may keep words where this one looks for none: what is under way is for that one to carry on. */
  const transaction: Connection["transaction"] = (work) =>
    connection.transaction(async (within) => {
      await age.refuse(within);
      return work(within);
    });
  const timeNow = () => new Date(now()).toISOString();

  async function secretsOf(within: Query, { id }: Forgetting): Promise<Secrets> {
    const [found] = await within<{ others: string }>("SELECT others FROM forgettings WHERE id = $1 AND state = 'under way' FOR UPDATE", [
      id,
    ]);
    if (!found) throw new Error(`forgetting ${id} is not under way`);
    return JSON.parse(found.others) as Secrets;
  }

  /** Nobody writes to it until the transaction is over. */
  async function lockedThread(within: Query, name: string) {
    const [found] = await within<{ id: number; workspace: string }>("SELECT id, workspace FROM threads WHERE name = $1 FOR UPDATE", [name]);
    return found;
  }

  const putEvent = (within: Query, thread: number, event: RunEvent) =>
    within("UPDATE events SET body = $3 WHERE thread = $1 AND seq = $2", [thread, event.seq, JSON.stringify(event)]);

  async function rewriteThread(
    within: Query,
    forgetting: Forgetting,
    name: string,
  ): Promise<{ readonly changed: number; readonly said?: number }> {
    const { target, at } = forgetting;
    const found = await lockedThread(within, name);
    if (!found) return { changed: 0 };
    const { id, workspace } = found;
    const put = penFor(target, await secretsOf(within, forgetting), at);
    const copy = forksIn(target).find((fork) => fork.thread === name);
    const events = await within<{ body: string }>("SELECT body FROM events WHERE thread = $1 AND seq <= $2 ORDER BY seq", [
      id,
      copy?.seq ?? WHOLE_SEQ,
    ]);
    let changed = 0;
    for (const { body } of events) {
      const before = JSON.parse(body) as RunEvent;
      const after = put(before);
      if (after === before) continue;
      await putEvent(within, id, after);
      changed++;
    }
    // Nobody knows whose words are in files that code wrote.
    await forgetWorkspace(within, name);
    await runsRewritten(within, id, workspace);
    if (copy) await forgetCases(within, name);
    if (target.kind !== "person" && !copy) {
      const stays = target.kind === "older" ? { memory: target.memory, forks: true } : { memory: false, forks: false };
      await forgetThread(within, { id, name }, stays);
      if (target.kind === "older" && !target.costs) await dropThread(within, { id, name });
    }
    return { changed, said: await changes.say(within, { kind: "rewritten", thread: name, workspace }) };
  }

  async function telling(rewrite: (within: Query) => Promise<{ readonly changed: number; readonly said?: number }>): Promise<number> {
    const { changed, said } = await transaction(rewrite);
    if (said !== undefined) await changes.heard(said);
    return changed;
  }

  /** With the threads that hold a copy of it, as they are now: what is forgotten here names them no more. */
  async function withForks(target: Target): Promise<Target> {
    if (target.kind === "person" || target.kind === "older") return target;
    return { ...target, forks: await forksOf(query, await threadsOf(query, { ...target, forks: [] })) };
  }

  /** Of these files, those that nothing refers to; a thread after the other, so that no event is read twice. */
  async function unusedOf(within: Query, hashes: readonly string[]): Promise<readonly string[]> {
    const unused = new Set(hashes);
    for (let [thread, seq] = [0, 0]; unused.size > 0;) {
      const rows = await within<{ thread: number; seq: number; body: string | null }>(
        `SELECT thread, seq, CASE WHEN strpos(body, '"hash":"') > 0 OR strpos(body, '"teamHash":"') > 0 THEN body END AS body
          FROM events WHERE (thread, seq) > ($1, $2) ORDER BY thread, seq LIMIT ${PAGE_EVENTS}`,
        [thread, seq],
      );
      for (const { body } of rows) for (const [, hash = ""] of (body ?? "").matchAll(HASH)) unused.delete(hash);
      const last = rows.at(-1);
      if (!last || rows.length < PAGE_EVENTS) break;
      [thread, seq] = [last.thread, last.seq];
    }
    return [...unused];
  }

  /** They are held while they are looked for once more: who puts one again waits, and puts it anew. An event of the meantime marks what it refers to. */
  const sweep = (hashes: readonly string[]): Promise<number> =>
    transaction(async (within) => {
      const held = await within<{ hash: string }>(
        `SELECT hash FROM files WHERE hash = ANY($1::text[]) AND ${MAY_GO} ORDER BY hash FOR UPDATE`,
        [hashes],
      );
      const unused = await unusedOf(
        within,
        held.map(({ hash }) => hash),
      );
      await within("DELETE FROM files WHERE hash = ANY($1::text[])", [unused]);
      return unused.length;
    });

  /** Nothing is held while all logs are read, which may take minutes: whoever puts a file meanwhile would wait for that, and give up. */
  async function sweepFiles(): Promise<number> {
    await age.refuse(query);
    let swept = 0;
    for (let after = ""; ;) {
      const rows = await query<{ hash: string }>(
        `SELECT hash FROM files WHERE hash > $1 AND ${MAY_GO} ORDER BY hash LIMIT ${FILES_PER_LOOK}`,
        [after],
      );
      const hashes = rows.map(({ hash }) => hash);
      const unused = await unusedOf(query, hashes);
      for (let from = 0; from < unused.length; from += FILES_PER_SWEEP) swept += await sweep(unused.slice(from, from + FILES_PER_SWEEP));
      const last = hashes.at(-1);
      if (last === undefined || hashes.length < FILES_PER_LOOK) return swept;
      after = last;
    }
  }

  return {
    find: async (target) => find(query, await withForks(target)),
    threads: (target) => threadsOf(query, target),
    async begin(wanted, by) {
      await age.refuse(query);
      const target = await withForks(wanted);
      const at = timeNow();
      const secrets: Secrets = { secret: newSecret(), names: target.kind === "person" ? await namesOf(query, target.person) : [] };
      const [row] = await query<{ id: number }>(
        "INSERT INTO forgettings (target, others, at, state, decision) VALUES ($1, $2, $3, 'under way', $4) RETURNING id",
        [JSON.stringify(target), JSON.stringify(secrets), at, JSON.stringify(by)],
      );
      return { id: row?.id ?? 0, target, at };
    },
    async underWay() {
      const rows = await query<{ id: number; target: string; at: string }>(
        "SELECT id, target, at FROM forgettings WHERE state = 'under way' ORDER BY id",
      );
      return rows.map(({ target, ...row }) => ({ ...row, target: JSON.parse(target) as Target }));
    },
    rewrite: (forgetting, thread) => telling((within) => rewriteThread(within, forgetting, thread)),
    async finish(forgetting) {
      const { id, target } = forgetting;
      await sweepFiles();
      await age.refuse(query);
      await audit.telling(async (within, say) => {
        const secrets = await secretsOf(within, forgetting);
        const other = (person: string) => otherOf(secrets, person);
        await forgetElsewhere(within, target, { at: now(), other });
        const [row] = await within<{ decision: string }>("SELECT decision FROM forgettings WHERE id = $1", [id]);
        const decision = JSON.parse(row?.decision ?? "{}") as Decision;
        await audit.forget(within, say, { forgets: forgetsFor(target, secrets), by: told(decision, target, other) });
        await within("UPDATE forgettings SET state = 'done', target = '', others = '', decision = '' WHERE id = $1", [id]);
        await say(await changes.say(within, { kind: "setting" }));
      });
    },
    async message(thread, { id, receipt }, copiedIn) {
      const name = copiedIn?.thread ?? thread;
      let hadFiles = false;
      const changed = await telling(async (within) => {
        const found = await lockedThread(within, name);
        if (!found) return { changed: 0 };
        const [posted] = await within<{ seq: number }>(
          "SELECT seq FROM outbox WHERE thread = (SELECT id FROM threads WHERE name = $1) AND receipt = $2 AND kind = 'turn'",
          [thread, receipt],
        );
        // Models alone are played.
        if (copiedIn?.isPlayed && posted === undefined) return { changed: 0 };
        const rows = copiedIn?.isPlayed
          ? await within<{ body: string }>("SELECT body FROM events WHERE thread = $1 ORDER BY seq", [found.id])
          : await within<{ body: string }>(
              "SELECT body FROM events WHERE thread = $1 AND (strpos(body, $2) > 0 OR seq = $3) ORDER BY seq",
              [found.id, JSON.stringify(id), posted?.seq ?? 0],
            );
        let count = 0;
        for (const { body } of rows) {
          const after = withoutMessage(JSON.parse(body) as RunEvent, { id, posted: posted?.seq, fork: copiedIn }, timeNow());
          if (after === undefined) continue;
          await putEvent(within, found.id, after);
          hadFiles ||= body.match(HASH) !== null;
          count++;
        }
        if (count > 0) {
          await runsRewritten(within, found.id, found.workspace);
          await forgetCases(within, name);
          await within(
            `INSERT INTO forgettings (target, others, at, state, decision) SELECT '', '', $1, 'done', ''
              WHERE NOT EXISTS (SELECT 1 FROM forgettings WHERE state = 'done')`,
            [timeNow()],
          );
        }
        return { changed: count, said: await changes.say(within, { kind: "rewritten", thread: name, workspace: found.workspace }) };
      });
      // To look for files all logs are read.
      if (hadFiles) await sweepFiles();
      return changed;
    },
    forks: (thread) => forksOf(query, [thread]),
    async removed(before) {
      const rows = await query<{ workspace: string }>(
        `WITH gone AS (SELECT id FROM installations WHERE state = 'removed' AND at < $1)
          SELECT workspace FROM org_workspaces WHERE org IN (SELECT id FROM gone) UNION SELECT id FROM gone
          UNION SELECT substr(key, length($2) + 1) FROM notes WHERE starts_with(key, $2) AND value <> '' AND value < $1`,
        [before, removedNote("")],
      );
      return rows.map(({ workspace }) => workspace);
    },
    sweepFiles,
    compact: (when) => compacted(connection, when),
  };
}
