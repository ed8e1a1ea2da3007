import { setImmediate as eventLoopTurn } from "node:timers/promises";
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
import type { Decision } from "../../settings.ts";
import type { SqliteAudit } from "../audit/audit.ts";
import type { Connection } from "../connection.ts";
import { withoutDeletedWords } from "../runs/run-rows.ts";
import { forgettingRows, type ForgettingRows } from "./rows.ts";

/** Writing the file anew takes some 0.1 s for each 20 MiB, and nobody is served meanwhile. */
const SMALL_BYTES_MAX = 64 * 1024 * 1024;
/** Read at once when files are looked for: about 10 ms. */
const PAGE_EVENTS = 5_000;

/** See {@link Forgetter}. `isPinned`: files that are kept and that no event refers to yet. */
export function sqliteForgetting(
  connection: Connection,
  parts: {
    readonly audit: SqliteAudit;
    readonly isPinned: (hash: string) => boolean;
    readonly now: () => number;
    /** Told once a log has been put anew, and once a forgetting is done. */
    readonly rewritten: (thread: string, workspace: string) => void;
    readonly forgotten: () => void;
  },
): Forgetter {
  const { db, write, read } = connection;
  const { audit, isPinned, now } = parts;
  let prepared: ForgettingRows | undefined;
  const rows = () => (prepared ??= forgettingRows(connection));
  const timeNow = () => new Date(now()).toISOString();

  function secretsOf({ id }: Forgetting): Secrets {
    const found = rows().secrets.get(id);
    if (found === undefined) throw new Error(`forgetting ${id} is not under way`);
    return JSON.parse(found) as Secrets;
  }

  function rewriteThread({ target, at, ...rest }: Forgetting, thread: string): number {
    const found = rows().thread.get(thread);
    if (!found) return 0;
    const secrets = secretsOf({ target, at, ...rest });
    const events = rows().events.all(found.id);
    const put = penFor(target, secrets, at);
    const copy = forksIn(target).find((fork) => fork.thread === thread);
    let changed = 0;
    for (const { id, body } of copy ? events.slice(0, copy.seq) : events) {
      const before = JSON.parse(body) as RunEvent;
      const after = put(before);
      if (after === before) continue;
      rows().putEvent.run(JSON.stringify(after), id);
      changed++;
    }
    // Nobody knows whose words are in files that code wrote.
    rows().forgetWorkspace(thread);
    rows().rewriteRuns(found.id, found.workspace);
    if (copy) rows().forgetCases(thread);
    if (target.kind === "person" || copy) return changed;
    const stays = target.kind === "older" ? { memory: target.memory, forks: true } : { memory: false, forks: false };
    rows().forgetThread(found.id, thread, stays);
    if (target.kind === "older" && !target.costs) rows().dropThread(found.id, thread);
    return changed;
  }

  /** With the threads that hold a copy of it, as they are now: what is forgotten here names them no more. */
  function withForks(target: Target): Target {
    if (target.kind === "person" || target.kind === "older") return target;
    const threads = rows().threadsOf({ ...target, forks: [] });
    return { ...target, forks: rows().forksUnder(threads) };
  }

  function telling(thread: string, rewrite: () => number): number {
    const workspace = read(() => rows().thread.get(thread))?.workspace;
    const changed = rewrite();
    if (workspace !== undefined) parts.rewritten(thread, workspace);
    return changed;
  }

  async function sweepFiles(): Promise<number> {
    if (read(() => rows().hashes.all()).length === 0) return 0;
    const used = new Set<string>();
    let after = 0;
    const look = (upTo: number): number => {
      const found = rows().referring.all(after, upTo);
      for (const { body } of found) for (const [, hash = ""] of body.matchAll(HASH)) used.add(hash);
      return found.length;
    };
    const last = read(() => rows().lastEvent.get()) ?? 0;
    for (; after < last; after += PAGE_EVENTS) {
      read(() => look(after + PAGE_EVENTS));
      await eventLoopTurn();
    }
    return write("full", () => {
      // What has come meanwhile.
      after = last;
      look(Number.MAX_SAFE_INTEGER);
      const unused = rows()
        .hashes.all()
        .filter((hash) => !used.has(hash) && !isPinned(hash));
      for (const hash of unused) rows().dropFile.run(hash);
      return unused.length;
    });
  }

  return {
    find: async (target) => read(() => rows().find(withForks(target))),
    threads: async (target) => read(() => rows().threadsOf(target)),
    async begin(wanted, by) {
      const target = read(() => withForks(wanted));
      const at = timeNow();
      const secrets: Secrets = {
        secret: newSecret(),
        names: target.kind === "person" ? read(() => rows().namesOf(target.person)) : [],
      };
      const id = write("full", () => rows().begin(target, { at, others: JSON.stringify(secrets), by: JSON.stringify(by) }));
      return { id, target, at };
    },
    underWay: async () => read(() => rows().underWay()),
    rewrite: async (forgetting, thread) => telling(thread, () => write("full", () => rewriteThread(forgetting, thread))),
    async finish(forgetting) {
      const { id, target } = forgetting;
      await sweepFiles();
      // Before it is done, so that it is made up for after a crash.
      await withoutDeletedWords(connection);
      audit.telling(() =>
        write("full", () => {
          const secrets = secretsOf(forgetting);
          const other = (person: string) => otherOf(secrets, person);
          rows().forgetElsewhere(target, { at: now(), other });
          const decision = JSON.parse(rows().decision.get(id) ?? "{}") as Decision;
          audit.forget(forgetsFor(target, secrets), told(decision, target, other));
          rows().done.run(id);
        }),
      );
      parts.forgotten();
    },
    async message(thread, { id, receipt }, copiedIn) {
      const changed = telling(copiedIn?.thread ?? thread, () =>
        write("full", () => {
          const found = rows().thread.get(copiedIn?.thread ?? thread);
          if (!found) return 0;
          let count = 0;
          const posted = rows().turnPosted.get(thread, receipt);
          // Models alone are played.
          if (copiedIn?.isPlayed && posted === undefined) return 0;
          const those = copiedIn?.isPlayed ? rows().events.all(found.id) : rows().eventsWith.all(found.id, JSON.stringify(id), posted ?? 0);
          for (const row of those) {
            const after = withoutMessage(JSON.parse(row.body) as RunEvent, { id, posted, fork: copiedIn }, timeNow());
            if (after === undefined) continue;
            rows().putEvent.run(JSON.stringify(after), row.id);
            count++;
          }
          if (count === 0) return 0;
          rows().rewriteRuns(found.id, found.workspace);
          rows().forgetCases(copiedIn?.thread ?? thread);
          rows().makeDue.run(timeNow());
          return count;
        }),
      );
      if (changed === 0) return 0;
      await withoutDeletedWords(connection);
      await sweepFiles();
      return changed;
    },
    forks: async (thread) => read(() => rows().forksUnder([thread])),
    removed: async (before) => read(() => rows().removed.all(before, removedNote(""), removedNote(""), removedNote(""), before)),
    sweepFiles,
    async compact(when) {
      const due = read(() => rows().due.all());
      const bytes = Number(db.pragma("page_count", { simple: true })) * Number(db.pragma("page_size", { simple: true }));
      const anew = when === "now" || (due.length > 0 && (when === "if due" || (when === "if small" && bytes <= SMALL_BYTES_MAX)));
      if (anew) await withoutDeletedWords(connection);
      return read(() => {
        if (anew) {
          db.exec("VACUUM");
          for (const id of due) rows().remove.run(id);
        }
        db.pragma("wal_checkpoint(TRUNCATE)");
        return anew;
      });
    },
  };
}
