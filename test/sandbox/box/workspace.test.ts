import { expect, onTestFinished, test } from "vitest";
import type { BlockEnd, Box, Program } from "../../../src/sandbox/box/box.ts";
import { BOX_LIMITS, boxExecutor } from "../../../src/sandbox/box/executor.ts";
import { WorkspaceCollector } from "../../../src/sandbox/box/kept-files.ts";
import type { CappedOutput } from "../../../src/sandbox/box/output.ts";
import type { Executor, WorkspaceFile } from "../../../src/sandbox/executor.ts";
import { keeping } from "../../../src/sandbox/keeping.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { createWorkspaceKeeper } from "../../../src/store/workspaces/keeper.ts";
import { runIn } from "../../contracts/executor.ts";

const THREAD = "T/C/1";
const OK: BlockEnd = { outcome: "ok", exitCode: 0, left: "nothing", hasFiles: false };

/** A box of files in memory. Its code is lines: `write PATH TEXT`, `big PATH BYTES`, `list`, `ruin`, `cancel`, `leave` (processes). */
class FilesBox implements Box {
  readonly endsAtMs = Number.POSITIVE_INFINITY;
  readonly files = new Map<string, string>();
  readonly done: string[];
  readonly #before: () => Promise<void>;

  constructor(done: string[], before: () => Promise<void>) {
    this.done = done;
    this.#before = before;
  }

  async run({ code }: Program, kept: CappedOutput): Promise<BlockEnd> {
    for (const line of code.split("\n")) {
      const [word, path = "", text = ""] = line.split(" ");
      if (word === "write") this.files.set(path, text);
      if (word === "big") this.files.set(path, "x".repeat(Number(text)));
      if (word === "list") kept.write("stdout", Buffer.from([...this.files].map(([name, content]) => `${name}=${content}\n`).join("")));
      if (word === "ruin") return { ...OK, outcome: "timeout", exitCode: 124, left: "ruin" };
      if (word === "cancel") return { ...OK, outcome: "cancelled", exitCode: 1, left: "ruin" };
      if (word === "leave") return { ...OK, left: "processes" };
    }
    return OK;
  }
  collect = async (): Promise<void> => {};
  reap = async (): Promise<boolean> => this.done.push("reap") > 0;
  bringIn = async (): Promise<void> => {};
  async keep(into: WorkspaceCollector): Promise<void> {
    await this.#before();
    this.done.push("keep");
    for (const [path, text] of this.files) into.add({ path, mode: 0o644, modifiedAtMs: 0, content: Buffer.from(text) });
  }
  async restore(files: readonly WorkspaceFile[]): Promise<void> {
    this.done.push("restore");
    for (const { path, content } of files) this.files.set(path, Buffer.from(content).toString());
  }
  remove = async (): Promise<void> => void this.done.push("remove");
}

function twoProcesses({
  before = async () => {},
  shared,
  ...kind
}: {
  before?: () => Promise<void>;
  /** As where others may take a thread over: whether the first has it still. */
  shared?: { isHeld: boolean };
  keepsVariables?: boolean;
  keptBytesMax?: number;
} = {}) {
  const first = openSqlite({ path: ":memory:" });
  const second = first.beside();
  const process = ({ store, workspaces }: typeof first) => {
    const done: string[] = [];
    const { keptBytesMax = BOX_LIMITS.keptBytesMax, ...supply } = kind;
    const executor: Executor = boxExecutor(
      {
        capabilities: { grade: "process", label: "fake", languages: ["sh"], hint: "" },
        programs: new Map([["sh", "/bin/sh"]]),
        memory: "little",
        take: async () => new FilesBox(done, before),
        ...supply,
      },
      { ...BOX_LIMITS, keptBytesMax },
    );
    const claimOf = () => (store === second.store || shared?.isHeld ? { key: THREAD, attempt: 1 } : undefined);
    const shelf = shared ? { ...workspaces, isShared: true as const } : workspaces;
    const kept = keeping(executor, createWorkspaceKeeper(store, shelf, claimOf));
    onTestFinished(() => kept.close());
    return { done, sh: async (code: string) => runIn(await kept.open(THREAD), code, {}, "sh") };
  };
  return { first, second, a: process(first), b: process(second) };
}

