import { describe, expect, test } from "vitest";
import { lookOver } from "../../src/runner/look-over.ts";
import { StoreError } from "../../src/store/store.ts";
import { manualClock } from "../support/clock.ts";

const away = () => new StoreError("the server is away", { cause: new Error("ECONNREFUSED") });

function looking(failures: readonly Error[]) {
  const left = [...failures];
  const clock = manualClock();
  const closing = new AbortController();
  const problems: unknown[] = [];
  let looks = 0;
  const look = async () => {
    looks++;
    const failure = left.shift();
    if (failure) throw failure;
  };
  const done = lookOver(look, { clock, signal: closing.signal, problem: (error) => void problems.push(error) });
  return { clock, closing, problems, done, looks: () => looks };
}

describe("what is looked over at the beginning", () => {
  test("is looked over again and again while the store is away, and that is said once", async () => {
    const first = away();
    const { clock, problems, done, looks } = looking([first, away(), away()]);
    await clock.run(done);
    expect(looks()).toBe(4);
    expect(problems).toEqual([first]);
  });

  test("is left alone where it breaks for another reason", async () => {
    const bug = new Error("a bug");
    const { problems, done, looks } = looking([bug, bug]);
    await done;
    expect(looks()).toBe(1);
    expect(problems).toEqual([bug]);
  });

  test("is looked over no more once that is to end, and what fails behind that is not told", async () => {
    const { clock, closing, problems, done, looks } = looking([away(), away()]);
    await clock.untilSleeping();
    closing.abort();
    await clock.run(done);
    expect(looks()).toBe(1);
    const late = looking([]);
    late.closing.abort();
    await late.done;
    expect(late.looks()).toBe(1);
    expect(problems).toHaveLength(1);
  });
});
