import { mkdtemp, rm } from "node:fs/promises";
import { createServer, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterEach, describe, expect, test } from "vitest";
import { createDockerExecutor, type DockerSettings } from "../../../src/sandbox/docker/executor.ts";
import { SandboxUnavailable, type Executor } from "../../../src/sandbox/executor.ts";
import { runIn } from "../../contracts/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

const hasDocker = await dockerAvailable();
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function executorOf(settings: Partial<DockerSettings>): Promise<Executor> {
  const executor = await createDockerExecutor({ image: sandboxImage(), poolSize: 0, ...settings });
  closing.push(() => executor.close());
  return executor;
}

const containersOf = (instance: string) => new Docker().listContainers({ all: true, filters: { label: [`parley.instance=${instance}`] } });
const volumesOf = async (instance: string) =>
  (await new Docker().listVolumes({ filters: { label: [`parley.instance=${instance}`] } })).Volumes ?? [];

describe("without an engine", () => {
  test("a missing engine is told with its address and the mend", async () => {
    const missing = createDockerExecutor({ image: "any", dockerHost: "unix:///nowhere/docker.sock" });
    await expect(missing).rejects.toThrow(SandboxUnavailable);
    await expect(missing).rejects.toThrow(
      /No Docker engine answers at unix:\/\/\/nowhere\/docker\.sock \(ENOENT\)\. Start Docker.*executor: wasm/,
    );
  });

  test("an engine that takes the call and never answers is given up", async () => {
    const folder = await mkdtemp(join(tmpdir(), "parley-engine-"));
    closing.push(() => rm(folder, { recursive: true }));
    const sockets = new Set<Socket>();
    const server = createServer((socket) => sockets.add(socket)).listen(join(folder, "s"));
    closing.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await expect(createDockerExecutor({ image: "any", dockerHost: `unix://${join(folder, "s")}` })).rejects.toThrow(/no answer within 5 s/);
  });

  test("an address that is none is told with what one looks like", async () => {
    await expect(createDockerExecutor({ image: "any", dockerHost: "gopher://x" })).rejects.toThrow(/DOCKER_HOST should look like/);
    await expect(createDockerExecutor({ image: "any", dockerHost: "ssh://x" })).rejects.toThrow(/ssh -N -L/);
  });
});

