import type { Executor, WorkspaceKeeper } from "./executor.ts";

/** The same executor, whose sessions keep their threads' files there between blocks. */
export const keeping = (executor: Executor, keeper: WorkspaceKeeper): Executor => ({
  // An engine that is back may change them.
  get capabilities() {
    return executor.capabilities;
  },
  open: (thread) => executor.open(thread, keeper),
  ...(executor.answers ? { answers: executor.answers } : {}),
  close: () => executor.close(),
});
