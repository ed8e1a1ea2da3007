import type { Memory } from "../../engine/memory.ts";
import type { DayBudgets, Forgets, Runner } from "../../runner/runner.ts";
import type { Forecasts } from "../../runner/forecasts/forecasts.ts";
import { refusedFor } from "../../runner/refused.ts";
import type { Dispatch } from "../../store/dispatch.ts";
import type { FinishedRuns } from "../../store/runs/finished-runs.ts";
import type { Schedules } from "../../store/schedules/schedules.ts";
import type { Settings } from "../../store/settings.ts";
import { EVERY_THREAD, type Store } from "../../store/store.ts";
import type { FileChange } from "../knowledge/file-changes.ts";
import type { LoginDesk } from "../logins/login-desk.ts";
import { placeOf } from "../words/place.ts";

/**
 * What the handlers of one workspace are given of the store, the runner and the memory: its own threads and notes, and nothing of another
 * one's, whatever a payload, a button or a modal names. Every method is written out, so that a new one is thought about before it is let in.
 */
export interface TenantPorts {
  readonly store: Store;
  readonly runner: Runner;
  readonly forgetting: Pick<Forgets, "forget" | "message">;
  readonly memory: Memory;
  readonly settings: Settings;
  readonly schedules: Schedules;
  readonly runs: FinishedRuns;
  readonly dispatch: Pick<Dispatch, "serve">;
  /** Absent where nobody can log in to servers. */
  readonly logins?: LoginDesk;
  /** Told of files that come, change and go in a workspace; nobody is when absent. */
  readonly fileChanged?: (team: string, change: FileChange) => void;
}

