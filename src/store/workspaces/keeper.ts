import type { Claim } from "../dispatch.ts";
import type { Store } from "../store.ts";
import type { WorkspaceContent, Workspaces } from "./workspaces.ts";

/** `nobody`: the turn is another's by now. */
type Turn = Claim | "nobody";

/**
 * As a sandbox asks for them: whoever asks while somebody saves waits for that, unless the save is waited for before its result is given. `claimOf`: who has a thread's turn here, where code runs in
 * turns alone.
 */
export function createWorkspaceKeeper(
  { exclusively }: Pick<Store, "exclusively">,
  workspaces: Workspaces,
  claimOf?: (thread: string) => Claim | undefined,
) {
  // Where it is shared a save is over before anybody else can begin a block: there is nothing to wait for, and each wait would be asked of the database.
  const alone = <T>(thread: string, job: () => Promise<T>): Promise<T> =>
    workspaces.isShared ? job() : exclusively(`workspace/${thread}`, job);
  return {
    isShared: workspaces.isShared ?? false,
    turn: (thread: string): Turn | undefined => (workspaces.isShared && claimOf ? (claimOf(thread) ?? "nobody") : undefined),
    revision: (thread: string) => alone(thread, () => workspaces.revision(thread)),
    load: (thread: string) => alone(thread, () => workspaces.load(thread)),
    save: (thread: string, from: string | undefined, pack: () => Promise<WorkspaceContent>, turn: Turn | undefined) =>
      alone(thread, async () => (turn === "nobody" ? "stale" : workspaces.put(thread, from, await pack(), turn))),
  };
}
