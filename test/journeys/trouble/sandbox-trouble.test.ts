import { randomInt } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Docker from "dockerode";
import { describe, expect, onTestFinished, test } from "vitest";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import type { Executor, Session } from "../../../src/sandbox/executor.ts";
import { runChild } from "../../support/children.ts";

import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { CODING, codingReplies, openJourney } from "../../support/journey.ts";
import { doorToEngine, processesOf } from "../../support/sandbox/sandboxes.ts";
import { wordsOf } from "../../support/slack/thread.ts";

const MAIN = resolve(import.meta.dirname, "../../../src/cli/main.ts");
const topOf = (id: string): Promise<unknown> =>
  new Docker()
    .getContainer(id)
    .top()
    .catch(() => undefined);
const REPLIES = codingReplies("print(6 * 7)", "I saw: {{last}}");

test("where no engine answers, the thread says that the code was not run and how to enable it, and the team goes on", async () => {
  const journey = await openJourney({
    file: { ...CODING, sandbox: { executor: "docker" } },
    replies: REPLIES,
    env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
  });
  const thread = await journey.mention("@parley multiply");
  await thread.ended();
  const report = wordsOf(thread.ofKind("turn")[1]);
  expect(report).toMatch(/^\*\*python\*\* · not run\n/);
  expect(report).toContain(
    "No Docker engine answers at unix:///nowhere/docker.sock (ENOENT). Start Docker, or set DOCKER_HOST to an engine that runs",
  );
  expect(report).toContain(
    `without Docker, set "sandbox: { executor: os }" (Linux, with bubblewrap) or "{ executor: wasm }" in the team file.`,
  );
  expect(wordsOf(thread.ofKind("turn")[2])).toContain("I saw: ");
  expect(thread.ofKind("notice").map(wordsOf).join()).toContain("Code is not run in this installation");
  expect(thread.ofKind("notice")).toHaveLength(1);
});

test("where the team file says that code is off, it is said, with what to write to have it run", async () => {
  const journey = await openJourney({ file: CODING, replies: REPLIES });
  const thread = await journey.mention("@parley multiply");
  await thread.ended();
  const mend = 'To enable it, set "sandbox: { executor: docker }" in the team file.';
  expect(wordsOf(thread.ofKind("turn")[1])).toContain(`**python** · not run\n\nCode is not run here. ${mend}`);
  expect(thread.ofKind("notice").map(wordsOf)).toEqual([
    `(Code is not run in this installation, so agents only reason about it. For whoever runs Parley: Code is not run here. ${mend})`,
  ]);
});

describe.skipIf(!(await dockerAvailable()))("with an engine", () => {
  test("two Parleys on one engine leave each other's containers alone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "parley-two-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const sandbox = { executor: "docker", image: sandboxImage(), memoryMb: 64, timeoutSeconds: 60 };
    await writeFile(join(folder, "parley.yml"), JSON.stringify({ ...CODING, sandbox }));
    // Neither has a database of its own, as in a terminal. The first block ends once the second Parley has come and gone.
    const containersWith = async (mark: string) => {
      const containers = await new Docker().listContainers({ filters: { label: ["parley.managed=1"] } });
      const tables = await Promise.all(containers.map(async ({ Id }) => ({ Id, text: JSON.stringify(await topOf(Id)) })));
      return tables.flatMap(({ Id, text }) => (text.includes(mark) ? [Id] : []));
    };
    const parley = async (code: string) => {
      await writeFile(join(folder, "replies.yml"), JSON.stringify({ replies: codingReplies(code, "It ran.", "sh") }));
      return runChild(process.execPath, [MAIN, "run", "--json", "Run it"], { cwd: folder });
    };
    const mark = `sleep ${randomInt(100_000, 1_000_000)}`;
    const first = parley(`echo begun\n${mark} &\nuntil [ -e out/go ]; do sleep 0.1; done; echo done`);
    await expect.poll(() => containersWith(mark)).toHaveLength(1);
    const [running = ""] = await containersWith(mark);
    const second = await parley("echo other");
    expect(second.out).toContain('"output":"other\\n"');
    expect(await containersWith(mark)).toEqual([running]);
    const go = await new Docker().getContainer(running).exec({ Cmd: ["touch", "/work/out/go"], User: "65534:65534" });
    await go.start({});
    const { code, out } = await first;
    expect(code).toBe(0);
    expect(out).toContain('"outcome":"ok","exitCode":0,"output":"begun\\ndone\\n"');
  });

  test("an engine that dies while the code runs is told in the thread, with what to do, and the team goes on", async () => {
    const engine = await doorToEngine();
    const instance = crypto.randomUUID();
    const executor = await createDockerExecutor({ image: sandboxImage(), instance, poolSize: 0, dockerHost: engine.address });
    const printing = Promise.withResolvers<void>();
    const watched: Executor = {
      ...executor,
      async open(name) {
        const session = await executor.open(name);
        const run: Session["run"] = (block, options) => session.run(block, { ...options, onChunk: () => printing.resolve() });
        return { run, put: (files) => session.put(files), end: () => session.end() };
      },
    };
    const code = "print('paid 42', flush=True)\nwhile True:\n    pass";
    const journey = await openJourney({ file: CODING, replies: codingReplies(code, "I saw: {{last}}"), executor: watched });
    const thread = await journey.mention("@parley multiply for ever");
    await printing.promise;
    engine.shut();
    await thread.ended();
    const report = wordsOf(thread.ofKind("turn")[1]);
    expect(report).toMatch(/^python · the sandbox was lost while it ran · /);
    expect(report).toContain("paid 42");
    expect(report).toContain("The code had begun, and may have run to its end");
    expect(report).toContain(`The Docker engine at ${engine.address} stopped answering`);
    expect(report).toContain("start it again, then run the code again");
    expect(thread.turns()[2]).toContain("The sandbox was lost while the code ran");
    // What the dead engine left is removed at the next start of the same installation.
    await (await createDockerExecutor({ image: sandboxImage(), instance, poolSize: 0 })).close();
    expect(await processesOf(instance)).toEqual([]);
  });
});
