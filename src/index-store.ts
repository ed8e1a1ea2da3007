/**
 * What a store of one's own is made of: what its parts must do, what it shares with Parley's own (limits, names, sums), and all that needs nothing kept
 * where one process has it open. `/testing` has the contracts to hold it against.
 */
export { defineStore, type OwnStore, type StoreKind } from "./store/own-store.ts";
export {
  nameNote,
  type Commit,
  type CommitResult,
  type DaySpent,
  type Envelope,
  type Post,
  type Store,
  StoreError,
  type ThreadSummary,
} from "./store/store.ts";
export type { Claim, Dispatch, Serving, Work, WorkKind } from "./store/dispatch.ts";
export { placeOf } from "./store/fair-queue.ts";
export { inOneProcess, type Alone, type Due, type Kept, type ProcessParts } from "./store/one-process/one-process.ts";
export { isRunning, recordOf } from "./store/records/commit.ts";
export { costOf } from "./store/records/cost.ts";
export { recordsOf, type RunRecord } from "./store/runs/run-records.ts";
export type { FinishedRun, FinishedRuns, OpinionsWanted, RunsPage, RunsWanted } from "./store/runs/finished-runs.ts";
export type { TeamOpinions } from "./store/runs/opinions.ts";
export type { SpendingWanted, ThreadSpending } from "./store/spending.ts";
export { withNames } from "./store/records/names.ts";
export { checkEnvelope, checkNote, fileHash } from "./store/records/sizes.ts";
