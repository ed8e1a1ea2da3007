import { TaskState } from "@a2a-js/sdk";
import {
  DefaultExecutionEventBusManager,
  type ExecutionEventBus,
  type ExecutionEventBusManager,
  type ServerCallContext,
} from "@a2a-js/sdk/server";
import type { Clock } from "../../engine/clock.ts";

/** Of tasks that wait for an answer; the one that has waited longest is freed. */
const WAITING_MAX = 500;
/** Without a word: whoever follows such a task is told that its stream is over. */
const IDLE_MS_MAX = 3_600_000;

interface Waiting {
  readonly bus: ExecutionEventBus;
  readonly context: ServerCallContext | undefined;
  readonly sinceMs: number;
}

/**
 * What carries the events of tasks to those who follow them: the SDK's, which keeps it for each task that waits for an answer as long as the process is
 * there. Here it goes after a while, or when there are too many. The task stays, and is given another when it goes on or is cancelled. `waits`: whether a
 * task can still be answered.
 */
export function createBuses(
  waits: (taskId: string) => boolean,
  clock: Pick<Clock, "now">,
): ExecutionEventBusManager & { readonly waitingCount: number } {
  const buses = new DefaultExecutionEventBusManager();
  /** The oldest first. */
  const waiting = new Map<string, Waiting>();

  function free(taskId: string, { bus, context }: Waiting): void {
    waiting.delete(taskId);
    bus.finished();
    buses.cleanupByTaskId(taskId, context);
  }

  function keep(taskId: string, bus: ExecutionEventBus, context: ServerCallContext | undefined): void {
    waiting.delete(taskId);
    waiting.set(taskId, { bus, context, sinceMs: clock.now() });
    for (const [id, one] of waiting) {
      if (waiting.size <= WAITING_MAX && one.sinceMs + IDLE_MS_MAX > clock.now()) break;
      free(id, one);
    }
  }

  return {
    get waitingCount() {
      return waiting.size;
    },
    createOrGetByTaskId(taskId, context) {
      waiting.delete(taskId);
      return buses.createOrGetByTaskId(taskId, context);
    },
    getByTaskId(taskId, context) {
      const known = buses.getByTaskId(taskId, context);
      if (known || !waits(taskId)) return known;
      const bus = buses.createOrGetByTaskId(taskId, context);
      keep(taskId, bus, context);
      return bus;
    },
    cleanupByTaskId(taskId, context) {
      waiting.delete(taskId);
      buses.cleanupByTaskId(taskId, context);
    },
    settleByTaskId(taskId, bus, lastObservedState, context) {
      if (lastObservedState !== TaskState.TASK_STATE_INPUT_REQUIRED) return false;
      keep(taskId, bus, context);
      return true;
    },
  };
}
