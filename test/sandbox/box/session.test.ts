import { describe, expect, onTestFinished, test } from "vitest";
import { LOST, NEVER_BEGAN, type BlockEnd, type Box } from "../../../src/sandbox/box/box.ts";
import { BOX_LIMITS, boxExecutor, type BoxKind } from "../../../src/sandbox/box/executor.ts";
import { SandboxUnavailable, type RunOptions, type SandboxFile } from "../../../src/sandbox/executor.ts";
import { runIn } from "../../contracts/executor.ts";

const OK: BlockEnd = { outcome: "ok", exitCode: 0, left: "nothing", hasFiles: false };
const RESET = "The workspace was reset: files of earlier blocks are gone.";
const file = (name: string, bytes = 1): SandboxFile => ({ name, mediaType: "text/plain", content: Buffer.alloc(bytes) });

/** A box whose blocks end as the test says, in order, then well; and what was done with it. */
class FakeBox implements Box {
  endsAtMs = Number.POSITIVE_INFINITY;
  readonly done: string[] = [];
  readonly #ends: (BlockEnd | Error)[];
  readonly doze?: () => Promise<void>;

  constructor(ends: readonly (BlockEnd | Error)[] = [], canDoze = false) {
    this.#ends = [...ends];
    if (canDoze) this.doze = async () => void this.done.push("doze");
  }

  async run({ command, code }: { command: string; code: string }, _kept: unknown, { timeoutMs }: RunOptions): Promise<BlockEnd> {
    this.done.push(`run ${command} ${code} ${timeoutMs}`);
    const end = this.#ends.shift() ?? OK;
    if (end instanceof Error) throw end;
    return end;
  }
  collect = async (): Promise<void> => void this.done.push("collect");
  reap = async (): Promise<boolean> => this.done.push("reap") > 0;
  prepare = (): void => void this.done.push("prepare");
  bringIn = async (files: readonly SandboxFile[]): Promise<void> =>
    void this.done.push(`bring in ${files.map(({ name }) => name).join(", ")}`);
  keep = async (): Promise<void> => void this.done.push("keep");
  restore = async (): Promise<void> => void this.done.push("restore");
  remove = async (): Promise<void> => void this.done.push("remove");
}

function executorOf(boxes: readonly (FakeBox | Error)[], kind: Partial<BoxKind> = {}, boxesMax = 2) {
  const left = [...boxes];
  const executor = boxExecutor(
    {
      capabilities: { grade: "process", label: "fake", languages: ["sh"], hint: "" },
      programs: new Map([["sh", "/bin/sh"]]),
      memory: "a program may use 512 MB",
      take: async () => {
        const box = left.shift();
        if (box instanceof FakeBox) return box;
        throw box ?? new SandboxUnavailable("there are no more boxes");
      },
      ...kind,
    },
    { ...BOX_LIMITS, boxesMax },
  );
  onTestFinished(() => executor.close());
  return executor;
}

const sh = (executor: ReturnType<typeof executorOf>, thread = "a", options: Partial<RunOptions> = {}) =>
  executor.open(thread).then((session) => runIn(session, "true", { timeoutMs: 5_000, ...options }, "sh"));

