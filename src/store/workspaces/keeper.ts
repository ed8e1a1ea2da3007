import type { Store } from "../store.ts";
import type { WorkspaceContent, Workspaces } from "./workspaces.ts";

/** As a sandbox asks for them: whoever asks while somebody saves waits for that. */
export function createWorkspaceKeeper({ exclusively }: Pick<Store, "exclusively">, workspaces: Workspaces) {
  const alone = <T>(thread: string, job: () => Promise<T>): Promise<T> => exclusively(`workspace/${thread}`, job);
  return {
    revision: (thread: string) => alone(thread, () => workspaces.revision(thread)),
    load: (thread: string) => alone(thread, () => workspaces.load(thread)),
    save: (thread: string, from: string | undefined, pack: () => Promise<WorkspaceContent>) =>
      alone(thread, async () => workspaces.put(thread, from, await pack())),
  };
}
