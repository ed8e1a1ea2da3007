import { createHash, randomUUID } from "node:crypto";
import { rmSync, mkdtempSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import type { CodeResult, Executor } from "../../../src/sandbox/executor.ts";
import { randomOf } from "../chance.ts";

/** What becomes of one request to the engine. */
type Trouble =
  | { readonly kind: "none" }
  | { readonly kind: "slow"; readonly ms: number }
  /** The engine's own answers. */
  | { readonly kind: "refuse"; readonly status: number; readonly message: string }
  /** The connection breaks: before the request has left, or after, when it has been done. */
  | { readonly kind: "cut" | "cut after" }
  /** The container that it is about is removed by somebody else, a moment later. */
  | { readonly kind: "vanish"; readonly afterMs: number };

export interface EngineStorm {
  readonly seed: number;
  readonly troubles: number;
  readonly checked: number;
  readonly violations: readonly string[];
}

const SESSIONS = 3;
const BLOCKS = 4;
const TROUBLE_SHARE = 0.12;
/** The engine's own words. */
const REFUSALS = [
  { status: 500, message: "write /var/lib/docker/tmp: no space left on device" },
  { status: 404, message: "No such image: parley-sandbox:ci" },
  { status: 404, message: "No such container: gone" },
  { status: 409, message: "container is not running" },
  { status: 503, message: "the engine is shutting down" },
] as const;
/** Real. A block takes a third of a second; one whose engine is silent, some seconds. */
const RUN_MS_MAX = 180_000;

/** Blocks of three threads on a real engine behind a line that breaks at random; the same troubles for the same seed, request by request. */
export async function engineStorm(seed: number, image: string): Promise<EngineStorm> {
  const random = randomOf(seed * 97_531);
  let troubles = 0;
  let isCalm = true;
  const instance = createHash("sha256").update(randomUUID()).digest("hex").slice(0, 16);
  const line = await brokenLine((request) => {
    if (isCalm || request.includes("/events") || random() >= TROUBLE_SHARE) return { kind: "none" };
    troubles++;
    return troubleOf(random);
  });
  const violations: string[] = [];
  try {
    const executor = await createDockerExecutor({ image, instance, dockerHost: line.address, memoryMb: 64, poolSize: 1 });
    isCalm = false;
    await Promise.all(Array.from({ length: SESSIONS }, (_, index) => blocks(executor, `thread ${index}`, violations)));
    isCalm = true;
    // The weather is over: code runs again, and what it left is gone.
    const after = await runOne(executor, "thread 0", 6);
    if (typeof after === "string" || after.stdout.trim() !== "42") violations.push(`after the storm: ${said(after)}`);
    await executor.close();
    await (await createDockerExecutor({ image, instance, poolSize: 0 })).close();
    violations.push(...(await leftOf(instance)));
  } finally {
    await line.close();
    await removeAll(instance);
  }
  return { seed, troubles, checked: SESSIONS * BLOCKS + 2, violations };
}

async function blocks(executor: Executor, thread: string, violations: string[]): Promise<void> {
  for (let number = 1; number <= BLOCKS; number++) {
    const result = await runOne(executor, thread, number);
    if (typeof result === "string") {
      // Nothing could be run, and the reason says where and what to do.
      if (!/^The Docker engine at .+ (stopped answering|refused) \(.+\)\. Look at its log/.test(result))
        violations.push(`${thread}, block ${number}: ${result}`);
    } else if (result.outcome === "ok" && result.stdout.trim() !== String(number * 7))
      violations.push(`${thread}, block ${number} printed ${JSON.stringify(result.stdout)} and passed for ok`);
    else if (!["ok", "error", "sandbox_lost", "timeout"].includes(result.outcome))
      violations.push(`${thread}, block ${number}: ${said(result)}`);
  }
}

/** The result, or why nothing could be run. Whatever else is thrown is a bug. */
async function runOne(executor: Executor, thread: string, number: number): Promise<CodeResult | string> {
  const code = `import time\ntime.sleep(0.15)\nprint(${number} * 7)`;
  const late = Promise.withResolvers<string>();
  const timer = setTimeout(() => late.resolve(`no answer in ${RUN_MS_MAX} ms`), RUN_MS_MAX);
  try {
    const session = await executor.open(thread);
    const run = session.run({ language: "python", code }, { timeoutMs: 10_000, signal: new AbortController().signal });
    return await Promise.race([run, late.promise]);
  } catch (error) {
    if (error instanceof Error && error.name === "SandboxUnavailable") return error.message;
    return `threw ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  } finally {
    clearTimeout(timer);
  }
}

const said = (result: CodeResult | string): string =>
  typeof result === "string" ? result : `${result.outcome}, ${JSON.stringify(result.output)}, ${result.notices.join(" ")}`;

function troubleOf(random: () => number): Trouble {
  const chance = random();
  if (chance < 0.25) return { kind: "slow", ms: 200 + Math.floor(random() * 1_300) };
  if (chance < 0.55) return { kind: "refuse", ...(REFUSALS[Math.floor(random() * REFUSALS.length)] ?? REFUSALS[0]) };
  if (chance < 0.7) return { kind: "cut" };
  if (chance < 0.85) return { kind: "cut after" };
  return { kind: "vanish", afterMs: Math.floor(random() * 300) };
}

const REQUEST = /^(?:GET|POST|PUT|DELETE|HEAD) (\S+) HTTP\/1\.1\r\n/;

/** A line to the real engine's socket that asks, at each request, what is to become of it. */
async function brokenLine(next: (request: string) => Trouble): Promise<{ readonly address: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "parley-line-"));
  const path = join(folder, "docker.sock");
  const real = (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace("unix://", "");
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: real, allowHalfOpen: true });
    const cut = () => (near.destroy(), far.destroy());
    for (const socket of [near, far]) {
      open.add(socket);
      // A broken line breaks both ends, which is the point.
      socket.on("error", () => undefined);
      socket.on("close", () => open.delete(socket));
    }
    let before: Promise<void> = Promise.resolve();
    near.on("data", (chunk: Buffer) => {
      const request = REQUEST.exec(chunk.subarray(0, 2_000).toString("latin1"))?.[1];
      const trouble = request === undefined ? { kind: "none" as const } : next(request);
      before = before.then(() => pass(chunk, trouble, request ?? ""));
    });
    near.on("end", () => void before.then(() => far.end()));
    far.pipe(near);

    async function pass(chunk: Buffer, trouble: Trouble, request: string): Promise<void> {
      switch (trouble.kind) {
        case "none":
          return void far.write(chunk);
        case "slow":
          await new Promise((resolve) => setTimeout(resolve, trouble.ms));
          return void far.write(chunk);
        case "refuse": {
          const body = JSON.stringify({ message: trouble.message });
          const head = `HTTP/1.1 ${trouble.status} Trouble\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`;
          near.end(head + body);
          return void far.destroy();
        }
        case "cut":
          return void cut();
        case "cut after":
          far.write(chunk);
          return void far.once("data", cut);
        case "vanish": {
          far.write(chunk);
          const id = /\/containers\/([0-9a-f]{12,64})\//.exec(request)?.[1];
          if (id)
            setTimeout(
              () =>
                void new Docker()
                  .getContainer(id)
                  .remove({ force: true })
                  .catch(() => undefined),
              trouble.afterMs,
            );
          return;
        }
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: `unix://${path}`,
    close: async () => {
      server.close();
      for (const socket of open) socket.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const containersOf = (instance: string) => new Docker().listContainers({ all: true, filters: { label: [`parley.instance=${instance}`] } });

async function leftOf(instance: string): Promise<string[]> {
  return (await containersOf(instance)).map(({ Id, State }) => `a container was left: ${Id.slice(0, 12)}, ${State}`);
}

async function removeAll(instance: string): Promise<void> {
  for (const { Id } of await containersOf(instance))
    await new Docker()
      .getContainer(Id)
      .remove({ force: true, v: true })
      .catch(() => undefined);
}
