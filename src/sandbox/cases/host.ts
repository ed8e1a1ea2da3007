import { randomBytes } from "node:crypto";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { freemem, networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { WAITING } from "../docker/slot.ts";
import { statusOf } from "../docker/engine.ts";
import { processInNamespaces } from "./namespaces.ts";

/** The host as the attacks see it: marked files, a listener and secrets, any of which code must not reach. */
export interface Host {
  readonly variables: Readonly<Record<string, string>>;
  /** Remembers how things stand before a case. */
  before(): Promise<Before>;
  /** What one of the checks after a case found wrong; `undefined`: nothing. */
  check(name: string, before: Before): Promise<string | undefined>;
  close(): Promise<void>;
}

interface Before {
  readonly rssBytes: number;
  readonly freeBytes: number;
  readonly connections: number;
}

const MIB = 1024 * 1024;

export async function prepareHost({ instance, memoryMb }: { instance: string; memoryMb: number }): Promise<Host> {
  const folder = await mkdtemp(join(tmpdir(), "parley-host-"));
  const marker = randomBytes(16).toString("hex");
  const secret = randomBytes(16).toString("hex");
  const drop = await mkdtemp(join(tmpdir(), "parley-drop-"));
  await writeFile(join(folder, "marker.txt"), marker);
  const secrets = {
    PARLEY_TEST_SECRET: secret,
    SLACK_BOT_TOKEN: `xoxb-${secret}`,
    SLACK_APP_TOKEN: `xapp-${secret}`,
    OPENAI_API_KEY: `sk-${secret}`,
  };
  const realEnv = { ...process.env };
  Object.assign(process.env, secrets);

  let connections = 0;
  const listener = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  await new Promise<void>((resolve) => listener.listen(0, "0.0.0.0", resolve));
  const port = (listener.address() as { port: number }).port;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const outer = addresses.find(({ internal, family }) => !internal && family === "IPv4")?.address ?? "127.0.0.1";

  const before = async (): Promise<Before> => ({ rssBytes: process.memoryUsage().rss, freeBytes: freemem(), connections });
  const checks: { readonly [name: string]: (was: Before) => Promise<string | undefined> } = {
    "no-user-processes": async () => {
      const left = await processesLeft(instance);
      if (left !== undefined) return left;
      const name = await processInNamespaces();
      return name === undefined ? undefined : `a process is left: ${name}`;
    },
    "nothing-left": () => containersLeft(instance),
    "bot-memory-steady": async (was) => memoryGrown(was),
    "host-memory-steady": async (was) => {
      const grown = memoryGrown(was);
      if (grown !== undefined) return grown;
      // The host's free memory is everybody's: what a neighbour takes for a moment comes back, what the code has left does not.
      const deadlineMs = Date.now() + GONE_MS_MAX;
      for (;;) {
        const taken = (was.freeBytes - freemem()) / MIB;
        if (taken <= memoryMb + 64) return undefined;
        if (Date.now() > deadlineMs) return `the host has ${taken.toFixed(0)} MiB less`;
        await new Promise((resolve) => setTimeout(resolve, GONE_LOOK_MS));
      }
    },
    "host-listener-untouched": async (was) =>
      connections > was.connections ? `the host's listener was reached ${connections - was.connections} times` : undefined,
    "host-drop-dir-empty": async () => {
      const dropped = await readdir(drop);
      return dropped.length > 0 ? `the host's folder holds ${dropped.join(", ")}` : undefined;
    },
  };
  return {
    variables: {
      HOST_MARKER_PATH: join(folder, "marker.txt"),
      HOST_MARKER_DIR: folder,
      HOST_MARKER_VALUE: marker,
      SECRET_MARKER: secret,
      HOST_LISTENER_PORT: String(port),
      HOST_IP: outer,
      HOST_DROP_DIR: drop,
      DOCKER_SOCKET: (process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock").replace(/^unix:\/\//, ""),
    },
    before,
    check: async (name, was) => (checks[name] ? checks[name](was) : `the check "${name}" is not understood`),
    close: async () => {
      listener.close();
      for (const name of Object.keys(secrets)) {
        if (realEnv[name] === undefined) delete process.env[name];
        else process.env[name] = realEnv[name];
      }
      for (const made of [folder, drop]) await rm(made, { recursive: true, force: true });
    },
  };
}

const BOT_GROWTH_MIB_MAX = 64;

function memoryGrown(was: Before): string | undefined {
  const grown = (process.memoryUsage().rss - was.rssBytes) / MIB;
  return grown > BOT_GROWTH_MIB_MAX ? `the bot's memory grew by ${grown.toFixed(0)} MiB` : undefined;
}

const POOLED = 1; // Containers that the executor keeps ready.
const GONE_MS_MAX = 10_000;
const GONE_LOOK_MS = 100;

/** Containers and workspaces beyond the one that waits for the next thread. A refill may be on its way: more than that may be there for a moment. */
async function containersLeft(instance: string): Promise<string | undefined> {
  const docker = new Docker();
  const volumes = async (): Promise<number> =>
    (await docker.listVolumes({ filters: { label: [`parley.instance=${instance}`] } }).catch(() => undefined))?.Volumes?.length ?? 0;
  const deadlineMs = Date.now() + GONE_MS_MAX;
  for (;;) {
    const [containers, workspaces] = [(await containersOf(instance)).length, await volumes()];
    if (containers <= POOLED && workspaces <= POOLED) return undefined;
    if (Date.now() > deadlineMs) return `${containers} containers and ${workspaces} workspaces are left`;
    await new Promise((resolve) => setTimeout(resolve, GONE_LOOK_MS));
  }
}

const NOT_RUNNING: ReadonlySet<number> = new Set([404, 409]);
const SETTLE_MS = 1000; // The format says: one second later.

/** Processes of the code's user, as the engine sees them. In WebAssembly there are none to be left. */
async function processesLeft(instance: string): Promise<string | undefined> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const docker = new Docker();
  for (const { Id } of await containersOf(instance)) {
    // One that has ended meanwhile, as it is replaced, has none.
    const top = (await docker
      .getContainer(Id)
      .top({ ps_args: "-eo uid,pid,ppid,args" })
      .catch((error: unknown) => {
        if (!NOT_RUNNING.has(statusOf(error) ?? 0)) throw error;
      })) as { readonly Processes: string[][] } | undefined;
    const Processes = top?.Processes;
    const theirs = (Processes ?? []).filter(([uid]) => uid === "65534");
    // The shell that waits for the next block has the code's uid. There is one of it, and it was started from outside of the container.
    // They come by their numbers, which begin anew on a machine that has had many: what the first one has started may come before it.
    const first = Processes?.find(([, , , args]) => args?.startsWith("/sbin/docker-init"));
    const outside = (first ?? Processes?.find(([, , , args]) => args?.includes("sleep ")))?.[2];
    const waiting = theirs.find(([, , parent, args]) => parent === outside && args?.endsWith(WAITING));
    const left = theirs.filter((process) => process !== waiting);
    if (left.length > 0) return `processes are left: ${left.map((process) => process.join(" ")).join(", ")}`;
  }
  return undefined;
}

export async function containersOf(instance: string): Promise<readonly { readonly Id: string }[]> {
  return new Docker().listContainers({ all: true, filters: { label: [`parley.instance=${instance}`] } }).catch(() => []);
}