describe.skipIf(!hasDocker)("the life of containers", () => {
  test("a missing image is told with the command that builds it, and is not pulled", async () => {
    await expect(createDockerExecutor({ image: "parley-no-such-image:1" })).rejects.toThrow(
      /no image "parley-no-such-image:1"\. Build it once with: parley sandbox build/,
    );
  });

  test("a container is made at the first block, and neither it nor its workspace is left after close", async () => {
    const instance = crypto.randomUUID();
    const executor = await executorOf({ instance, poolSize: 1 });
    const session = await executor.open("a");
    await (await executor.open("never used")).end();
    // The one that was started ahead, when the one that was tried out is gone.
    await expect.poll(async () => (await containersOf(instance)).length).toBe(1);
    expect(await runIn(session, "print(1)")).toMatchObject({ outcome: "ok" });
    await executor.close();
    expect(await containersOf(instance)).toEqual([]);
    expect(await volumesOf(instance)).toEqual([]);
    await expect(executor.open("late")).rejects.toThrow(SandboxUnavailable);
  });

  test("the container is made as hard as it was meant to be", async () => {
    const instance = crypto.randomUUID();
    await runIn(await (await executorOf({ instance, memoryMb: 128, pids: 32 })).open("a"), "print(1)");
    const [found] = await containersOf(instance);
    const { HostConfig, Config, Mounts } = await new Docker().getContainer(found?.Id ?? "").inspect();
    expect(HostConfig).toMatchObject({
      AutoRemove: true,
      CapDrop: ["ALL"],
      Memory: 128 * 1024 * 1024,
      MemorySwap: 128 * 1024 * 1024,
      NetworkMode: "none",
      PidsLimit: 32,
      Privileged: false,
      ReadonlyRootfs: true,
    });
    expect(HostConfig.Binds ?? []).toEqual([]);
    expect(HostConfig.SecurityOpt).toContain("no-new-privileges:true");
    expect(Config.Env.join(" ")).not.toMatch(/TOKEN|KEY|SECRET|SLACK/);
    expect(Mounts.map(({ Type, Destination }) => [Type, Destination])).toEqual([["volume", "/work"]]);
  });

  test("a container that died between two blocks is replaced, and the loss is told once", async () => {
    const instance = crypto.randomUUID();
    const session = await (await executorOf({ instance })).open("a");
    await session.put([{ name: "given.txt", mediaType: "text/plain", content: Buffer.from("given") }]);
    await runIn(session, "open('mine.txt', 'w').write('x')");
    await killAll(instance);
    const result = await runIn(session, "import os\nprint(sorted(os.listdir('.')), os.listdir('in'))");
    expect(result).toMatchObject({ outcome: "ok", stdout: "['in', 'out'] ['given.txt']\n" });
    expect(result.notices).toEqual(["The workspace was reset: files of earlier blocks are gone."]);
    expect(await runIn(session, "print(1)")).toMatchObject({ outcome: "ok", notices: [] });
  });

  test("a container that dies under the code is replaced and the code is run once more", async () => {
    const instance = crypto.randomUUID();
    const session = await (await executorOf({ instance })).open("a");
    let starts = 0;
    const running = runIn(session, "import time\nprint('started', flush=True)\ntime.sleep(60)", {
      timeoutMs: 60_000,
      onChunk: (text) => (starts += text.includes("started") ? 1 : 0),
    });
    await expect.poll(() => starts).toBe(1);
    await killAll(instance);
    await expect.poll(() => starts).toBe(2);
    await killAll(instance);
    const result = await running;
    expect(result).toMatchObject({ outcome: "sandbox_lost", exitCode: 1 });
    expect(result.notices.join("\n")).toContain("The workspace was reset");
    expect(result.notices.filter((notice) => notice.includes("run a second time"))).toHaveLength(1);
    expect(await runIn(session, "print(1)")).toMatchObject({ outcome: "ok" });
  });

  test("what an earlier process of the same instance left is removed at start; what another is using is not", async () => {
    const [mine, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const earlier = await executorOf({ instance: mine });
    await runIn(await earlier.open("a"), "print(1)");
    const neighbour = await executorOf({ instance: other });
    const theirs = await neighbour.open("a");
    await runIn(theirs, "open('kept.txt', 'w').write('kept')");

    const next = await executorOf({ instance: mine });
    await expect.poll(() => containersOf(mine)).toEqual([]);
    expect(await runIn(theirs, "print(open('kept.txt').read())")).toMatchObject({ stdout: "kept\n", notices: [] });
    expect(await runIn(await next.open("a"), "print(1)")).toMatchObject({ outcome: "ok" });
  });

  test("what another instance left and what has outlived its time is removed too", async () => {
    const gone = crypto.randomUUID();
    // Made and never started, as by a process that was killed in between: no time to live runs for it.
    await new Docker().createContainer({
      Image: sandboxImage(),
      Cmd: ["sleep", "1"],
      Labels: {
        "parley.managed": "1",
        "parley.instance": gone,
        "parley.process": "x",
        "parley.expires": new Date(Date.now() - 3_600_000).toISOString(),
      },
    });
    await executorOf({});
    expect(await containersOf(gone)).toEqual([]);
  });

  test("a container ends by itself when its time is over, and the next block gets another", async () => {
    const instance = crypto.randomUUID();
    const session = await (await executorOf({ instance, ttlSeconds: 12 })).open("a");
    await runIn(session, "open('old.txt', 'w').write('x')", { timeoutMs: 1_000 });
    await expect.poll(() => containersOf(instance)).toEqual([]);
    expect((await runIn(session, "import os\nprint(os.listdir('.'))", { timeoutMs: 1_000 })).notices).toEqual([
      "The workspace was reset: files of earlier blocks are gone.",
    ]);
  });

  test("past the number of containers the thread that was idle longest gives its up", async () => {
    const instance = crypto.randomUUID();
    const executor = await executorOf({ instance, boxesMax: 2 });
    for (const thread of ["a", "b", "c"]) await runIn(await executor.open(thread), "print(1)");
    await expect.poll(async () => (await containersOf(instance)).length).toBe(2);
    expect((await runIn(await executor.open("a"), "print(1)")).notices.join()).toContain("reset");
  });

  test("an engine that goes away under the code is told, without a hang", async () => {
    const instance = crypto.randomUUID();
    const engine = await proxyOfEngine();
    const executor = await createDockerExecutor({ image: sandboxImage(), instance, poolSize: 0, dockerHost: engine.address });
    const session = await executor.open("a");
    const started = Promise.withResolvers<void>();
    const running = runIn(session, "print('started', flush=True)\nwhile True: pass", {
      timeoutMs: 60_000,
      onChunk: () => started.resolve(),
    });
    await started.promise;
    expect(await executor.answers?.()).toBe(true);
    engine.cut();
    expect(await executor.answers?.()).toBe(false);
    const result = await running;
    expect(result).toMatchObject({ outcome: "sandbox_lost", exitCode: 1, stdout: expect.stringContaining("started") as string });
    expect(result.notices.join("\n")).toMatch(/The code had begun.*\n.*The Docker engine at .* stopped answering .*start it again/);
    // Of code that comes now it is certain that it was not run.
    await expect(runIn(session, "print(1)")).rejects.toThrow(SandboxUnavailable);
    await executor.close();
    // What it could no longer remove, the next start does.
    await executorOf({ instance });
    await expect.poll(() => containersOf(instance)).toEqual([]);
  });
});

async function killAll(instance: string): Promise<void> {
  for (const { Id } of await containersOf(instance)) await new Docker().getContainer(Id).kill();
}

/** A door to the engine that can be shut. */
async function proxyOfEngine(): Promise<{ address: string; cut: () => void }> {
  const folder = await mkdtemp(join(tmpdir(), "parley-engine-"));
  const path = join(folder, "docker.sock");
  const sockets = new Set<Socket>();
  const real = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
  const server: Server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: real, allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  closing.push(async () => {
    cut();
    await rm(folder, { recursive: true, force: true });
  });
  return { address: `unix://${path}`, cut };
}
