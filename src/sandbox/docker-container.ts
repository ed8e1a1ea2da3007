import { callEngine, statusOf, type Engine } from "./docker-engine.ts";
import { seccompProfile } from "./docker-seccomp.ts";
import type Docker from "dockerode";

export interface ContainerLimits {
  /** Programs and the files of the workspace together: the workspace is memory. */
  readonly memoryMb: number;
  readonly cpus: number;
  readonly pids: number;
  readonly workspaceMb: number;
  /** After this long the container ends by itself, also when Parley never comes back. */
  readonly ttlSeconds: number;
}

/** Whose container it is, so that its orphans can be told from what another Parley is using. */
export interface Owner {
  readonly instance: string;
  /** Of this process alone. */
  readonly process: string;
}

export interface Box {
  readonly container: Docker.Container;
  readonly startedAtMs: number;
}

/** The container's first process runs under another uid than the code, which therefore can neither signal nor trace it. */
const KEEPER = "65533:65533";
export const CODE_USER = "65534:65534";
export const WORKSPACE = "/work";

const MIB = 1024 * 1024;

export async function startBox(engine: Engine, limits: ContainerLimits, owner: Owner): Promise<Box> {
  const container = await callEngine((options) =>
    engine.docker.createContainer({ ...containerOptions(engine, limits, owner), ...options }),
  );
  try {
    await callEngine((options) => container.start(options));
  } catch (error) {
    await removeBox(container);
    throw error;
  }
  return { container, startedAtMs: Date.now() };
}

/** Built from constants and numbers alone: nothing is passed through from a caller. */
function containerOptions(
  { imageId, runtime }: Engine,
  limits: ContainerLimits,
  owner: Owner,
): Docker.ContainerCreateOptions & { HostConfig: { CgroupnsMode: string } } {
  const labels = {
    "parley.managed": "1",
    "parley.instance": owner.instance,
    "parley.process": owner.process,
    "parley.expires": new Date(Date.now() + limits.ttlSeconds * 1000).toISOString(),
  };
  const memoryBytes = limits.memoryMb * MIB;
  const fileBytesMax = limits.workspaceMb * MIB;
  return {
    Image: imageId,
    User: KEEPER,
    WorkingDir: "/",
    Hostname: "sandbox",
    Entrypoint: [],
    Cmd: ["sleep", String(limits.ttlSeconds)],
    // A fixed list: nothing of Parley's own environment.
    Env: [
      "PATH=/usr/local/bin:/usr/bin:/bin",
      `HOME=${WORKSPACE}`,
      "LANG=C.UTF-8",
      `PYTHONPATH=${WORKSPACE}`, // a file that an earlier block named can be imported
      "PYTHONUNBUFFERED=1", // else stdout would come after all of stderr
      "PYTHONDONTWRITEBYTECODE=1",
      "MPLBACKEND=Agg",
      "MPLCONFIGDIR=/tmp",
    ],
    AttachStdin: false,
    OpenStdin: false,
    Tty: false,
    StopTimeout: 0,
    Labels: labels,
    HostConfig: {
      AutoRemove: true,
      Init: true,
      Privileged: false,
      NetworkMode: "none",
      IpcMode: "private",
      CgroupnsMode: "private",
      PublishAllPorts: false,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true", `seccomp=${seccompProfile}`],
      ReadonlyRootfs: true,
      Memory: memoryBytes,
      MemorySwap: memoryBytes,
      NanoCpus: limits.cpus * 1e9,
      // gVisor's own threads count too (54 when idle), and it panics when it gets none.
      PidsLimit: runtime === "runsc" ? Math.max(512, limits.pids) : limits.pids,
      ShmSize: 8 * MIB,
      OomKillDisable: false,
      // Not nproc: the kernel counts that per uid, over all containers.
      Ulimits: [
        { Name: "nofile", Soft: 256, Hard: 256 },
        { Name: "core", Soft: 0, Hard: 0 },
        { Name: "fsize", Soft: fileBytesMax, Hard: fileBytesMax },
      ],
      LogConfig: { Type: "none", Config: {} },
      RestartPolicy: { Name: "" },
      ...(runtime ? { Runtime: runtime } : {}),
      Tmpfs: { "/tmp": "rw,nosuid,nodev,noexec,size=16m,nr_inodes=1024,mode=1777" },
      // A volume, not a tmpfs of the container: only a volume is seen by the calls that bring files in and out.
      Mounts: [
        {
          Type: "volume",
          Target: WORKSPACE,
          Source: "",
          VolumeOptions: {
            NoCopy: true,
            Labels: labels,
            DriverConfig: {
              Name: "local",
              Options: { type: "tmpfs", device: "tmpfs", o: `size=${limits.workspaceMb}m,nr_inodes=4096,mode=1777,nosuid,nodev` },
            },
          },
        },
      ],
    },
  };
}

const GONE_MS_MAX = 10_000; // Removing a container took 0.15 s, and 10 s when a stream of it had been left unread.
const GONE_LOOK_MS = 50;

/** Kills and removes a container with its workspace, and waits until it is gone. One that is gone already is fine; so is an engine that is. */
export async function removeBox(container: Docker.Container): Promise<void> {
  const deadlineMs = Date.now() + GONE_MS_MAX;
  try {
    await callEngine((options) => container.remove({ force: true, v: true, ...options }));
  } catch (error) {
    if (statusOf(error) !== 409) return; // 404: it was quicker. No status: the engine is gone, and its containers end by their time to live.
    // 409: the engine is removing it already. Then wait for the end of that.
    while (Date.now() < deadlineMs && (await isThere(container))) await new Promise((resolve) => setTimeout(resolve, GONE_LOOK_MS));
  }
}

async function isThere(container: Docker.Container): Promise<boolean> {
  try {
    await callEngine((options) => container.inspect(options));
    return true;
  } catch {
    return false;
  }
}
