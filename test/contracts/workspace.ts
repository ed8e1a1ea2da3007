import { expect, onTestFinished, test } from "vitest";
import type { Executor } from "../../src/sandbox/executor.ts";
import { keeping } from "../../src/sandbox/keeping.ts";
import { openSqlite } from "../../src/store/sqlite/store.ts";
import { createWorkspaceKeeper } from "../../src/store/workspaces/keeper.ts";
import { runIn } from "./executor.ts";

/** What holds wherever a thread's files are kept between blocks: two processes over one store, each with an executor of its own, take turns. */
export function workspaceContract(name: string, create: () => Promise<Executor>): void {
  const twoProcesses = () => twoOver(create);

  test(`${name}: another process goes on with a thread's files, also in folders, changed and removed ones`, async () => {
    const { a, b } = await twoProcesses();
    await a("mkdir -p data/deep empty && echo one > data/deep/x.txt && echo gone > y.txt && echo '#!/bin/sh' > run.sh && chmod 755 run.sh");
    const there = await b(
      "cat data/deep/x.txt y.txt && stat -c %a run.sh && [ -d empty ] && echo two > data/deep/x.txt && rm y.txt && echo three > z.txt",
    );
    expect(there).toMatchObject({ outcome: "ok", stdout: "one\ngone\n755\n", notices: [] });
    expect(await a("cat data/deep/x.txt z.txt; [ -e y.txt ] || echo removed; echo more >> z.txt")).toMatchObject({
      outcome: "ok",
      stdout: "two\nthree\nremoved\n",
      notices: [],
    });
    expect(await b("cat z.txt")).toMatchObject({ stdout: "three\nmore\n" });
  });

  test(`${name}: what one has handed to people, another does not hand them again`, async () => {
    const { a, b } = await twoProcesses();
    expect((await a("echo 1 > out/report.txt")).files.map((file) => file.name)).toEqual(["report.txt"]);
    expect((await b("echo 2 > out/other.txt")).files.map((file) => file.name)).toEqual(["other.txt"]);
    expect((await a("echo 3 > out/report.txt")).files.map((file) => file.name)).toEqual(["report.txt"]);
  });

  test(`${name}: links inside it are kept; what leads out of it or is no file is not, and that is told once, by name`, async () => {
    const { a, b } = await twoProcesses();
    await a(
      "ln -s /etc/passwd link && ln -s ../.. root && mkfifo pipe && echo kept > plain.txt && ln plain.txt twin && mkdir d && ln -s ../plain.txt d/near && ln -s nowhere dangling",
    );
    const told = (await a("true")).notices.join();
    expect(told).toContain("Not all of the workspace can be kept");
    for (const left of ["link (a link that leads out of it)", "root (a link that leads out of it)", "pipe (no plain file)"])
      expect(told).toContain(left);
    expect((await a("true")).notices).toEqual([]);
    const there = await b("cat plain.txt twin d/near; readlink dangling; [ -e link ] || [ -L link ] || echo no link");
    expect(there).toMatchObject({ stdout: "kept\nkept\nkept\nnowhere\nno link\n" });
    expect(there.notices.join()).toContain("The rest is gone");
  });
}

/** Two processes over one store, each with an executor of its own. */
export async function twoOver(create: () => Promise<Executor>, language = "sh") {
  const first = openSqlite({ path: ":memory:" });
  const second = first.beside();
  const [a, b] = await Promise.all(
    [first, second].map(async ({ store, workspaces }) => keeping(await create(), createWorkspaceKeeper(store, workspaces))),
  );
  onTestFinished(async () => {
    await Promise.all([a?.close(), b?.close()]);
    await second.store.close();
    await first.store.close();
  });
  const run = (executor: Executor | undefined) => async (code: string) =>
    runIn(await (executor as Executor).open("T/C/1"), code, {}, language);
  return { a: run(a), b: run(b) };
}
