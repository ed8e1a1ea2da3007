/** Threads in line: first come first served within a workspace, the workspaces in turn. A thread is in line once. */
export interface FairQueue {
  add(thread: string, workspace: string): void;
  delete(thread: string): void;
  /** Takes the next one: of the first workspace in the round that runs fewer than `perWorkspace`, or else of the first one. */
  take(running: (workspace: string) => number, perWorkspace: number): { readonly thread: string; readonly workspace: string } | undefined;
}

export function fairQueue(): FairQueue {
  // Maps and sets keep the order in which things were added: the first workspace is the one whose turn it is.
  const lines = new Map<string, Set<string>>();
  const workspaces = new Map<string, string>();

  const nextWorkspace = (running: (workspace: string) => number, perWorkspace: number): string | undefined => {
    for (const workspace of lines.keys()) if (running(workspace) < perWorkspace) return workspace;
    return lines.keys().next().value;
  };
  const remove = (thread: string) => {
    const workspace = workspaces.get(thread);
    const line = workspace === undefined ? undefined : lines.get(workspace);
    if (workspace === undefined || line === undefined) return;
    workspaces.delete(thread);
    line.delete(thread);
    if (line.size === 0) lines.delete(workspace);
  };

  return {
    add: (thread, workspace) => {
      if (workspaces.has(thread)) return;
      workspaces.set(thread, workspace);
      const line = lines.get(workspace);
      if (line) line.add(thread);
      else lines.set(workspace, new Set([thread]));
    },
    delete: remove,
    take: (running, perWorkspace) => {
      const workspace = nextWorkspace(running, perWorkspace);
      const line = workspace === undefined ? undefined : lines.get(workspace);
      const thread = line?.values().next().value;
      if (workspace === undefined || line === undefined || thread === undefined) return undefined;
      // To the end of the round.
      lines.delete(workspace);
      lines.set(workspace, line);
      remove(thread);
      return { thread, workspace };
    },
  };
}
