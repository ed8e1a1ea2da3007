import type { SandboxCase } from "./expectations.ts";

/** Checks after a case: nothing of it runs, and the next block does. */
export const RESTED = ["no-user-processes", "executor-usable"];

export function python(id: string, code: string, expect: SandboxCase["expect"], more: Partial<SandboxCase> = {}): SandboxCase {
  return { id, language: "python", code, appliesTo: ["docker"], ...(expect ? { expect } : {}), ...more };
}

export function bash(id: string, code: string, expect: SandboxCase["expect"], more: Partial<SandboxCase> = {}): SandboxCase {
  return { ...python(id, code, expect, more), language: "bash" };
}

/** Against the processes of ours in the container, and against those that end what code leaves behind. */
export const PROCESS_ATTACKS: readonly SandboxCase[] = [
  // --- against whoever ends what code leaves behind
  python(
    "reap-kill-storm",
    `
import os, signal, time
if os.fork() == 0:
    os.setsid()
    for fd in (0, 1, 2): os.close(fd)
    while True:
        try: os.kill(-1, signal.SIGKILL)
        except OSError: pass
print("left", flush=True)
`,
    { status: ["ok", "error"], after: RESTED },
  ),
  python(
    "reap-pid-hopping",
    `
import os, time
if os.fork() == 0:
    os.setsid()
    for fd in (0, 1, 2): os.close(fd)
    while True:
        try:
            if os.fork(): os._exit(0)
        except OSError: time.sleep(0.001)
print("left", flush=True)
`,
    { status: ["ok"], after: RESTED },
  ),
  python(
    "reap-memory-of-newcomers",
    `
import os
if os.fork() == 0:
    os.setsid()
    for fd in (0, 1, 2): os.close(fd)
    known = set(os.listdir("/proc"))
    while True:
        for pid in set(os.listdir("/proc")) - known:
            if not pid.isdigit(): continue
            try:
                for line in open(f"/proc/{pid}/maps"):
                    if "r-xp" in line:
                        at = int(line.split("-")[0], 16)
                        with open(f"/proc/{pid}/mem", "r+b", 0) as memory:
                            memory.seek(at); memory.write(b"\\xcc" * 4096)
            except (OSError, ValueError): pass
print("left", flush=True)
`,
    { status: ["ok"], after: RESTED },
  ),
  python(
    "reap-stopped-and-deaf",
    `
import os, signal, time
for n in range(20):
    if os.fork() == 0:
        os.setsid()
        for sig in range(1, 65):
            try: signal.signal(sig, signal.SIG_IGN)
            except (OSError, ValueError): pass
        for fd in (0, 1, 2): os.close(fd)
        os.kill(os.getpid(), signal.SIGSTOP)
        while True: time.sleep(1)
print("left", flush=True)
`,
    { status: ["ok"], after: RESTED },
  ),
  bash(
    "reap-disguised",
    "(exec -a 'sh -c parley-waiting' sleep 1000 >/dev/null 2>&1 </dev/null &)\n(setsid bash -c 'exec -a parley-waiting sleep 1000' >/dev/null 2>&1 </dev/null &)\nsleep 0.3; echo left\n",
    {
      status: ["ok"],
      stdout: ["left"],
      after: RESTED,
    },
  ),
  bash("reap-full-house", "for n in $(seq 1 100); do (setsid sleep 1000 >/dev/null 2>&1 </dev/null &) 2>/dev/null; done; echo left\n", {
    status: ["ok", "error", "timeout"],
    after: RESTED,
  }),

  // --- against the processes of ours
  python(
    "ours-signals",
    `
import os, signal
hit = []
for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
    if os.stat(f"/proc/{pid}").st_uid == os.getuid(): continue
    for sig in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL, signal.SIGHUP):
        try: os.kill(pid, sig); hit.append((pid, sig))
        except OSError: pass
print("hit", hit)
`,
    { status: ["ok"], stdout: ["^hit \\[\\]$"], after: RESTED },
  ),
  python(
    "ours-memory-streams-folders",
    `
import os
got = []
for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
    if os.stat(f"/proc/{pid}").st_uid == os.getuid(): continue
    for what in ("mem", "environ", "maps", "fd/0", "fd/1", "fd/2", "root/etc/hostname", "cwd/out", "stack", "syscall", "auxv", "io"):
        for mode in ("rb", "r+b"):
            try: open(f"/proc/{pid}/{what}", mode).read(1); got.append((pid, what))
            except (OSError, ValueError): pass
print("got", got)
`,
    { status: ["ok"], stdout: ["^got \\[\\]$"], after: RESTED },
  ),
  python(
    "ours-limits-and-priorities",
    `
import os, resource
changed = []
for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
    if os.stat(f"/proc/{pid}").st_uid == os.getuid(): continue
    for attempt in (lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (0, 0)), lambda: os.setpriority(os.PRIO_PROCESS, pid, 19),
                    lambda: os.sched_setaffinity(pid, {0}), lambda: open(f"/proc/{pid}/oom_score_adj", "w").write("1000")):
        try: attempt(); changed.append(pid)
        except OSError: pass
print("changed", changed)
`,
    { status: ["ok"], stdout: ["^changed \\[\\]$"], after: RESTED },
  ),
  python(
    "ours-oom-pecking-order",
    "import os\ntry:\n    os.write(os.open('/proc/self/oom_score_adj', os.O_WRONLY), b'-1000'); print('PROTECTED')\nexcept OSError: print('denied')\n",
    {
      status: ["ok"],
      stdout: ["denied"],
      notStdout: ["PROTECTED"],
    },
  ),
  python(
    "ours-memory-hogs",
    `
import os, time
for n in range(6):
    if os.fork() == 0:
        os.setsid()
        hoard = []
        while True:
            hoard.append(bytearray(b"x" * 1048576)); time.sleep(0.001)
time.sleep(6)
print("alive")
`,
    { status: ["oom", "error", "timeout", "ok"], after: RESTED },
    { timeoutMs: 4_000 },
  ),
];
