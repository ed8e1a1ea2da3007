import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Claim } from "../dispatch.ts";
import type { Connection } from "./connection.ts";
import { runEnded, runsRewritten } from "./runs/run-rows.ts";
import { isOfIndex, isRunning, recordOf, startOrStop } from "../records/commit.ts";
import { sqliteNames } from "./names.ts";
import type { ReadyRows } from "./ready.ts";
import type { Commit, CommitResult, PostDraft, Store, ThreadSummary } from "../store.ts";

/** Read at once; other work goes on between two pages, since SQLite blocks the event loop: about 2 ms. */
const LOAD_PAGE_EVENTS = 500;

/** As an array: for rows as objects the driver compiles a function of each statement. */
type ThreadRow = readonly [id: number, workspace: string, lastSeq: number, running: 0 | 1];

/** Threads whose row is known by its number; how many is no more than a bound. */
const KNOWN_THREADS_MAX = 10_000;

type TooMany = Extract<CommitResult, { kind: "too many" }>;
type Fenced = Extract<CommitResult, { kind: "fenced" }>;
type Refused = TooMany | Extract<CommitResult, { kind: "stale" }>;

interface Thread {
  readonly kind: "thread";
  readonly id: number;
  /** As its row says; empty where it does not say. */
  readonly own: string;
}

type Log = Pick<Store, "load" | "commit" | "unfinished" | "recent">;

