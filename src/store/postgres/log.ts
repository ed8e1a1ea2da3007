import { createKeyedQueue } from "../../keyed-queue.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import { recordOf } from "../records/commit.ts";
import type { Claim } from "../dispatch.ts";
import type { Commit, CommitResult, Store, ThreadSummary } from "../store.ts";
import type { Connection, Query } from "./server/connection.ts";
import { gathered } from "./server/gather.ts";
import { commitAtOnce } from "./commit-at-once.ts";
import { ALONE, refusedAsTooMany } from "./heard.ts";
import { withLearnedNames } from "./names.ts";
import { runsGone } from "./runs/run-rows.ts";
import type { Changes } from "./together/changes.ts";
import { isLeftToNewer, type Age } from "./together/age.ts";
import { holds } from "./together/claims.ts";
import type { FollowersLine } from "./together/followers-line.ts";

/** Read at once, so that no answer is larger than this many events. */
const LOAD_PAGE_EVENTS = 500;

/** As many events as in a page, of several logs. */
const BEGIN_EVENTS = 25;
const LOGS_TOGETHER_MAX = LOAD_PAGE_EVENTS / BEGIN_EVENTS;

type Refused = Exclude<CommitResult, { kind: "ok" }>;

/** Whose thread it is may have to be learnt first; what else was in the way has gone when it is looked at. */
const TRIES_MAX = 10;