test("another process goes on with the files, and the first takes up what was written there", async () => {
  const { a, b } = twoProcesses();
  await a.sh("write x 1");
  expect((await b.sh("write y 2\nlist")).stdout).toBe("x=1\ny=2\n");
  const again = await a.sh("list");
  expect(again).toMatchObject({ stdout: "x=1\ny=2\n", notices: [] });
});

test("whoever has the newest copies nothing, and writes only what has changed", async () => {
  const { a, first } = twoProcesses();
  await a.sh("write x 1");
  await a.sh("write y 2");
  await a.sh("list");
  expect(a.done).not.toContain("restore");
  const before = await first.workspaces.revision(THREAD);
  await a.sh("list");
  await a.sh("list");
  expect(before).toBeDefined();
  expect(await first.workspaces.revision(THREAD)).toBe(before);
});

test("a result is out before its files are kept, and another process waits for them", async () => {
  const { promise: mayKeep, resolve: letKeep } = Promise.withResolvers<void>();
  const { a, b } = twoProcesses({ before: () => mayKeep });
  await a.sh("write x 1\nleave");
  const other = b.sh("list");
  expect(a.done).toEqual(["reap"]);
  letKeep();
  expect((await other).stdout).toBe("x=1\n");
});

test("where others may take the thread over, a result waits for its files, and tells what is not kept", async () => {
  const { promise: mayKeep, resolve: letKeep } = Promise.withResolvers<void>();
  const keeps = Promise.withResolvers<void>();
  const before = async (): Promise<void> => {
    keeps.resolve();
    await mayKeep;
  };
  const { a } = twoProcesses({ before, shared: { isHeld: true }, keptBytesMax: 1024 });
  let isOut = false;
  const result = a.sh("write x 1\nbig y 2048").finally(() => (isOut = true));
  await keeps.promise;
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(isOut).toBe(false);
  letKeep();
  expect((await result).notices).toEqual([
    "Not all of the workspace can be kept: at most 500 files and folders of 0.0 MiB together, and no links that lead out of it. Not kept, and lost when this sandbox ends: y (0.0 MiB).",
  ]);
  expect((await a.sh("true")).notices).toEqual([]);
});

test("one that has lost the thread keeps nothing, and goes on with what others have written once it has it again", async () => {
  const shared = { isHeld: true };
  const { a, b } = twoProcesses({ shared });
  await a.sh("write x 1");
  shared.isHeld = false;
  await a.sh("write y late");
  expect(a.done.filter((step) => step === "keep")).toHaveLength(1);
  expect((await b.sh("write z 2\nlist")).stdout).toBe("x=1\nz=2\n");
  shared.isHeld = true;
  expect(await a.sh("list")).toMatchObject({ stdout: "x=1\nz=2\n", notices: [] });
});

test("a first block that is run anew, since it was cut off where others may take the thread over, tells of no earlier ones", async () => {
  const shared = { isHeld: true };
  const { a } = twoProcesses({ shared });
  shared.isHeld = false;
  await a.sh("write x 1\ncancel");
  await a.sh("write x 1");
  shared.isHeld = true;
  expect(await a.sh("write x 1\nlist")).toMatchObject({ stdout: "x=1\n", notices: [] });
  await a.sh("write y 2\ncancel");
  expect((await a.sh("list")).notices).toHaveLength(1);
});

