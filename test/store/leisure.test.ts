import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { createLeisure } from "../../src/store/leisure.ts";

/** A leisure whose time is set by hand, and how many have begun. */
function open(turnCpuMs = 0, rest: (look: () => void) => void = setImmediate) {
  let nowMs = 0;
  let cpuMs = 0;
  let begun = 0;
  const leisure = createLeisure(
    () => nowMs,
    () => (cpuMs += turnCpuMs),
    rest,
  );
  return {
    leisure,
    pass: (ms: number) => (nowMs += ms),
    ask: (count: number) => {
      for (let index = 0; index < count; index++) void leisure.turn().then(() => begun++);
    },
    begun: () => begun,
    /** Each something like a read of a socket: a few envelopes at a time. */
    rush: (count: number) => {
      for (let index = 0; index < count; index++) leisure.interrupted();
    },
  };
}

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn++) await eventLoopTurn();
};

test("when nothing comes in, work begins at once, a little in each turn of the event loop", async () => {
  const { ask, begun } = open();
  ask(100);
  await turns(2);
  expect(begun()).toBeGreaterThan(0);
  expect(begun()).toBeLessThan(20);
  await turns(100);
  expect(begun()).toBe(100);
});

test("what comes now and then holds up nothing", async () => {
  const { ask, begun, rush, pass } = open();
  for (let second = 0; second < 20; second++) {
    rush(5);
    pass(1_000);
    ask(1);
    await turns(2);
    expect(begun()).toBe(second + 1);
  }
});

test("in a rush nothing begins until it is over", async () => {
  const { ask, begun, rush, pass } = open();
  rush(400);
  ask(10);
  for (let read = 0; read < 30; read++) {
    rush(40);
    pass(30);
    await turns(3);
    expect(begun()).toBe(0);
  }
  pass(100);
  await turns(10);
  expect(begun()).toBe(10);
});

test("a pause in a rush of a few is used for a little in each turn of the event loop, until more comes", async () => {
  const { ask, begun, rush, pass } = open();
  rush(150);
  ask(100);
  pass(14);
  await turns(10);
  expect(begun()).toBe(0);
  pass(1);
  await turns(10);
  expect(begun()).toBeGreaterThan(5);
  expect(begun()).toBeLessThanOrEqual(10);
  rush(10);
  const before = begun();
  pass(10);
  await turns(10);
  expect(begun()).toBe(before);
});

test("a pause is used no sooner where more have come", async () => {
  const { ask, begun, rush, pass } = open();
  rush(3_000);
  ask(100);
  pass(99);
  await turns(10);
  expect(begun()).toBe(0);
});

test("while a rush is waited for, the event loop may sleep", async () => {
  const looks: (() => void)[] = [];
  const { ask, begun, rush, pass } = open(0, (look) => void looks.push(look));
  rush(40);
  ask(4);
  await turns(50);
  expect(looks).toHaveLength(1);
  pass(4);
  looks[0]?.();
  await turns(50);
  expect([looks.length, begun()]).toEqual([2, 0]);
  pass(100);
  looks[1]?.();
  await turns(1);
  expect(begun()).toBe(4);
});

test("as long as many are being written down nothing begins, also while the disk is slow", async () => {
  const { leisure, ask, begun, rush, pass } = open();
  rush(40);
  for (let one = 0; one < 40; one++) leisure.accepting(1);
  ask(4);
  pass(500);
  await turns(5);
  expect(begun()).toBe(0);
  for (let one = 0; one < 40; one++) leisure.accepting(-1);
  await turns(5);
  expect(begun()).toBe(4);
});

test("a rush without end does not keep work waiting for more than two seconds", async () => {
  const { ask, begun, rush, pass } = open();
  rush(40);
  ask(50);
  for (let ms = 0; ms <= 2_000; ms += 50) {
    rush(40);
    pass(50);
    await turns(1);
  }
  for (let ms = 0; ms <= 2_000; ms += 50) {
    rush(40);
    pass(50);
    await turns(2);
  }
  expect(begun()).toBe(50);
});

test("while each turn of the event loop is long already, no more begins but for one now and then", async () => {
  const { ask, begun, pass } = open(30);
  ask(20);
  for (let turn = 0; turn < 10; turn++) {
    await turns(1);
    pass(30);
  }
  expect(begun()).toBeGreaterThan(1);
  expect(begun()).toBeLessThan(5);
});

test("it is known how long ago the last rush was, and what lasts for longer than two seconds is the usual", async () => {
  const { leisure, rush, pass } = open();
  rush(29);
  expect(leisure.sinceRushMs()).toBe(Number.POSITIVE_INFINITY);
  rush(1);
  expect(leisure.sinceRushMs()).toBe(0);
  for (let ms = 0; ms < 3_000; ms += 50) {
    pass(50);
    rush(1);
  }
  expect(leisure.sinceRushMs()).toBe(1_050);
});

test("who asks first begins first", async () => {
  const leisure = createLeisure();
  const order: number[] = [];
  await Promise.all([1, 2, 3, 4, 5, 6, 7, 8, 9].map((one) => leisure.turn().then(() => order.push(one))));
  expect(order).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("who waits for the disk is not at rest, and no rush", async () => {
  const leisure = createLeisure();
  for (let one = 0; one < 100; one++) leisure.syncing(1);
  expect(leisure.isBusy()).toBe(true);
  await leisure.turn();
  for (let one = 0; one < 100; one++) leisure.syncing(-1);
  expect(leisure.isBusy()).toBe(false);
});
