import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readlinkSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { BOX_ENV, WORKSPACE, type Command, type Running } from "../box/box.ts";
import { runToEnd, within } from "../box/run.ts";
import { shellBox, type ShellBox } from "../box/shell.ts";
import { packFiles, packWorkspace } from "../box/tars.ts";
import { TreeMemory } from "./memory.ts";

export interface OsLimits {
  /** Of one process by the kernel; of all together by a look ten times a second. */
  readonly memoryMb: number;
  readonly pids: number;
  /** Files of the workspace, of /tmp and of /dev/shm together. They are memory. */
  readonly workspaceMb: number;
}

/** Absolute paths of the programs that make a box. */
export interface OsPrograms {
  readonly bwrap: string;
  readonly prlimit: string;
  readonly unshare: string;
  readonly nsenter: string;
  readonly nice: string;
  /** Only root needs it: to become a user who owns nothing. */
  readonly setpriv: string | undefined;
}

export interface OsParts {
  readonly programs: OsPrograms;
  readonly limits: OsLimits;
  readonly seccomp: Buffer;
}

const START_MS_MAX = 60_000; // It took 20 ms; seconds beside thirty others on two cores.
const GONE_MS_MAX = 20_000; // A killed namespace was empty after 10 ms, after a fork bomb 60 ms.
const COPY_MS_MAX = 60_000;
const NICENESS = 10; // Parley goes first.
const INODES_MAX = 4096;
const NOBODY = 65_532; // A user id that no account has; under nobody's own (65534) other services run, under the next one containers.

/**
 * Makes a box of two layers. The keeper holds a sized file system that lasts as long as its namespaces; no code of a model ever runs there.
 * Each block gets namespaces of its own below it, which end with the block and take every process with them. Fails when the host lets
 * nobody make namespaces; the message is the keeper's last words.
 */
