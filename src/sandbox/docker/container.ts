import { randomUUID } from "node:crypto";
import { BOX_ENV, WORKSPACE } from "../box/box.ts";
import { labelsOf, type Owner } from "../owner.ts";
import { callEngine, statusOf, type Engine } from "./engine.ts";
import type { Removal } from "./removal.ts";
import { seccompProfile } from "./seccomp.ts";
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

/** The container's first process runs under another uid than the code, which therefore can neither signal nor trace it. */
const KEEPER = "65533:65533";
export const CODE_IDS = { uid: 65534, gid: 65534 };
export const CODE_USER = `${CODE_IDS.uid}:${CODE_IDS.gid}`;

const MIB = 1024 * 1024;

/** Makes and starts a container. When that fails, also by taking too long, nothing of it is left. */
export async function startContainer(engine: Engine, limits: ContainerLimits, owner: Owner, removal: Removal): Promise<Docker.Container> {
  // A name of ours: a container that the engine made after all, when nobody waited any more, can be found.
  const name = `parley-${randomUUID()}`;
  try {
    const container = await callEngine((options) =>
      engine.docker.createContainer({ name, ...containerOptions(engine, limits, owner), ...options }),
    );
    await callEngine((options) => container.start(options));
    return container;
  } catch (error) {
    const container = engine.docker.getContainer(name);
    if (statusOf(error) === undefined) removal.removeLater(container);
    else await removal.remove(container);
    throw error;
  }
}

/** Built from constants and numbers alone: nothing is passed through from a caller. */
function containerOptions(
  { imageId, runtime }: Engine,
  limits: ContainerLimits,
  owner: Owner,
): Docker.ContainerCreateOptions & { HostConfig: { CgroupnsMode: string } } {
  const labels = {
    ...labelsOf(owner),
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
    Env: Object.entries(BOX_ENV).map(([name, value]) => `${name}=${value}`),
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
      Tmpfs: {
        "/tmp": "rw,nosuid,nodev,noexec,size=16m,nr_inodes=1024,mode=1777",
        // The engine's own has no limit on the number of files.
        "/dev/shm": "rw,nosuid,nodev,noexec,size=8m,nr_inodes=1024,mode=1777",
      },
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