/** The log of each thread. */
export function sqliteLog(
  connection: Connection,
  options: {
    readonly ready: ReadyRows;
    /** The highest id that was given to a post here. */
    readonly lastPost: { id: number };
    /** Sums up what the events cost. */
    readonly spent: (commit: Commit) => void;
    /** Keeps who was heard, and says who was heard too often. */
    readonly heard: { refused(commit: Commit): TooMany | undefined; add(commit: Commit): void };
    readonly now: () => number;
    /** Whether this is still the claim of whoever has that work. */
    readonly holds: (claim: Claim) => boolean;
    /** Told of each commit, once it has been made. */
    readonly committed: (commit: Commit, made: { readonly workspace: string; readonly events: readonly RunEvent[] }) => void;
  },
): Log {
  const { db, writeSoon, read } = connection;
  const findThread = db.prepare<[string], ThreadRow>("SELECT id, workspace, last_seq, running FROM threads WHERE name = ?").raw();
  const addThread = db.prepare("INSERT INTO threads (name, workspace, last_seq, at, running) VALUES (?, ?, ?, ?, ?)");
  const updateThread = db.prepare("UPDATE threads SET last_seq = ?, at = ? WHERE id = ?");
  // A number may be another thread's by now, when a thread was deleted.
  const goOn = db.prepare("UPDATE threads SET last_seq = ?, at = ? WHERE id = ? AND last_seq = ? AND name = ?");
  // By itself: named in the other, it would have SQLite write its indexes anew with each commit, 4 KB each.
  const updateRunning = db.prepare("UPDATE threads SET running = ? WHERE id = ?");
  const addEvent = db.prepare("INSERT INTO events (thread, seq, body) VALUES (?, ?, ?)");
  // No id is given twice: whoever is sending a post whose thread is forgotten meanwhile would settle another one.
  const addPost = db.prepare(
    "INSERT INTO outbox (id, thread, seq, kind, part) VALUES (max(?, 1 + coalesce((SELECT max(id) FROM outbox), 0)), ?, ?, ?, ?)",
  );
  const page = db
    .prepare<[string, number, number], string>(
      "SELECT body FROM events WHERE thread = (SELECT id FROM threads WHERE name = ?) AND seq > ? ORDER BY seq LIMIT ?",
    )
    .pluck();
  const summary = "SELECT name AS thread, workspace, last_seq AS lastSeq, at FROM threads";
  // A limit of -1 is none.
  const unfinished = db.prepare<[string, number], ThreadSummary>(
    `${summary} WHERE running = 1 AND at >= ? ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const unfinishedOf = db.prepare<[string, string, number], ThreadSummary>(
    `${summary} WHERE running = 1 AND workspace = ? AND at >= ? ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const recent = db.prepare<[number], ThreadSummary>(`${summary} WHERE last_seq > 0 ORDER BY at DESC, id DESC LIMIT ?`);
  const recentOf = db.prepare<[string, number], ThreadSummary>(
    `${summary} WHERE last_seq > 0 AND workspace = ? ORDER BY at DESC, id DESC LIMIT ?`,
  );
  const names = sqliteNames(db);
  const ended = runEnded(db);
  // Prepared when first used: a damaged index is no reason to keep the logs closed.
  let rewritten: ReturnType<typeof runsRewritten> | undefined;

  const known = new Map<string, Thread>();

  /** The row of the commit's thread, brought up to its end; or why nothing is recorded. */
  const advanced = (commit: Commit): Thread | Refused => {
    const { thread, afterSeq, at, events } = commit;
    const newSeq = afterSeq + events.length;
    const before = known.get(thread);
    // Most commits only go on: then one statement is enough.
    const isPlain = before && events.length > 0 && !commit.heard && startOrStop(events) === undefined;
    if (isPlain && goOn.run(newSeq, at, before.id, afterSeq, thread).changes > 0) return before;
    const found = findThread.get(thread);
    const [id, own = commit.workspace, lastSeq = 0, wasRunning] = found ?? [];
    if (lastSeq !== afterSeq) return { kind: "stale", lastSeq };
    const tooMany = options.heard.refused({ ...commit, workspace: own || commit.workspace });
    if (tooMany) return tooMany;
    const running = isRunning(events, wasRunning === 1) ? 1 : 0;
    if (id === undefined) return { kind: "thread", id: Number(addThread.run(thread, own, newSeq, at, running).lastInsertRowid), own };
    if (events.length > 0) updateThread.run(newSeq, at, id);
    if (wasRunning !== running) updateRunning.run(running, id);
    return { kind: "thread", id, own };
  };

  const append = (commit: Commit, bodies: readonly string[]): Refused | Thread => {
    const thread = advanced(commit);
    if (thread.kind !== "thread") return thread;
    const { id, own } = thread;
    const workspace = own || commit.workspace;
    for (const [index, body] of bodies.entries()) addEvent.run(id, commit.afterSeq + 1 + index, body);
    for (const { event, kind, part } of inLogOrder(commit.posts)) {
      const added = addPost.run(options.lastPost.id + 1, id, commit.afterSeq + 1 + event, kind, part);
      options.lastPost.id = Number(added.lastInsertRowid);
    }
    if (commit.heard) options.heard.add({ ...commit, workspace });
    if (commit.accounts) options.spent({ ...commit, workspace });
    // A fork is copied in several commits: only now is it known that the runs before are another thread's.
    if (commit.events.some((event) => event.type === "run.started" && event.forkedFrom))
      (rewritten ??= runsRewritten(connection))(id, workspace);
    else if (commit.events.some(isOfIndex)) ended(id, workspace);
    options.ready.set(id, commit.wake, options.now());
    return thread;
  };

  return {
    load: async (thread, afterSeq, first = Infinity) => {
      const events: RunEvent[] = [];
      for (;;) {
        const wanted = Math.min(LOAD_PAGE_EVENTS, first - events.length);
        const bodies = read(() => page.all(thread, events.at(-1)?.seq ?? afterSeq, wanted));
        const named = read(() => names(thread, bodies));
        for (const body of named) events.push(JSON.parse(body) as RunEvent);
        if (bodies.length < LOAD_PAGE_EVENTS || events.length >= first) return events;
        await eventLoopTurn();
      }
    },

    commit: async (commit): Promise<CommitResult> => {
      const { events, bodies } = recordOf(commit);
      // A post that has been seen must not be unsaid by a power cut: before it leaves it is marked, and what is marked is on the disk with all
      // that was written before it (outbox.ts). The rest can be thought again. A wait for the disk here would hold up the event loop.
      const done = await writeSoon(
        (): Thread | Refused | Fenced => (commit.claim && !options.holds(commit.claim) ? { kind: "fenced" } : append(commit, bodies)),
        {
          made(made) {
            if (made.kind !== "thread") return;
            // Only once it is there for good.
            if (known.size >= KNOWN_THREADS_MAX) known.clear();
            known.set(commit.thread, made);
            options.committed(commit, { workspace: made.own || commit.workspace, events });
          },
          writer: commit.thread,
        },
      );
      return done.kind === "thread" ? { kind: "ok", events } : done;
    },

    unfinished: async (workspace, since = "", last = -1) =>
      read(() => (workspace === undefined ? unfinished.all(since, last) : unfinishedOf.all(workspace, since, last)).toReversed()),
    recent: async (limit, workspace) => read(() => (workspace === undefined ? recent.all(limit) : recentOf.all(workspace, limit))),
  };
}

/** Ids are given in this order, and posts are sent in the order of their ids. */
function inLogOrder(posts: readonly PostDraft[]): readonly PostDraft[] {
  return posts.length < 2 ? posts : posts.toSorted((a, b) => a.event - b.event);
}
