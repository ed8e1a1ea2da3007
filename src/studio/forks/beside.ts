import { randomUUID } from "node:crypto";
import { currentRun } from "../../engine/reading/transcript.ts";
import { forkPointAt, withOtherWords, writeFork } from "../../runner/fork.ts";
import type { BuiltShelf } from "../../config/team-shelf.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Teams } from "../../runner/runnable-team.ts";
import { logsOf, type Logs } from "../../store/runs/logs.ts";
import { runsInLogs } from "../../store/runs/runs-in-logs.ts";
import type { Store } from "../../store/store.ts";
import { playgroundWith } from "../teams/playground.ts";
import type { Playground } from "../teams/workshop.ts";
import type { Turns } from "../runs/drafts.ts";
import { filesOf } from "../runs/one-run.ts";
import type { Forking } from "./forking.ts";
import { actingHere } from "../acts/here.ts";
import type { Acting } from "../acts/acting.ts";
import { changedSnapshot, NO_THREADS } from "./here.ts";

/** The workspace of the forks, which names of their threads begin with. */
const BESIDE = "studio";

/** What runs the forks. */
export interface Bench {
  readonly runner: Pick<Runner, "follow" | "say" | "approve" | "stop" | "steer" | "read" | "offerAt" | "budgets" | "budgetsRaised">;
  readonly store: Store;
  readonly teams: Teams;
  stop(): Promise<void>;
}

/**
 * Forks beside a database that is only read here: in a store of their own, as a workspace named `studio`, for as long as the studio is open. What runs
 * them is opened with the first of them.
 */
export function forksBeside({
  logs,
  teams: names,
  open,
}: {
  readonly logs: Logs;
  /** Those that it has. */
  readonly teams: readonly string[];
  /** Rejects with an error for people where it cannot be. */
  readonly open: () => Promise<Bench>;
}): {
  /** With those of the forks. */
  readonly logs: Logs;
  readonly forking: Forking;
  readonly acting: Acting;
  readonly turns: Turns;
  /** For teams of this shelf, in the same store. */
  playground(shelf: Pick<BuiltShelf, "open" | "draft">): Playground;
  close(): Promise<void>;
} {
  let bench: Promise<Bench> | undefined;
  let runner: Bench["runner"] | undefined;
  let here: Logs | undefined;
  const followers = new Set<Parameters<Logs["follow"]>[0]>();
  const watchers = new Set<Parameters<Turns["follow"]>[0]>();

  const opened = () =>
    (bench ??= open().then((one) => {
      here = logsOf({ store: one.store, runs: runsInLogs(one.store) });
      here.follow((thread) => followers.forEach((listener) => listener(thread)));
      runner = one.runner;
      one.runner.follow((...heard) => watchers.forEach((listener) => listener(...heard)));
      return one;
    }));
  /** Or why it cannot be; then the next one tries again. */
  async function readied(): Promise<Bench | { readonly refused: string }> {
    try {
      return await opened();
    } catch (error) {
      bench = undefined;
      return { refused: error instanceof Error ? error.message : String(error) };
    }
  }
  const of = (workspace: string | undefined): Logs => (workspace === BESIDE && here ? here : logs);

  const load: Logs["load"] = (thread, ...rest) => (isBeside(thread) && here ? here : logs).load(thread, ...rest);

  return {
    logs: {
      ...logs,
      load,
      file: async (hash) => (await logs.file(hash)) ?? here?.file(hash),
      unfinished: (workspace) => of(workspace).unfinished(workspace),
      runs: {
        ...logs.runs,
        search: (wanted) => of(wanted.workspace).runs.search(wanted),
        enter: (workspace) => of(workspace).runs.enter(workspace),
        filters: (wanted) => of(wanted.workspace).runs.filters(wanted),
        spending: (wanted) => of(wanted.workspace).runs.spending(wanted),
        opinions: (wanted) => of(wanted.workspace).runs.opinions(wanted),
        workspaces: async () => [...(await logs.runs.workspaces()), ...(here ? [BESIDE] : [])],
      },
      follow(listener) {
        const unfollow = logs.follow(listener);
        followers.add(listener);
        return () => (followers.delete(listener), unfollow());
      },
    },
    acting: actingHere({
      runner: () => runner,
      isHere: isBeside,
      refusal: async () => undefined,
      heldAs: (thread) => (isBeside(thread) ? thread : `${BESIDE}/new`),
    }),
    turns: { follow: (listener) => (watchers.add(listener), () => void watchers.delete(listener)) },
    forking: {
      teams: async () => names,
      refusal: async () => undefined,
      async begin({ from, at, team, asker, isShown, words, instructions }) {
        if (isShown) return NO_THREADS;
        if (!names.includes(team)) return { refused: `There is no team "${team}" here. The teams are: ${names.join(", ")}.` };
        const ready = await readied();
        if ("refused" in ready) return ready;
        const { store, teams, runner } = ready;
        const person = { id: asker.id, name: asker.name };
        const snapshot = changedSnapshot(teams, team, instructions);
        if (typeof snapshot === "object") return snapshot;
        const first = isBeside(from.thread) ? store : logs;
        const there = forkPointAt(from.thread, await first.load(from.thread, 0), at);
        const point = there && withOtherWords(there, words, person);
        if (!point?.running) return { refused: "The run had ended there: there is nothing to go on from." };
        for (const { hash } of filesOf(point.log.slice(0, at))) {
          const content = await first.file(hash);
          if (content) await store.putFile(content);
        }
        const thread = `${BESIDE}/${randomUUID()}`;
        const target = {
          thread,
          workspace: BESIDE,
          team,
          startedBy: person,
          haltsAtLimits: true as const,
          ...(snapshot === undefined ? {} : { snapshot }),
        };
        await writeFork({ store, teams }, point, { ...target, wake: "now", at: new Date().toISOString() });
        // Whoever forks it wants it to go on, whatever the first one waits for.
        if (currentRun({ events: point.log.slice(0, at) }).pausedBy) await runner.steer(thread, { kind: "resume", person });
        return { thread, seq: from.seq };
      },
    },
    playground(shelf) {
      const own = playgroundWith({ shelf, runner: async () => (await opened()).runner, store: { load }, workspace: BESIDE });
      return {
        async begin(wish) {
          const ready = await readied();
          return "refused" in ready ? ready : own.begin(wish);
        },
      };
    },
    async close() {
      await (await bench?.catch(() => undefined))?.stop();
    },
  };
}

const isBeside = (thread: string): boolean => thread.startsWith(`${BESIDE}/`);