test("names are shown harmless and short, and only a few of them", async () => {
  const into = new WorkspaceCollector({ keptFilesMax: 3, keptBytesMax: 100 });
  const content = Buffer.from("x");
  const file = (path: string) => into.add({ path, mode: 0o644, modifiedAtMs: 0, content });
  for (const path of ["a/../../b", "/etc/x", "a\0b", ".."]) file(path);
  into.addLink("way", "data", "/work");
  file("way/x");
  file(`bidi\u202e/${"n".repeat(200)}`);
  into.addLink("up", "d/../../x", "/work");
  for (const [path, target] of [
    ["d", "/work/e"],
    ["up", "/work/../etc"],
    ["same", "."],
  ] as const)
    into.addLink(path, target, "/work");
  expect(into.content).toMatchObject({
    isWhole: false,
    files: [{ path: "way" }, { path: `bidi\u202e/${"n".repeat(200)}` }, { path: "d" }],
  });
  expect(into.leftOut).toBe(
    "a/file/file/b (a path that leads elsewhere), file/etc/x (a path that leads elsewhere), a_b (a path that leads elsewhere), file (a path that leads elsewhere), way/x (a path that leads elsewhere), 3 more",
  );
});

test("after a ruin the files of earlier blocks are there again, and what is lost is told", async () => {
  const { a } = twoProcesses();
  await a.sh("write x 1");
  await a.sh("write y 2\nruin");
  const after = await a.sh("list");
  expect(after.stdout).toBe("x=1\n");
  expect(after.notices).toEqual(["The sandbox was made anew: files that the last block wrote are gone, earlier ones are still there."]);
});

test("variables are not kept, and that is told", async () => {
  const { a, b } = twoProcesses({ keepsVariables: true });
  await a.sh("write x 1");
  expect((await b.sh("list")).notices).toEqual(["Variables of earlier blocks are gone, files are still there."]);
});

test("what is over the limit is kept out, and told once in each process", async () => {
  const { a, b } = twoProcesses({ keptBytesMax: 1024 });
  await a.sh("write x 1\nbig y 2000");
  const told = await a.sh("list");
  expect(told.stdout).toContain("y=xxx");
  expect(told.notices.join()).toContain("Not all of the workspace can be kept");
  expect((await a.sh("true")).notices).toEqual([]);
  const there = await b.sh("list");
  expect(there.stdout).toBe("x=1\n");
  expect(there.notices.join()).toContain("The rest is gone");
});

test("what is forgotten is gone from the sandboxes too, also when it is being kept just then", async () => {
  const { promise: mayKeep, resolve: letKeep } = Promise.withResolvers<void>();
  const { first, a, b } = twoProcesses({ before: () => mayKeep });
  const event = { type: "message.posted", speaker: "boss", text: "words", person: { id: "U1", name: "Ada" } } as never;
  await first.store.commit({
    thread: THREAD,
    workspace: "T",
    afterSeq: 0,
    at: "2026-01-01T00:00:00Z",
    events: [event],
    posts: [],
    wake: "none",
  });
  await a.sh("write x secret");
  const by = { workspace: "T", person: { id: "U2", name: "Eve" }, deed: "forget", subject: THREAD, allowed: true };
  const forgetting = await first.forgetter.begin({ kind: "person", person: "U1" }, by);
  await first.forgetter.rewrite(forgetting, THREAD);
  letKeep();
  await first.forgetter.finish(forgetting);
  expect((await b.sh("list")).stdout).toBe("");
  const after = await a.sh("list");
  expect(after).toMatchObject({ stdout: "", notices: ["The workspace was reset: files of earlier blocks are gone."] });
  expect((await first.workspaces.load(THREAD))?.files).toEqual([]);
});

test("a link to a folder whose name begins as the workspace's does leads out of it", () => {
  const into = new WorkspaceCollector({ keptFilesMax: 10, keptBytesMax: 1_000 });
  into.addLink("beside", "../work-of-others/secret", "/work");
  into.addLink("inside", "./out/plot.png", "/work");
  expect(into.content.files.map(({ path }) => path)).toEqual(["inside"]);
  expect(into.leftOut).toBe("beside (a link that leads out of it)");
});
