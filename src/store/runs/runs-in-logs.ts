import { placeOf } from "../fair-queue.ts";
import type { Store } from "../store.ts";
import { filtersOf, type RunKind } from "./filters.ts";
import type { FinishedRun, FinishedRuns, RunsWanted } from "./finished-runs.ts";
import { feedbackIn, keptOpinions, opinionsByTeam, withFeedback, type OpinionsRow } from "./opinions.ts";
import { readSpending } from "../spending.ts";
import { recordsOf, type RunRecord } from "./run-records.ts";

/** Threads that are looked at, those that were active last. */
const THREADS_MAX = 2_000;
/** Logs that are read for one page; the next one goes on behind them. */
const LOGS_PER_PAGE_MAX = 200;

/** For a store that keeps no index: the logs of the threads that were active last, read through. Newest thread first, and in it the newest run. */
export function runsInLogs(store: Pick<Store, "recent" | "load">): FinishedRuns {
  return {
    enter: async () => false,
    // Reading logs is nothing that a run should wait for before it begins.
    alike: async () => [],
    workspaces: async () => [...new Set((await store.recent(THREADS_MAX)).map(({ workspace }) => workspace))].toSorted(),
    async filters({ workspace, places }) {
      const kinds: RunKind[] = [];
      for (const { thread } of (await store.recent(LOGS_PER_PAGE_MAX, workspace)).toReversed()) {
        if (places !== "all" && !places.includes(placeOf(thread))) continue;
        for (const { team, startedBy } of recordsOf(await store.load(thread, 0))) kinds.push({ team, place: placeOf(thread), startedBy });
      }
      return filtersOf(kinds);
    },
    spending: (wanted) => Array.fromAsync(readSpending(store, wanted)),
    async opinions({ workspace, places, endedFrom, endedBefore }) {
      const rows: OpinionsRow[] = [];
      for (const { thread } of await store.recent(LOGS_PER_PAGE_MAX, workspace)) {
        if (places !== "all" && !places.includes(placeOf(thread))) continue;
        const events = await store.load(thread, 0);
        const feedback = feedbackIn(events);
        for (const { run, team, stances, endedAt } of recordsOf(events)) {
          if (endedAt < endedFrom || endedAt >= endedBefore) continue;
          rows.push({ team, runs: 1, opinions: withFeedback(keptOpinions({ feedback: {}, stances }), feedback.get(run) ?? []) });
        }
      }
      return opinionsByTeam(rows);
    },
    async search(wanted) {
      const { workspace, behind, limit } = wanted;
      const [at = "", thread = "", seq = ""] = behind?.split(" ") ?? [];
      const threads = (await store.recent(THREADS_MAX, workspace))
        .filter((one) => behind === undefined || one.at < at || (one.at === at && one.thread <= thread))
        .toSorted((one, other) => compare(other.at, one.at) || compare(other.thread, one.thread));
      const found: FinishedRun[] = [];
      for (const [index, summary] of threads.entries()) {
        if (index === LOGS_PER_PAGE_MAX) return { found, older: `${summary.at} ${summary.thread} ${Number.MAX_SAFE_INTEGER}` };
        const upTo = summary.thread === thread ? Number(seq) : Infinity;
        for (const record of [...recordsOf(await store.load(summary.thread, 0))].toReversed()) {
          if (record.seq >= upTo || !fits(record, summary.thread, wanted)) continue;
          const { until: _until, words: _words, people: _people, run: _run, spending: _spending, stances: _stances, ...run } = record;
          found.push({ ...run, thread: summary.thread });
          if (found.length === limit) return { found, older: `${summary.at} ${summary.thread} ${run.seq}` };
        }
      }
      return { found, older: undefined };
    },
  };
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

function fits(record: RunRecord, thread: string, wanted: RunsWanted): boolean {
  const { places, reader, words = [], team, place, person, outcome, usdMin = 0, usdMax = Infinity, endedFrom = "", endedBefore } = wanted;
  if (places !== "all" && !places.includes(placeOf(thread)) && record.startedBy.id !== reader) return false;
  if (outcome !== undefined && record.outcome !== outcome) return false;
  if (record.usage.usd < usdMin || record.usage.usd > usdMax) return false;
  if (record.endedAt < endedFrom || (endedBefore !== undefined && record.endedAt >= endedBefore)) return false;
  if (team !== undefined && record.team !== team) return false;
  if (place !== undefined && placeOf(thread) !== place) return false;
  if (person !== undefined && !record.people.includes(person)) return false;
  const said = record.words.toLowerCase();
  return words.every((word) => said.includes(word.toLowerCase()));
}