/** The log of each thread. */
export function postgresLog(
  { query, transaction }: Connection,
  parts: {
    readonly changes: Pick<Changes, "say" | "saying" | "heard">;
    readonly followers: Pick<FollowersLine, "expect">;
    readonly age: Pick<Age, "known">;
    readonly now: () => number;
  },
): Pick<Store, "load" | "commit" | "unfinished" | "recent"> {
  const { changes, followers, age, now } = parts;
  /** Of one process, what is committed to a thread goes in the order of the calls. */
  const writers = createKeyedQueue();
  /** Of each turn, how far its own process has written the log, or has seen that it could. */
  const known = new WeakMap<Claim, number>();

  /** Its number, to be waited for; nothing where it was not to be. */
  const made = async (commit: Commit, bodies: readonly string[]): Promise<number | undefined> => {
    const { alone, isFork, ...statement } = commitAtOnce(commit, bodies, now);
    if (alone.length === 0 && !isFork) return (await changes.saying(query, statement))?.said;
    return transaction(async (within) => {
      if (alone.length > 0) await within(ALONE, [alone]);
      const told = await changes.saying(within, statement);
      if (told && isFork) await runsGone(within, commit.thread);
      return told?.said;
    });
  };

  /**
   * Whether somebody else, a newer Parley among them, has written in this thread since the turn began: what stands there now this process may have read, and not
   * know. Then the claim is gone, and the others are told.
   */
  async function isLeft({ thread: key, workspace, afterSeq, claim }: Commit): Promise<boolean> {
    const reached = claim && (known.get(claim) ?? claim.lastSeq);
    if (!claim || reached === undefined || reached === afterSeq) return false;
    const said = await transaction(async (within) =>
      (await isLeftToNewer(within, claim, age)) ? changes.say(within, { kind: "work", of: "turn", key, workspace, at: now() }) : undefined,
    );
    if (said === undefined) known.set(claim, afterSeq);
    else await changes.heard(said);
    return said !== undefined;
  }

  /** Why nothing was committed; or whose thread it is, where it may be tried again. */
  const whyNot = async (
    within: Query,
    commit: Commit,
  ): Promise<Refused | { kind: "left"; said: number } | { kind: "again"; workspace: string }> => {
    const { thread: name, afterSeq, claim } = commit;
    if (claim && !(await holds(within, "turn", claim))) return { kind: "fenced" };
    const [found] = await within<{ workspace: string; last_seq: number }>("SELECT workspace, last_seq FROM threads WHERE name = $1", [
      name,
    ]);
    const lastSeq = found?.last_seq ?? 0;
    const workspace = found?.workspace || commit.workspace;
    if (lastSeq !== afterSeq) {
      if (!claim || !(await isLeftToNewer(within, claim, age))) return { kind: "stale", lastSeq };
      return { kind: "left", said: await changes.say(within, { kind: "work", of: "turn", key: name, workspace, at: now() }) };
    }
    return (await refusedAsTooMany(within, { ...commit, workspace })) ?? { kind: "again", workspace };
  };

  async function committed(commit: Commit, events: readonly RunEvent[], bodies: readonly string[]): Promise<CommitResult> {
    let { workspace } = commit;
    if (await isLeft(commit)) return { kind: "fenced" };
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const said = await made({ ...commit, workspace }, bodies);
      if (said !== undefined) {
        await changes.heard(said);
        if (commit.claim) known.set(commit.claim, commit.afterSeq + events.length);
        return { kind: "ok", events };
      }
      const why = await transaction((within) => whyNot(within, { ...commit, workspace }));
      if (why.kind === "left") {
        await changes.heard(why.said);
        return { kind: "fenced" };
      }
      if (why.kind !== "again") return why;
      ({ workspace } = why);
    }
    throw new Error(`nothing could be recorded in ${commit.thread} ${TRIES_MAX} times, and nothing stood against it`);
  }

  /** The next few events of a log: most logs have no more. */
  const begin = gathered(async (wanted: readonly { readonly thread: string; readonly afterSeq: number }[]) => {
    const rows = await query<{ n: number; body: string }>(
      `SELECT wanted.n, found.body FROM unnest($1::text[], $2::integer[]) WITH ORDINALITY AS wanted (thread, behind, n)
        JOIN threads ON threads.name = wanted.thread
        CROSS JOIN LATERAL (
          SELECT seq, body FROM events WHERE events.thread = threads.id AND seq > wanted.behind ORDER BY seq LIMIT ${BEGIN_EVENTS}) AS found
        ORDER BY wanted.n, found.seq`,
      [wanted.map(({ thread }) => thread), wanted.map(({ afterSeq }) => afterSeq)],
    );
    const found = wanted.map((): string[] => []);
    for (const { n, body } of rows) found[n - 1]?.push(body);
    return found;
  }, LOGS_TOGETHER_MAX);

  return {
    async load(thread, afterSeq, first = Infinity) {
      const events: RunEvent[] = [];
      const bodies = await begin({ thread, afterSeq });
      for (const body of await withLearnedNames(query, thread, bodies)) events.push(JSON.parse(body) as RunEvent);
      if (bodies.length < BEGIN_EVENTS || events.length >= first) return events;
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
          const result = await committed(commit, events, bodies);
          forget("known");
          return result;
        } catch (error) {
          forget("doubtful");
          throw error;
        }
      });
    },

    unfinished: (workspace, since, last) =>
      query<ThreadSummary>(
        `SELECT thread, workspace, "lastSeq", at FROM (
            ${SUMMARY_AND_ID} WHERE running AND ($1::text IS NULL OR workspace = $1) AND ($2::text IS NULL OR at >= $2)
            ORDER BY at DESC, id DESC LIMIT $3) AS found ORDER BY at, id`,
        [workspace, since, last],
      ).then(summariesOf),
    recent: (limit, workspace) =>
      query<ThreadSummary>(`${SUMMARY} WHERE last_seq > 0 AND ($1::text IS NULL OR workspace = $1) ORDER BY at DESC, id DESC LIMIT $2`, [
        workspace,
        limit,
      ]).then(summariesOf),
  };
}

const SUMMARY = 'SELECT name AS thread, workspace, last_seq AS "lastSeq", at FROM threads';
const SUMMARY_AND_ID = 'SELECT id, name AS thread, workspace, last_seq AS "lastSeq", at FROM threads';
const summariesOf = (rows: readonly ThreadSummary[]): ThreadSummary[] => [...rows];
