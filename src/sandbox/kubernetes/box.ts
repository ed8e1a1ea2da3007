import { PassThrough, Writable } from "node:stream";
import type { CoreV1Api, Exec, V1Status } from "@kubernetes/client-node";
import { WORKSPACE, type Command, type Ended, type Running } from "../box/box.ts";
import { runToEnd } from "../box/run.ts";
import { shellBox, type ShellBox } from "../box/shell.ts";
import { packFiles, packWorkspace } from "../box/tars.ts";
import { CONTAINER } from "./pod.ts";

interface Pod {
  readonly core: CoreV1Api;
  readonly exec: Exec;
  readonly namespace: string;
  readonly name: string;
  readonly endsAtMs: number;
}

const REAPED_MS_MAX = 10_000; // over the API server and the node
const COPY_MS_MAX = 30_000;

/** A running pod as a box. Everything goes by exec: a WebSocket to the API server for each command. */
export function podBox({ core, exec, namespace, name, endsAtMs }: Pod): ShellBox {
  const gone = Promise.withResolvers<void>();
  let oomKills = 0;

  async function start({ args, stdin, onOutput }: Command): Promise<Running> {
    let listening = true;
    const pipe = (stream: "stdout" | "stderr"): Writable =>
      new Writable({
        write(chunk: Buffer, _encoding, done) {
          if (listening) onOutput(stream, chunk);
          done();
        },
      });
    // Never ended: in the protocol before v5 that would close the socket, and with it the output.
    const input = new PassThrough();
    const { promise: status, resolve } = Promise.withResolvers<V1Status | undefined>();
    const socket = await exec.exec(namespace, name, CONTAINER, [...args], pipe("stdout"), pipe("stderr"), input, false, resolve);
    socket.on("close", () => resolve(undefined));
    socket.on("error", () => resolve(undefined)); // "close" follows
    if (stdin.length > 0) input.write(Buffer.from(stdin));
    return {
      ended: status.then(() => {}),
      how: async () => endOf(await status),
      letGo: () => {
        listening = false;
        socket.terminate();
      },
    };
  }

  /** The code's own, of which is to be told whether the kernel killed in it. */
  async function startCode(command: Command): Promise<Running> {
    const running = await start(command);
    return {
      ...running,
      how: async () => {
        const end = await running.how();
        return end && end.exitCode !== 0 && !end.outOfMemory ? { ...end, outOfMemory: await hasKilledForMemory() } : end;
      },
    };
  }

  async function endOf(status: V1Status | undefined): Promise<Ended | undefined> {
    const exitCode = status && exitCodeOf(status);
    if (exitCode !== undefined) return { exitCode, outOfMemory: false };
    // No exit code: the pod ended, or the way to it broke.
    const pod = await core.readNamespacedPod({ namespace, name }).catch(() => undefined);
    if (pod?.status?.phase !== "Running") gone.resolve();
    return pod?.status?.containerStatuses?.[0]?.state?.terminated?.reason === "OOMKilled"
      ? { exitCode: 137, outOfMemory: true }
      : undefined;
  }

  /** By the kernel's own count for the container; code cannot write it. */
  async function hasKilledForMemory(): Promise<boolean> {
    const said = await runToEnd(start, OOM_KILLS, REAPED_MS_MAX);
    const count = Number(/^\d+$/m.exec(said?.stdout ?? "")?.[0] ?? oomKills);
    const grown = count > oomKills;
    oomKills = count;
    return grown;
  }

  return shellBox({
    gone: gone.promise,
    endsAtMs,
    start: startCode,
    reap: async () => (await runToEnd(start, REAP, REAPED_MS_MAX))?.exitCode === 0,
    packOut: () => output(start, `tar -cf - -C ${WORKSPACE} out`),
    packWorkspace: () => output(start, "tar -cf - -C / work"),
    restore: async (files) => {
      const tar = await packWorkspace(files, { uid: 0, gid: 0 });
      const script = `head -c ${tar.length} | tar -xpf - --no-same-owner`;
      const done = await runToEnd((command) => start({ ...command, stdin: tar }), script, COPY_MS_MAX);
      if (done?.exitCode !== 0) throw new Error("the files could not be laid into the workspace");
    },
    bringIn: async (files) => {
      const tar = await packFiles(files);
      // One user for all: that the files are read-only keeps accidents away, not a will. A copy of them is Parley's.
      const script = `{ [ -d in ] && [ ! -L in ]; } || rm -rf in; [ -d in ] && chmod u+w in; head -c ${tar.length} | tar -xf - --no-same-owner && chmod a-w in`;
      const done = await runToEnd((command) => start({ ...command, stdin: tar }), script, COPY_MS_MAX);
      if (done?.exitCode !== 0) throw new Error("the files could not be laid into the workspace");
    },
    remove: async () => {
      // Gone already, or out of reach: then its deadline ends it.
      await core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 }).catch(() => {});
      gone.resolve();
    },
  });
}

/** Ends every process of the code, however many there are and whatever they ignore; the caller of the signal and the pod's first are spared. */
const REAP = "kill -9 -1; exit 0";

/** With the shell's own means, in the file of either version of control groups. */
const OOM_KILLS =
  'for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do [ -r "$file" ] && while read -r key value; do [ "$key" = oom_kill ] && echo "$value"; done < "$file"; done';

function exitCodeOf({ status, details }: V1Status): number | undefined {
  if (status === "Success") return 0;
  const code = Number(details?.causes?.find(({ reason }) => reason === "ExitCode")?.message);
  return Number.isInteger(code) && code > 0 ? code : undefined;
}

/** What a command of ours prints, as it comes. Ends with the command; fails when that had no end. */
async function* output(start: (command: Command) => Promise<Running>, script: string): AsyncGenerator<Uint8Array> {
  const stream = new PassThrough();
  const onOutput: Command["onOutput"] = (name, bytes) => void (name === "stdout" && stream.write(Buffer.from(bytes)));
  const running = await start({ args: ["/bin/sh", "-c", script], stdin: Buffer.alloc(0), onOutput });
  void running.ended
    .then(() => running.how())
    .then((end) => (end?.exitCode === 0 ? stream.end() : stream.destroy(new Error("the command failed"))));
  try {
    yield* stream as AsyncIterable<Uint8Array>;
  } finally {
    running.letGo();
  }
}