export function tenantScoped(
  team: string,
  { store, runner, forgetting, memory, settings, schedules, runs, dispatch, logins, fileChanged }: TenantPorts,
): TenantPorts {
  /** Asked for each event of all workspaces: the quick look goes first. */
  const isOwn = (thread: string): boolean => thread.startsWith(`${team}/`) && placeOf(thread) !== undefined;
  const isOwnScope = (scope: string): boolean => scope.startsWith(`${team}/`);
  /** Notes are kept by thread, whose name begins with the workspace; what is not is kept under it. */
  const ownKey = (key: string): string => (key.split("/").includes(team) ? key : `${team}/${key}`);
  return {
    store: {
      load: async (thread, afterSeq) => (isOwn(thread) ? store.load(thread, afterSeq) : []),
      commit: async (commit) => (isOwn(commit.thread) ? store.commit(commit) : strange(commit.thread)),
      follow: (listener) =>
        store.follow((committed) => {
          if (isOwn(committed.thread) || committed.thread === EVERY_THREAD) listener(committed);
        }),
      receive: async () => notHere("the inbox"),
      leisure: store.leisure,
      unhandled: async () => notHere("the inbox"),
      handled: async () => notHere("the inbox"),
      duePosts: async (lane, limit) => (lane === undefined || isOwn(lane) ? store.duePosts(lane, limit, team) : []),
      dueThreads: async (place) => (place.startsWith(`${team}/`) ? store.dueThreads(place) : []),
      // By ids that only duePosts gives.
      markSending: (id, at) => store.markSending(id, at),
      markDelivered: (id, outcome) => store.markDelivered(id, outcome),
      receipt: async (thread, seq, kind) => (isOwn(thread) ? store.receipt(thread, seq, kind) : undefined),
      note: (key) => store.note(ownKey(key)),
      putNote: (key, value) => store.putNote(ownKey(key), value),
      swapNote: (key, from, to) => store.swapNote(ownKey(key), from, to),
      followNotes: (listener) =>
        store.followNotes((key) => {
          if (key.split("/").includes(team)) listener(key);
        }),
      exclusively: (key, job) => store.exclusively(ownKey(key), job),
      // By the hash of the content, which stands in the logs that may be read here.
      putFile: (content) => store.putFile(content),
      file: (hash) => store.file(hash),
      spentOn: (workspace, account, day) => (workspace === team ? store.spentOn(workspace, account, day) : strange(workspace)),
      // Calls are the runner's.
      reserve: async () => notHere("the money for a call"),
      callEnded: async () => notHere("the money for a call"),
      openers: (doing) => store.openers(doing),
      // Where one process has it nothing is asked before a call to Slack.
      ...(store.stillHere ? { stillHere: store.stillHere } : {}),
      ...(store.standsBack ? { standsBack: store.standsBack } : {}),
      unfinished: (_workspace, since, last) => store.unfinished(team, since, last),
      recent: (limit) => store.recent(limit, team),
      close: async () => notHere("the store's end"),
    },
    runner: {
      say: async (said) => (isOwn(said.thread) ? runner.say({ ...said, workspace: team }) : { kind: "ignored" }),
      approve: async (thread, answer) => isOwn(thread) && runner.approve(thread, answer),
      stop: async (thread, person) => isOwn(thread) && runner.stop(thread, person),
      steer: async (thread, wish) => isOwn(thread) && runner.steer(thread, wish),
      sumUp: async (thread, person) => (isOwn(thread) ? runner.sumUp(thread, person) : undefined),
      fork: async (wish) =>
        isOwn(wish.from) && isOwn(wish.thread) ? runner.fork({ ...wish, workspace: team }) : refusedFor({ kind: "elsewhere" }),
      refusesFork: async (wish) =>
        isOwn(wish.from) ? runner.refusesFork({ ...wish, workspace: team }) : refusedFor({ kind: "elsewhere" }),
      offerAt: (reasons) => runner.offerAt(reasons),
      rewrite: async (thread, rewrite, stoppedBy) => (isOwn(thread) ? runner.rewrite(thread, rewrite, stoppedBy) : strange(thread)),
      lookAgain: async (thread) => (isOwn(thread) ? runner.lookAgain(thread) : undefined),
      budgetsRaised: async (workspace, accounts, here) =>
        workspace === team ? runner.budgetsRaised(workspace, accounts, here) : strange(workspace),
      ...(runner.forecasts ? { forecasts: walledForecasts(team, runner.forecasts) } : {}),
      ...(runner.budgets ? { budgets: walledBudgets(team, runner.budgets) } : {}),
      park: (concerns) => runner.park((thread) => isOwn(thread) && concerns(thread)),
      read: async (thread, throughSeq) => (isOwn(thread) ? runner.read(thread, throughSeq) : { events: [] }),
      atHand: (thread) => (isOwn(thread) ? runner.atHand(thread) : undefined),
      follow: (listener) =>
        runner.follow((thread, item) => {
          if (isOwn(thread)) listener(thread, item);
        }),
      ...(runner.shown ? { shown: runner.shown } : {}),
      start: () => notHere("the runner's start"),
      rest: async () => notHere("the runner's end"),
      close: async () => notHere("the runner's end"),
    },
    forgetting: {
      // Of a workspace's handlers, none forgets more than a thread.
      forget: async (target, by) =>
        target.kind === "thread" && isOwn(target.thread) && by.workspace === team
          ? forgetting.forget(target, by)
          : strange(target.kind === "thread" ? target.thread : target.kind),
      message: async (thread, message) => (isOwn(thread) ? forgetting.message(thread, message) : 0),
    },
    memory: {
      remember: async (draft) => (isOwnScope(draft.scope) ? memory.remember(draft) : strange(draft.scope)),
      recall: async (scope, wanted) => (isOwnScope(scope) ? memory.recall(scope, wanted) : []),
      list: async (scope, page) => (isOwnScope(scope) ? memory.list(scope, page) : { notes: [], total: 0 }),
      forget: async (scope, id) => (isOwnScope(scope) ? memory.forget(scope, id) : undefined),
      scopes: async () => (await memory.scopes()).filter(({ scope }) => isOwnScope(scope)),
    },
    dispatch: {
      // Turns are the runner's.
      serve: (kind, options, handler) => (kind === "post" ? dispatch.serve(kind, { ...options, workspace: team }, handler) : strange(kind)),
    },
    settings: {
      get: async (workspace, name) => (workspace === team ? settings.get(workspace, name) : undefined),
      list: async (workspace, prefix) => (workspace === team ? settings.list(workspace, prefix) : []),
      put: async (change) => (change.decision.workspace === team ? settings.put(change) : strange(change.decision.workspace)),
      follow: (listener) =>
        settings.follow((changed) => {
          if (changed.name === undefined || changed.workspace === team) listener(changed);
        }),
      record: async (decision) => (decision.workspace === team ? settings.record(decision) : strange(decision.workspace)),
      workspaces: async () => notHere("the list of workspaces"),
      decisions: async (workspace, page) => (workspace === team ? settings.decisions(workspace, page) : []),
    },
    runs: {
      search: async (wanted) => (wanted.workspace === team ? runs.search(wanted) : { found: [], older: undefined }),
      enter: async (workspace) => workspace === team && runs.enter(workspace),
      alike: async (wanted) => (wanted.workspace === team ? runs.alike(wanted) : []),
      workspaces: async () => notHere("the list of workspaces"),
      filters: async (of) => (of.workspace === team ? runs.filters(of) : { teams: [], places: [], starters: [] }),
      spending: async (wanted) => (wanted.workspace === team ? runs.spending(wanted) : []),
      opinions: async (of) => (of.workspace === team ? runs.opinions(of) : []),
    },
    schedules: {
      get: async (workspace, id) => (workspace === team ? schedules.get(workspace, id) : undefined),
      list: async (workspace) => (workspace === team ? schedules.list(workspace) : []),
      put: async (change) => (change.workspace === team ? schedules.put(change) : strange(change.workspace)),
      due: async (workspace, untilMs, limit) => (workspace === team ? schedules.due(workspace, untilMs, limit) : []),
      nextDue: async (workspace) => (workspace === team ? schedules.nextDue(workspace) : undefined),
      follow: (listener) =>
        schedules.follow((workspace) => {
          if (workspace === team) listener(workspace);
        }),
    },
    ...(fileChanged ? { fileChanged: (_team, change) => fileChanged(team, change) } : {}),
    ...(logins
      ? {
          logins: {
            offer: async (wish, asked) => (isOwn(asked.thread) ? logins.offer(wish, asked) : undefined),
            list: async (workspace, person) => (workspace === team ? logins.list(workspace, person) : []),
            withdraw: async (workspace, person, login) => workspace === team && logins.withdraw(workspace, person, login),
          },
        }
      : {}),
  };
}

const walledBudgets = (team: string, budgets: DayBudgets): DayBudgets => ({
  accounts: (thread, person) => (thread.startsWith(`${team}/`) ? budgets.accounts(thread, person) : strange(thread)),
  spending: async (workspace, account) => (workspace === team ? budgets.spending(workspace, account) : strange(workspace)),
  held: async (workspace, thread, person) =>
    workspace === team && thread.startsWith(`${team}/`) ? budgets.held(workspace, thread, person) : strange(thread),
  most: (account) => budgets.most(account),
  raise: async (workspace, budget, person) => workspace === team && budgets.raise(workspace, budget, person),
});

const walledForecasts = (team: string, forecasts: Forecasts): Forecasts => ({
  of: async (asked) => (asked.workspace === team ? forecasts.of(asked) : strange(asked.workspace)),
  learn: async (workspace) => workspace === team && forecasts.learn(workspace),
});

function strange(name: string): never {
  throw new Error(`${name} belongs to another workspace`);
}

function notHere(what: string): never {
  throw new Error(`${what} is not one workspace's`);
}
