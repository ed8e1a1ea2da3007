import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import type { Executor } from "../../../src/sandbox/executor.ts";
import { sandboxImage } from "./docker.ts";

/** One executor on the real engine for all tests of a file; it takes seconds to make. */
export function useDocker(): { readonly instance: string; executor(): Executor } {
  const instance = crypto.randomUUID();
  let executor: Executor;
  beforeAll(async () => {
    executor = await createDockerExecutor({ image: sandboxImage(), instance });
  });
  afterAll(async () => {
    await executor.close();
  });
  // A Parley closes its executor; the next test needs this one.
  return { instance, executor: () => ({ ...executor, close: async () => undefined }) };
}

/** The command lines of what runs in the containers of an instance. */
export async function processesOf(instance: string): Promise<readonly string[]> {
  const docker = new Docker();
  const containers = await docker.listContainers({ filters: { label: [`parley.instance=${instance}`] } });
  // One that has just gone has no processes either.
  const tables = await Promise.all(
    containers.map(({ Id }) =>
      docker
        .getContainer(Id)
        .top()
        .catch(() => undefined),
    ),
  );
  return tables.flatMap((table: { Processes: string[][] } | undefined) => table?.Processes.map((row) => row.at(-1) ?? "") ?? []);
}

/** A door to the real engine that can be shut. */
export async function doorToEngine(): Promise<{ readonly address: string; shut(): void }> {
  const folder = await mkdtemp(join(tmpdir(), "parley-engine-"));
  const path = join(folder, "docker.sock");
  const sockets = new Set<Socket>();
  const real = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: real, allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      // A shut door breaks both ends, which is the point.
      socket.on("error", () => undefined);
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const shut = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  onTestFinished(async () => {
    shut();
    await rm(folder, { recursive: true, force: true });
  });
  return { address: `unix://${path}`, shut };
}