describe("a session, whatever its boxes are made of", () => {
  test("a block is run in the thread's box, which is made ready for the next one", async () => {
    const box = new FakeBox([{ ...OK, hasFiles: true, memoryPeakBytes: 7 }]);
    expect(await sh(executorOf([box]))).toMatchObject({
      outcome: "ok",
      memoryPeakBytes: 7,
      limits: { timeoutMs: 5_000, memoryMb: 512 },
      notices: [],
    });
    expect(box.done).toEqual(["run /bin/sh true 5000", "collect", "prepare"]);
  });

  test("what still runs is ended when the result is out, before the next block", async () => {
    const box = new FakeBox([{ ...OK, left: "processes" }]);
    const executor = executorOf([box]);
    await sh(executor);
    await sh(executor);
    expect(box.done).toEqual(["run /bin/sh true 5000", "reap", "prepare", "run /bin/sh true 5000", "prepare"]);
  });

  test("a box that cannot be brought to rest is thrown away, and the loss is told at the next block", async () => {
    const [ruined, fresh] = [new FakeBox([{ ...OK, left: "ruin", hasFiles: true }]), new FakeBox()];
    const executor = executorOf([ruined, fresh], { keepsVariables: true });
    expect(await sh(executor)).toMatchObject({ outcome: "ok", notices: [] });
    expect(ruined.done).toEqual(["run /bin/sh true 5000", "remove"]);
    expect((await sh(executor)).notices).toEqual(["The workspace was reset: files and variables of earlier blocks are gone."]);
  });

  test("code whose box ended under it is run once more, or as often as its kind says", async () => {
    const twice = await sh(executorOf([new FakeBox([LOST]), new FakeBox()]));
    expect(twice).toMatchObject({ outcome: "ok", notices: [RESET, expect.stringContaining("run a second time") as string] });
    const once = await sh(executorOf([new FakeBox([LOST]), new FakeBox()], { attemptsMax: 1 }));
    expect(once).toMatchObject({ outcome: "sandbox_lost", notices: ["The sandbox ended under the code."] });
  });

  test("code that had begun and can have no fresh box is told as such; code that had not is no result", async () => {
    expect((await sh(executorOf([new FakeBox([LOST])]))).notices.join(" ")).toContain("The code had begun");
    await expect(sh(executorOf([new FakeBox([NEVER_BEGAN])]))).rejects.toThrow("there are no more boxes");
  });

  test("a box that could not be made is thrown away, and the next block has another", async () => {
    const unmade = new FakeBox([new SandboxUnavailable("it did not start")]);
    const executor = executorOf([unmade, new FakeBox()]);
    await expect(sh(executor)).rejects.toThrow("it did not start");
    expect(unmade.done).toEqual(["run /bin/sh true 5000", "remove"]);
    expect(await sh(executor)).toMatchObject({ outcome: "ok" });
  });

  test("a block that was cancelled while its box was in the making did not run; the time that made it is not the code's", async () => {
    const box = new FakeBox([
      { ...OK, outcome: "cancelled", exitCode: 1, neverBegan: true },
      { ...OK, waitedMs: 1_000_000 },
    ]);
    const executor = executorOf([box]);
    const cancelled = await sh(executor);
    expect(cancelled).toMatchObject({ outcome: "cancelled", output: "The run was cancelled before the code ran." });
    expect((await sh(executor)).elapsedMs).toBeLessThan(0);
  });

  test("no block outlives its box: one that would is given a fresh one, and the time that this one has", async () => {
    const [old, fresh] = [new FakeBox(), new FakeBox()];
    old.endsAtMs = Date.now() + 60_000;
    const executor = executorOf([old, fresh], { lifeMs: 60_000 });
    await sh(executor, "a", { timeoutMs: 600_000 });
    old.endsAtMs = Date.now() + 9_000;
    expect((await sh(executor)).notices).toEqual([RESET]);
    expect(old.done).toEqual(["run /bin/sh true 50000", "prepare", "remove"]);
  });

  test("files that were given are given again to a fresh box, and are no more than are kept", async () => {
    const [first, second] = [new FakeBox([LOST]), new FakeBox()];
    const executor = executorOf([first, second]);
    const session = await executor.open("a");
    await session.put([file("one"), file("two")]);
    await expect(session.put([file("large", 16 * 1024 * 1024)])).rejects.toThrow(RangeError);
    await expect(session.put(Array.from({ length: 99 }, (_, n) => file(String(n))))).rejects.toThrow(RangeError);
    await runIn(session, "true", {}, "sh");
    expect([first.done[0], second.done[0]]).toEqual(["bring in one, two", "bring in one, two"]);
  });

  test("a language that cannot be run is refused with its reason, before any box is taken", async () => {
    const executor = executorOf([], { lacking: new Map([["r", "r is to be run by Rscript, which is not there."]]) });
    expect(await runIn(await executor.open("a"), "1", {}, "r")).toMatchObject({
      outcome: "rejected",
      output: expect.stringContaining("Rscript") as string,
    });
  });

  test("beyond so many boxes the one that was idle longest is given up; a box that can doze keeps what lies in it", async () => {
    const boxes = [new FakeBox(), new FakeBox(), new FakeBox(), new FakeBox()] as const;
    const executor = executorOf(boxes);
    for (const thread of ["a", "b", "c"]) await sh(executor, thread);
    await expect.poll(() => boxes[0].done.at(-1)).toBe("remove");
    expect((await sh(executor, "a")).notices).toEqual([RESET]);

    const dozing = [new FakeBox([], true), new FakeBox([], true), new FakeBox([], true)] as const;
    const other = executorOf(dozing);
    for (const thread of ["a", "b", "c"]) await sh(other, thread);
    await expect.poll(() => dozing[0].done.at(-1)).toBe("doze");
    expect((await sh(other, "a")).notices).toEqual([]);
    expect(dozing[0].done).toEqual(["run /bin/sh true 5000", "prepare", "doze", "run /bin/sh true 5000", "prepare"]);
  });

  test("a closed executor removes its boxes and opens none", async () => {
    const box = new FakeBox([], true);
    const executor = executorOf([box]);
    await sh(executor);
    await executor.close();
    expect(box.done.at(-1)).toBe("remove");
    await expect(executor.open("b")).rejects.toThrow("Parley is stopping");
  });
});
