import type { Task } from "@a2a-js/sdk";
import { InMemoryTaskStore, type ServerCallContext, type TaskStore } from "@a2a-js/sdk/server";

/** Tasks that a program may ask for again; the oldest is forgotten. Each holds what was said in it. */
const TASKS_MAX = 500;
/** Lines of a task's history: a run says one for each turn, call and code. */
const HISTORY_MAX = 200;

/** The tasks of one team: the SDK's store, with a limit. */
export function createTasks(): TaskStore {
  let store = new InMemoryTaskStore();
  const known = new Map<string, { readonly task: Task; readonly context: ServerCallContext }>();

  /** The SDK's store has no way to forget one. */
  async function forgetOldest(): Promise<void> {
    for (const id of known.keys()) {
      if (known.size <= TASKS_MAX / 2) break;
      known.delete(id);
    }
    store = new InMemoryTaskStore();
    for (const { task, context } of known.values()) await store.save(task, context);
  }

  return {
    async save(given, context) {
      const task = given.history.length > HISTORY_MAX ? { ...given, history: given.history.slice(-HISTORY_MAX) } : given;
      known.delete(task.id);
      known.set(task.id, { task, context });
      await store.save(task, context);
      if (known.size > TASKS_MAX) await forgetOldest();
    },
    load: (id, context) => store.load(id, context),
    list: (wanted, context) => store.list(wanted, context),
  };
}
