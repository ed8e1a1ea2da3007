import { createKeyedQueue } from "../../keyed-queue.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { timeOf } from "../one-process/iso-time.ts";
import { isOfIndex, isRunning, recordOf } from "../records/commit.ts";
import { HASH } from "../records/forgetting-pens.ts";
import type { Commit, CommitResult, Store, ThreadSummary } from "../store.ts";
import type { Connection, Query } from "./server/connection.ts";
import { addHeard, refusedAsTooMany } from "./heard.ts";
import { withLearnedNames } from "./names.ts";
import { runEnded, runsRewritten } from "./runs/run-rows.ts";
import { addSpent } from "./spent.ts";
import type { Changes } from "./together/changes.ts";
import { isLeftToNewer, type Age } from "./together/age.ts";
import { holds, setReady } from "./together/claims.ts";
import type { FollowersLine } from "./together/followers-line.ts";
import type { Reservations } from "./together/reservations.ts";

/** Read at once, so that no answer is larger than this many events. */
const LOAD_PAGE_EVENTS = 500;

type Refused = Exclude<CommitResult, { kind: "ok" }>;

interface Thread {
  readonly id: number;
  /** As its row says; empty where it does not say. */
  readonly workspace: string;
  readonly last_seq: number;
  readonly running: boolean;
}

