import type { Sandbox } from "@e2b/code-interpreter";
import { BOX_ENV, WORKSPACE, type Command, type Ended, type Running } from "../box/box.ts";
import { runToEnd } from "../box/run.ts";
import { shellBox, type ShellBox } from "../box/shell.ts";
import { packFiles, packWorkspace } from "../box/tars.ts";

const REAPED_MS_MAX = 10_000;
const COPY_MS_MAX = 30_000;
const TAR_BYTES_MAX = 24 * 1024 * 1024 + 1; // One more than is read: a larger one is seen to be cut.
const OUT_TAR = "/root/parley-out.tar";
const IN_TAR = "/root/parley-in.tar";
const WORKSPACE_BYTES_MAX = 128 * 1024 * 1024 + 1;
const WORKSPACE_TAR = "/root/parley-work.tar";
const RESTORED_TAR = "/tmp/parley-work.tar";

/** A micro-VM as a box. Its kernel is the wall; inside, code is an ordinary user who cannot become root. */
export function microVmBox(sandbox: Sandbox, { endsAtMs, oomKills }: { endsAtMs: number; oomKills: number }): ShellBox {
  const gone = Promise.withResolvers<void>();
  const asRoot = (command: Command): Promise<Running> => startAs(sandbox, "root", command);
  let oomKillsSeen = oomKills;
  let hasGiven = false;

  /** By the kernel's own count; code cannot write it. */
  async function hasKilledForMemory(): Promise<boolean> {
    const said = await runToEnd(asRoot, OOM_KILLS, REAPED_MS_MAX);
    const count = Number(/^\d+$/m.exec(said?.stdout ?? "")?.[0] ?? oomKillsSeen);
    const grown = count > oomKillsSeen;
    oomKillsSeen = count;
    return grown;
  }

  async function endOf(end: Ended | undefined): Promise<Ended | undefined> {
    if (end) return end.exitCode === 137 || end.exitCode === 1 ? { ...end, outOfMemory: await hasKilledForMemory() } : end;
    if (!(await sandbox.isRunning().catch(() => false))) gone.resolve();
    return undefined;
  }

  return shellBox({
    gone: gone.promise,
    endsAtMs,
    start: async (command) => {
      const running = await startAs(sandbox, "user", command);
      return { ...running, how: async () => endOf(await running.how()) };
    },
    reap: async () => (await runToEnd((command) => startAs(sandbox, "user", command), "kill -9 -1; exit 0", REAPED_MS_MAX))?.exitCode === 0,
    packOut: async function* () {
      const packed = await runToEnd(asRoot, `tar -cf - -C ${WORKSPACE} out | head -c ${TAR_BYTES_MAX} > ${OUT_TAR}`, COPY_MS_MAX);
      if (packed?.exitCode !== 0) throw new Error("out/ could not be packed");
      const stream = await sandbox.files.read(OUT_TAR, { user: "root", format: "stream" });
      yield* stream as unknown as AsyncIterable<Uint8Array>;
    },
    packWorkspace: async function* () {
      const script = `tar -cf - -C / work | head -c ${WORKSPACE_BYTES_MAX} > ${WORKSPACE_TAR}`;
      if ((await runToEnd(asRoot, script, COPY_MS_MAX))?.exitCode !== 0) throw new Error("the workspace could not be packed");
      yield* (await sandbox.files.read(WORKSPACE_TAR, { user: "root", format: "stream" })) as unknown as AsyncIterable<Uint8Array>;
    },
    restore: async (files) => {
      // out/ is there already, and root's.
      const tar = await packWorkspace(
        files.filter(({ path }) => path !== "out/"),
        { uid: 0, gid: 0 },
      );
      await sandbox.files.write(RESTORED_TAR, new Blob([new Uint8Array(tar)]), { user: "user" });
      // As the code's user, whose files they are to be. No code has run yet, so that nobody has put another tar there; the next block sweeps it away.
      const script = `tar -xpf ${RESTORED_TAR} --no-same-owner -C ${WORKSPACE}`;
      const done = await runToEnd((command) => startAs(sandbox, "user", command), script, COPY_MS_MAX);
      if (done?.exitCode !== 0) throw new Error("the files could not be laid into the workspace");
    },
    bringIn: async (files) => {
      const tar = await packFiles(files);
      await sandbox.files.write(IN_TAR, new Blob([new Uint8Array(tar)]), { user: "root" });
      // The first time, whatever the code made in its place goes. After that the folder is root's.
      const script = `cd ${WORKSPACE} && ${hasGiven ? "" : "rm -rf in && "}tar -xf ${IN_TAR} --no-same-owner`;
      if ((await runToEnd(asRoot, script, COPY_MS_MAX))?.exitCode !== 0) throw new Error("the files could not be laid into the workspace");
      hasGiven = true;
    },
    remove: async () => {
      await sandbox.kill().catch(() => {}); // Gone already, or out of reach: then its time ends it.
      gone.resolve();
    },
  });
}

/** Of the control group where there is one, else of the whole machine. With the shell's own means. */
export const OOM_KILLS = `for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control /proc/vmstat; do
  [ -r "$file" ] && while read -r key value; do [ "$key" = oom_kill ] && echo "$value"; done < "$file"
done`;

/** Starts a program in the workspace as root or as the user that code runs under, who is kept from becoming another. */
export async function startAs(sandbox: Sandbox, user: "root" | "user", { args, stdin, onOutput }: Command): Promise<Running> {
  const environment = Object.entries(BOX_ENV).map(([name, value]) => `${name}=${value}`);
  const words = [...(user === "root" ? [] : ["setpriv", "--no-new-privs"]), "/usr/bin/env", "-i", ...environment, ...args];
  let listening = true;
  const pass = (stream: "stdout" | "stderr") => (text: string) => {
    if (listening) onOutput(stream, Buffer.from(text));
  };
  const handle = await sandbox.commands.run(`exec ${words.map(quoted).join(" ")}`, {
    background: true,
    user,
    cwd: user === "root" ? "/" : WORKSPACE,
    stdin: true,
    timeoutMs: 0, // Parley has its own clock.
    onStdout: pass("stdout"),
    onStderr: pass("stderr"),
  });
  const ended = handle.wait().then(endOf, endOf);
  if (stdin.length > 0) await handle.sendStdin(new Uint8Array(stdin));
  return {
    ended: ended.then(() => {}),
    how: () => ended,
    letGo: () => {
      listening = false;
      void handle.disconnect().catch(() => {}); // it is broken already
    },
  };
}

/** A command that ended otherwise than by 0 comes as an error with the code; everything else says that the way to it broke. */
function endOf(result: unknown): Ended | undefined {
  const { exitCode, error } = result as { exitCode?: unknown; error?: unknown };
  if (typeof exitCode !== "number") return undefined;
  if (exitCode >= 0) return { exitCode, outOfMemory: false };
  const signal = SIGNALS[/signal: ([a-z ]+)/.exec(String(error))?.[1]?.trim() ?? ""];
  return { exitCode: signal === undefined ? 1 : 128 + signal, outOfMemory: false };
}

/** As Go spells them, which the service is written in. */
const SIGNALS: { readonly [name: string]: number } = {
  hangup: 1,
  interrupt: 2,
  quit: 3,
  aborted: 6,
  "bus error": 7,
  "floating point exception": 8,
  killed: 9,
  "segmentation fault": 11,
  "broken pipe": 13,
  "alarm clock": 14,
  terminated: 15,
  "file size limit exceeded": 25,
};

/** For a shell, whatever the word holds. */
const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
