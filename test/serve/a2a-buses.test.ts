import { TaskState } from "@a2a-js/sdk";
import { ServerCallContext, UnauthenticatedUser } from "@a2a-js/sdk/server";
import { expect, test } from "vitest";
import { createBuses } from "../../src/serve/a2a/buses.ts";

const context = new ServerCallContext({ user: new UnauthenticatedUser() });

function opened(waits: (task: string) => boolean = () => true) {
  let now = 0;
  const buses = createBuses(waits, { now: () => now });
  const wait = (task: string) =>
    buses.settleByTaskId?.(task, buses.createOrGetByTaskId(task, context), TaskState.TASK_STATE_INPUT_REQUIRED, context);
  return { buses, wait, pass: (ms: number) => (now += ms) };
}

test("what carries a task that waits stays for a while, and goes when there are too many, the oldest first", () => {
  const { buses, wait, pass } = opened(() => false);
  const over: string[] = [];
  buses.createOrGetByTaskId("0", context).on("finished", () => over.push("0"));
  for (let nth = 0; nth < 501; nth++) expect(wait(String(nth))).toBe(true);
  expect(over).toEqual(["0"]);
  expect(buses.waitingCount).toBe(500);
  expect(buses.getByTaskId("0", context)).toBeUndefined();
  expect(buses.getByTaskId("1", context)).toBeDefined();
  pass(3_600_000);
  wait("late");
  expect(buses.waitingCount).toBe(1);
});

test("a task that is over is settled as the SDK does, one that goes on waits no more, and one that was freed is given another", () => {
  const { buses, wait } = opened((task) => task === "a");
  const bus = buses.createOrGetByTaskId("b", context);
  expect(buses.settleByTaskId?.("b", bus, TaskState.TASK_STATE_COMPLETED, context)).toBe(false);
  wait("b");
  expect(buses.createOrGetByTaskId("b", context)).toBe(bus);
  expect(buses.waitingCount).toBe(0);
  // Whoever cancels it, or follows it again.
  expect(buses.getByTaskId("a", context)).toBeDefined();
  expect(buses.waitingCount).toBe(1);
  expect(buses.getByTaskId("c", context)).toBeUndefined();
});