/** The log of each thread. */
export function postgresLog(
  { query, transaction }: Connection,
  parts: {
    readonly changes: Pick<Changes, "say" | "heard">;
    readonly followers: Pick<FollowersLine, "expect">;
    readonly reservations: Pick<Reservations, "settle">;
    readonly age: Pick<Age, "known">;
    readonly now: () => number;
  },
): Pick<Store, "load" | "commit" | "unfinished" | "recent"> {
  const { changes, followers, reservations, age, now } = parts;
  /** Of one process, what is committed to a thread goes in the order of the calls. */
  const writers = createKeyedQueue();

  const append = async (
    within: Query,
    commit: Commit,
    bodies: readonly string[],
  ): Promise<Refused | { kind: "said"; id: number } | { kind: "left"; id: number }> => {
    const { thread: name, afterSeq, at, events, claim, wake, posts, accounts = [], settles = [] } = commit;
    if (claim && !(await holds(within, "turn", claim))) return { kind: "fenced" };
    const found = await threadIn(within, name);
    const lastSeq = found?.last_seq ?? 0;
    if (lastSeq !== afterSeq) {
      if (!claim || !(await isLeftToNewer(within, claim, age))) return { kind: "stale", lastSeq };
      const due = { of: "turn", key: name, workspace: found?.workspace ?? commit.workspace, at: now() } as const;
      return { kind: "left", id: await changes.say(within, { kind: "work", ...due }) };
    }
    const workspace = found?.workspace || commit.workspace;
    const tooMany = commit.heard && (await refusedAsTooMany(within, { ...commit, workspace }));
    if (tooMany) return tooMany;
    const thread = found ?? (await addThread(within, commit));
    if ("kind" in thread) return thread;
    const { id } = thread;
    const running = isRunning(events, thread.running);
    if (events.length > 0) {
      await within(
        `WITH moved AS (UPDATE threads SET last_seq = $2::integer + $5::integer, at = $3, running = $4 WHERE id = $1)
          INSERT INTO events (thread, seq, body) SELECT $1, $2::integer + n, body FROM unnest($6::text[]) WITH ORDINALITY AS given (body, n)`,
        [id, afterSeq, at, running, events.length, bodies],
      );
    }
    const files = bodies.flatMap((body) => [...body.matchAll(HASH)].map(([, hash]) => hash));
    if (files.length > 0) await within("UPDATE files SET referred = true WHERE hash = ANY($1::text[]) AND NOT referred", [files]);
    if (posts.length > 0) {
      const inOrder = posts.toSorted((one, other) => one.event - other.event);
      await within(
        `INSERT INTO outbox (thread, seq, kind, part)
          SELECT $1, seq, kind, part FROM unnest($2::integer[], $3::text[], $4::integer[]) WITH ORDINALITY AS given (seq, kind, part, n) ORDER BY n`,
        [id, inOrder.map(({ event }) => afterSeq + 1 + event), inOrder.map(({ kind }) => kind), inOrder.map(({ part }) => part)],
      );
    }
    if (commit.heard) await addHeard(within, { ...commit, workspace });
    if (accounts.length > 0) await addSpent(within, { ...commit, workspace });
    if (settles.length > 0) await reservations.settle(within, settles);
    // A fork is copied in several commits: only now is it known that the runs before are another thread's.
    if (events.some((event) => event.type === "run.started" && event.forkedFrom)) await runsRewritten(within, id, workspace);
    else if (events.some(isOfIndex)) await runEnded(within, id, workspace);
    const wakeAt = wake === "now" ? now() : typeof wake === "object" ? timeOf(wake.at) : null;
    await setReady(within, { id, name }, wake, wakeAt ?? 0);
    const said = await changes.say(within, {
      kind: "commit",
      thread: name,
      workspace,
      from: afterSeq + 1,
      events: events.length,
      posts: posts.length,
      wakes: wake === "now",
      ...(wake === "keep" ? {} : { wake: wakeAt }),
      money: accounts.length > 0 || settles.length > 0,
    });
    return { kind: "said", id: said };
  };

  return {
    async load(thread, afterSeq, first = Infinity) {
      const events: RunEvent[] = [];
      for (;;) {
        const wanted = Math.min(LOAD_PAGE_EVENTS, first - events.length);
        const rows = await query<{ body: string }>(
          "SELECT body FROM events WHERE thread = (SELECT id FROM threads WHERE name = $1) AND seq > $2 ORDER BY seq LIMIT $3",
          [thread, events.at(-1)?.seq ?? afterSeq, wanted],
        );
        const bodies = rows.map(({ body }) => body);
        for (const body of await withLearnedNames(query, thread, bodies)) events.push(JSON.parse(body) as RunEvent);
        if (rows.length < LOAD_PAGE_EVENTS || events.length >= first) return events;
      }
    },

    async commit(commit): Promise<CommitResult> {
      const { events, bodies } = recordOf(commit);
      return writers.run(commit.thread, async () => {
        // Before it is made: it may be heard before this call hears that it was made.
        const forget = followers.expect(commit.thread, commit.afterSeq + 1, events);
        try {
          const done = await transaction((within) => append(within, commit, bodies));
          if (done.kind !== "said" && done.kind !== "left") return done;
          await changes.heard(done.id);
          return done.kind === "left" ? { kind: "fenced" } : { kind: "ok", events };
        } finally {
          forget();
        }
      });
    },

    unfinished: (workspace) =>
      query<ThreadSummary>(`${SUMMARY} WHERE running AND ($1::text IS NULL OR workspace = $1) ORDER BY at, id`, [workspace]).then(
        summariesOf,
      ),
    recent: (limit, workspace) =>
      query<ThreadSummary>(`${SUMMARY} WHERE last_seq > 0 AND ($1::text IS NULL OR workspace = $1) ORDER BY at DESC, id DESC LIMIT $2`, [
        workspace,
        limit,
      ]).then(summariesOf),
  };
}

const SUMMARY = 'SELECT name AS thread, workspace, last_seq AS "lastSeq", at FROM threads';
const summariesOf = (rows: readonly ThreadSummary[]): ThreadSummary[] => [...rows];

/** Nobody else writes to it until the transaction is over. */
async function threadIn(within: Query, name: string): Promise<Thread | undefined> {
  const [found] = await within<Thread>("SELECT id, workspace, last_seq, running FROM threads WHERE name = $1 FOR NO KEY UPDATE", [name]);
  return found;
}

async function addThread(within: Query, { thread, workspace, at }: Commit): Promise<Thread | Refused> {
  const [added] = await within<Thread>(
    `INSERT INTO threads (name, workspace, last_seq, at, running) VALUES ($1, $2, 0, $3, false) ON CONFLICT (name) DO NOTHING
      RETURNING id, workspace, last_seq, running`,
    [thread, workspace, at],
  );
  if (added) return added;
  // Somebody else has begun it just now.
  const found = await threadIn(within, thread);
  return found && found.last_seq === 0 ? found : { kind: "stale", lastSeq: found?.last_seq ?? 0 };
}
