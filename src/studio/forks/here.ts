import { randomUUID } from "node:crypto";
import { withInstructions } from "../../config/build/snapshot.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Teams } from "../../runner/runnable-team.ts";
import type { Person } from "../../engine/events/events.ts";
import type { OtherWords } from "../../runner/fork.ts";
import type { Asker } from "../access.ts";
import type { RunName } from "../runs/one-run.ts";
import { workspaceOf, type Forking } from "./forking.ts";

/** A fork in a thread where people read it. */
export interface ShownFork {
  readonly from: RunName;
  readonly at: number;
  readonly team: string;
  readonly asker: Asker;
  readonly words: readonly OtherWords[];
  /** All that the settings say of the team, where that is something else than now. */
  readonly snapshot?: string;
}

/** Where people read forks, such as in threads of Slack. */
export interface ForkThreads {
  has(asker: Asker, thread: string): Promise<boolean>;
  /** Its thread; or why it is not begun, for whoever asked. */
  begin(wish: ShownFork): Promise<{ readonly thread: string } | { readonly refused: string }>;
}

/** Forks by the runner of this process, in its store: held to the budgets, rates and rules of the place that the run is of. */
export function forkingHere({
  runner,
  teams,
  beside,
  refusal,
  threads,
}: {
  /** Once it is there. */
  readonly runner: () => Pick<Runner, "fork"> | undefined;
  /** Those of a workspace, once they are there. */
  readonly teams: (workspace: string) => Promise<Pick<Teams, "names" | "has" | "snapshot"> | undefined>;
  /** A thread of that name's last part, in a place that those see who see this one's, and nobody is told in. */
  readonly beside: (thread: string, id: string) => string;
  readonly refusal: Forking["refusal"];
  /** None when absent. */
  readonly threads?: ForkThreads;
}): Forking {
  return {
    teams: async (workspace) => (await teams(workspace))?.names() ?? [],
    refusal,
    ...(threads ? { hasThreads: (asker, thread) => threads.has(asker, thread) } : {}),
    async begin({ from, at, team, asker, isShown, words, instructions }) {
      const workspace = workspaceOf(from.thread);
      const thread = beside(from.thread, randomUUID());
      const all = await teams(workspace);
      if (!all) return NOT_READY;
      const snapshot = changedSnapshot(all, team, instructions);
      if (typeof snapshot === "object") return snapshot;
      const own = snapshot === undefined ? {} : { snapshot };
      if (isShown) {
        const shown = (await threads?.begin({ from, at, team, asker, words, ...own })) ?? NO_THREADS;
        return "refused" in shown ? shown : { thread: shown.thread, seq: from.seq };
      }
      const person: Person = { id: asker.id, name: asker.name };
      const forked = await runner()?.fork({
        from: from.thread,
        seq: at,
        thread,
        workspace,
        team,
        person,
        words,
        ...own,
        unposted: true,
      });
      if (forked?.kind !== "forked") return forked ? { refused: forked.reason } : NOT_READY;
      // Every event keeps its number.
      return { thread, seq: from.seq };
    },
  };
}

export const NO_THREADS = { refused: "It has no place where people talk: let it go on in the studio." };
const NOT_READY = { refused: "Parley is not ready yet. Try again in a moment." };

/** With other instructions; nothing where they stay, and why not where they cannot be so. */
export function changedSnapshot(
  teams: Pick<Teams, "has" | "snapshot" | "names">,
  team: string,
  instructions: { readonly [agent: string]: string },
): string | undefined | { readonly refused: string } {
  if (Object.keys(instructions).length === 0) return undefined;
  const now = teams.has(team) ? teams.snapshot?.(team) : undefined;
  if (now === undefined) return { refused: `There is no team "${team}". The teams are: ${teams.names().join(", ")}.` };
  try {
    return withInstructions(now, instructions);
  } catch (error) {
    return { refused: `The instructions cannot be so: ${error instanceof Error ? error.message : String(error)}` };
  }
}
