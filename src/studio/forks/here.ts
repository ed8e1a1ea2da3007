import { randomUUID } from "node:crypto";
import { withInstructions } from "../../config/build/snapshot.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Teams } from "../../runner/runnable-team.ts";
import { workspaceOf, type Forking } from "./forking.ts";

/** Forks by the runner of this process, in its store: held to the budgets, rates and rules of the place that the run is of. */
export function forkingHere({
  runner,
  teams,
  beside,
  refusal,
}: {
  /** Once it is there. */
  readonly runner: () => Pick<Runner, "fork"> | undefined;
  /** Those of a workspace, once they are there. */
  readonly teams: (workspace: string) => Promise<Pick<Teams, "names" | "has" | "snapshot"> | undefined>;
  /** A thread of that name's last part, in a place that those see who see this one's, and nobody is told in. */
  readonly beside: (thread: string, id: string) => string;
  readonly refusal: Forking["refusal"];
}): Forking {
  return {
    teams: async (workspace) => (await teams(workspace))?.names() ?? [],
    refusal,
    async begin({ from, at, team, person, words, instructions }) {
      const workspace = workspaceOf(from.thread);
      const thread = beside(from.thread, randomUUID());
      const all = await teams(workspace);
      if (!all) return NOT_READY;
      const snapshot = changedSnapshot(all, team, instructions);
      if (typeof snapshot === "object") return snapshot;
      const forked = await runner()?.fork({
        from: from.thread,
        seq: at,
        thread,
        workspace,
        team,
        person,
        words,
        ...(snapshot === undefined ? {} : { snapshot }),
        unposted: true,
      });
      if (forked?.kind !== "forked") return forked ? { refused: forked.reason } : NOT_READY;
      // Every event keeps its number.
      return { thread, seq: from.seq };
    },
  };
}

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