export async function startOsBox({ programs, limits, seccomp }: OsParts): Promise<ShellBox> {
  const asNobody =
    process.getuid?.() === 0 && programs.setpriv
      ? [programs.setpriv, `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups", "--"]
      : [];
  const keeper = spawnWith([...asNobody, programs.unshare, ...KEEPER_NAMESPACES, "/bin/sh", "-c", keeperScript(limits)], "ignore");
  const gone = Promise.withResolvers<void>();
  keeper.on("error", () => gone.resolve());
  keeper.on("close", () => gone.resolve());
  keeper.stdin.on("error", () => {});
  let lastWords = "";
  keeper.stderr.on("data", (chunk: Buffer) => (lastWords = (lastWords + chunk.toString()).slice(-500)));
  const ready = Promise.race([once(keeper.stdout, "data").then(() => true), gone.promise.then(() => false)]);
  if (!(await within(ready, START_MS_MAX)) || !(await ready)) {
    keeper.kill("SIGKILL");
    throw new Error(lastWords.trim() || "the namespaces could not be made");
  }
  keeper.stdout.resume();

  const inKeeper = [...asNobody, programs.nsenter, "--preserve-credentials", "--user", "--mount", `--target=${keeper.pid}`, "--"];
  let hasGiven = false;
  let running: ChildProcess | undefined;

  /** Only for commands of ours, at rest: it sees the host's files. */
  function startTrusted({ args, stdin, onOutput }: Command): Promise<Running> {
    return Promise.resolve(watch(spawnWith([...inKeeper, ...args], "ignore"), stdin, onOutput).running);
  }

  return shellBox({
    gone: gone.promise,
    endsAtMs: Number.POSITIVE_INFINITY,
    start: async ({ args, stdin, onOutput }) => {
      if (keeper.exitCode !== null || keeper.signalCode !== null) throw new Error("the keeper is gone");
      const child = spawnWith([...inKeeper, programs.nice, `-n${NICENESS}`, ...blockCommand(programs, limits, hasGiven), ...args], "pipe");
      const filter = child.stdio[3] as Writable;
      filter.on("error", () => {}); // it died before it read the filter; its end tells
      filter.end(seccomp);
      running = child;
      const memory = new TreeMemory(child.pid, limits.memoryMb * 1024 * 1024, () => child.kill("SIGKILL"));
      const watched = watch(child, stdin, onOutput);
      void watched.running.ended.then(() => memory.stop());
      return {
        ...watched.running,
        how: async () => {
          const end = await watched.running.how();
          return end && { ...end, outOfMemory: memory.exceeded || saysOutOfMemory(watched.lastWords()) };
        },
      };
    },
    reap: async () => {
      const child = running;
      running = undefined;
      if (!child || child.exitCode !== null || child.signalCode !== null) return true;
      // Its namespace dies with it: bwrap is bound to end with its parent.
      child.kill("SIGKILL");
      return within(once(child, "close"), GONE_MS_MAX);
    },
    packOut: () => trustedOutput([...inKeeper, "/bin/tar", "-cf", "-", "-C", KEPT_WORKSPACE, "out"]),
    packWorkspace: () => trustedOutput([...inKeeper, "/bin/tar", "-cf", "-", "-C", "/tmp", "work"]),
    restore: async (files) => {
      const tar = await packWorkspace(files, { uid: 0, gid: 0 });
      const script = `head -c ${tar.length} | tar -xpf - --no-same-owner -C ${KEPT_WORKSPACE}`;
      const done = await runToEnd((command) => startTrusted({ ...command, stdin: tar }), script, COPY_MS_MAX);
      if (done?.exitCode !== 0) throw new Error("the files could not be laid into the workspace");
    },
    bringIn: async (files) => {
      const tar = await packFiles(files);
      // No process of the code is left, so nothing is swapped meanwhile. The empty folder marks where the files are laid over the workspace.
      const script = `head -c ${tar.length} | tar -xf - --no-same-owner -C /tmp && cd ${KEPT_WORKSPACE} && rm -rf in && mkdir in`;
      const done = await runToEnd((command) => startTrusted({ ...command, stdin: tar }), script, COPY_MS_MAX);
      if (done?.exitCode !== 0) throw new Error("the files could not be laid into the workspace");
      hasGiven = true;
    },
    remove: async () => {
      running?.kill("SIGKILL");
      keeper.kill("SIGKILL");
      await within(gone.promise, GONE_MS_MAX);
    },
  });
}

const KEEPER_NAMESPACES = ["--user", "--map-root-user", "--mount", "--propagation", "private"];
const KEPT_WORKSPACE = "/tmp/work";
const KEPT_GIVEN = "/tmp/in";

/** Ends with its stdin, that is with Parley. The file system is mounted by hand: bwrap cannot limit the number of files. */
function keeperScript({ workspaceMb }: OsLimits): string {
  return `set -e
mount -t tmpfs -o size=${workspaceMb}m,nr_inodes=${INODES_MAX},mode=0700,nosuid,nodev tmpfs /tmp
mkdir ${KEPT_WORKSPACE} ${KEPT_WORKSPACE}/out ${KEPT_GIVEN} /tmp/tmp /tmp/shm
echo ready
exec cat >/dev/null`;
}

/**
 * The outer bwrap makes everything: processes, network, files. The inner one only a further user namespace, under the filter: so the first
 * process, which is the outer one's, can be neither traced nor read by the code.
 */
function blockCommand({ bwrap, prlimit }: OsPrograms, { memoryMb, pids, workspaceMb }: OsLimits, hasGiven: boolean): string[] {
  const environment = Object.entries(BOX_ENV).flatMap(([name, value]) => ["--setenv", name, value]);
  const overlay = hasGiven ? ["--ro-bind", KEPT_GIVEN, `${WORKSPACE}/in`] : [];
  return [
    bwrap,
    ...words(`--unshare-all --unshare-user --die-with-parent --new-session --clearenv --cap-drop ALL
      --uid 65534 --gid 65534 --hostname sandbox`),
    ...systemFolders(),
    ...words(`--proc /proc --dev /dev --bind /tmp/shm /dev/shm --remount-ro /dev
      --bind /tmp/tmp /tmp --bind ${KEPT_WORKSPACE} ${WORKSPACE}`),
    ...overlay,
    ...words(`--remount-ro / --chdir ${WORKSPACE}`),
    ...environment,
    "--",
    bwrap,
    ...words(`--unshare-user --disable-userns --die-with-parent --cap-drop ALL --seccomp 3 --dev-bind / / --chdir ${WORKSPACE} --`),
    prlimit,
    ...words(`--data=${memoryMb * MIB} --nproc=${pids} --nofile=256 --core=0 --fsize=${workspaceMb * MIB} --`),
    // When the host runs short, the code is killed before Parley is.
    "/bin/sh",
    "-c",
    'echo 1000 > /proc/self/oom_score_adj; exec "$0" "$@"',
  ];
}

const MIB = 1024 * 1024;

/** For options whose values hold no blanks. */
const words = (text: string): string[] => text.trim().split(/\s+/);

// What programs need beside /usr: the linker's cache, alternatives, fonts. Nothing of /etc that says anything of the host's users or secrets.
const SETTINGS_SHOWN = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/mime.types", "/etc/localtime"];

function systemFolders(): string[] {
  const aliases = ["/bin", "/sbin", "/lib", "/lib64", "/lib32"].filter((path) => existsSync(path));
  return [
    "--ro-bind",
    "/usr",
    "/usr",
    ...aliases.flatMap((path) => (lstatSync(path).isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path])),
    ...SETTINGS_SHOWN.flatMap((path) => ["--ro-bind-try", path, path]),
  ];
}

type Piped = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable };

function spawnWith(args: readonly string[], fourth: "pipe" | "ignore"): Piped {
  const [program, ...rest] = args as [string, ...string[]];
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" }; // Nothing of Parley's own: the first process's is seen by root of the host only.
  return spawn(program, rest, { cwd: "/", env, stdio: ["pipe", "pipe", "pipe", fourth] }) as Piped;
}

const LAST_WORDS_CHARS = 4096;

function watch(child: Piped, stdin: Uint8Array, onOutput: Command["onOutput"]): { running: Running; lastWords: () => string } {
  let lastWords = "";
  let listening = true;
  child.stdout.on("data", (chunk: Buffer) => listening && onOutput("stdout", chunk));
  child.stderr.on("data", (chunk: Buffer) => {
    if (!listening) return;
    lastWords = (lastWords + chunk.toString()).slice(-LAST_WORDS_CHARS);
    onOutput("stderr", chunk);
  });
  child.stdin.on("error", () => {}); // it ended before it read all; its end tells
  child.stdin.end(stdin);
  const { promise: exitCode, resolve } = Promise.withResolvers<number | undefined>();
  child.on("error", () => resolve(undefined));
  child.on("close", (code) => resolve(code ?? 137));
  const how: Running["how"] = async () => {
    const code = await exitCode;
    return code === undefined ? undefined : { exitCode: code, outOfMemory: false };
  };
  const ended = exitCode.then(() => {});
  return { running: { ended, how, letGo: () => void (listening = false) }, lastWords: () => lastWords };
}

/** The limit of one process is no kill but a refusal, which programs tell by themselves. */
function saysOutOfMemory(lastWords: string): boolean {
  return /^(MemoryError\b|FATAL ERROR: .*out of memory|.*[Cc]annot allocate memory)/m.test(lastWords);
}

async function* trustedOutput(args: readonly string[]): AsyncGenerator<Uint8Array> {
  const child = spawnWith(args, "ignore");
  child.stdin.end();
  child.stderr.resume();
  child.on("error", () => {}); // its output ends, and an incomplete tar is told
  try {
    for await (const chunk of child.stdout) yield chunk as Uint8Array;
  } finally {
    child.kill("SIGKILL");
  }
}
