import { bash, PROCESS_ATTACKS, python, RESTED } from "./attacks-on-processes.ts";
import type { Defaults, SandboxCase } from "./expectations.ts";

/** What the attacks are tried under: small limits, so that they are reached quickly. */
export const ATTACK_DEFAULTS: Defaults = {
  timeoutMs: 8_000,
  limits: { memoryMiB: 256, cpus: 1, pids: 64, diskMiB: 64, outputBytes: 65_536 },
  artefacts: { maxFiles: 20, maxBytesEach: 8 * 1024 * 1024, maxTotalBytes: 16 * 1024 * 1024 },
};

/**
 * Attacks on how this sandbox is built: on the processes of ours that stay in the container, on the streams through which it is spoken to,
 * on what is done between two blocks. Each defect that was found stays here as a case.
 */
export const ATTACKS: readonly SandboxCase[] = [
  python("control-python", "print(6*7)\n", { status: ["ok"], stdout: ["^42$"] }),
  bash("control-bash", "echo $((6*7))\n", { status: ["ok"], stdout: ["^42$"] }),
  {
    id: "control-javascript",
    language: "javascript",
    code: "console.log(6*7)\n",
    requires: ["javascript"],
    expect: { status: ["ok"], stdout: ["^42$"] },
  },

  ...PROCESS_ATTACKS,

  // --- against the streams
  python(
    "stream-engine-frames",
    "import sys\nsys.stdout.buffer.write(b'\\x02\\0\\0\\0\\0\\0\\0\\x06forged' + b'\\x01\\0\\0\\0\\xff\\xff\\xff\\xff' + b'end')\n",
    {
      status: ["ok"],
      stdout: ["forged", "end$"],
      notStdout: ["\\u0002"],
    },
  ),
  python(
    "stream-waiting-shell",
    "/bin/echo\n/work/stolen\nimport os\nprint(6*7)\n".replace("/bin/echo\n/work/stolen\n", "# /bin/echo\n# /work/stolen\n") +
      "print(os.path.exists('/work/stolen'))\n",
    { status: ["ok"], stdout: ["^42$", "^False$"] },
  ),
  bash(
    "stream-of-others",
    "for fd in /proc/[0-9]*/fd/*; do echo forged > $fd; done 2>/dev/null\necho done\n",
    { status: ["ok"], after: RESTED },
    {
      blocks: [
        {
          language: "bash",
          code: "(setsid sh -c 'while :; do for fd in /proc/[0-9]*/fd/1; do echo forged > $fd; done; done' >/dev/null 2>&1 </dev/null &) ; echo started\n",
        },
        { language: "python", code: "print('mine')\n", expect: { status: ["ok"], stdout: ["^mine\\n$"], notStdout: ["forged"] } },
      ],
    },
  ),
  python(
    "stream-both-at-once",
    "import os, threading\ndef flood(fd):\n    while True: os.write(fd, b'x' * 65536)\nfor fd in (1, 2): threading.Thread(target=flood, args=(fd,)).start()\n",
    {
      status: ["output_limit", "timeout"],
      truncated: true,
      maxOutputBytes: 70_000,
      after: RESTED,
    },
  ),
  python(
    "stream-torn-letters",
    "import sys, time\nfor byte in '\\u20ac\\U0001f600'.encode() * 50 + b'\\xf0\\x9f': sys.stdout.buffer.write(bytes([byte])); sys.stdout.buffer.flush()\nprint('end')\n",
    {
      status: ["ok"],
      stdout: ["\\u20ac\\u{1f600}".replace("\\u{1f600}", "\\ud83d\\ude00"), "end$"],
    },
  ),

  // --- against what comes back
  python(
    "files-odd-kinds",
    `
import os, socket
os.symlink("/proc/1/environ", "out/environ"); os.symlink("/etc", "out/etc"); os.mkfifo("out/pipe")
s = socket.socket(socket.AF_UNIX); s.bind("out/socket")
os.symlink("self", "out/self"); os.link("out/self", "out/hard")
open("out/good.txt", "w").write("good")
`,
    { status: ["ok"], artefacts: { exactly: ["good.txt"], notice: true }, after: RESTED },
  ),
  python(
    "files-names-with-sequences",
    "for name in ('a\\x1b]0;title\\x07.txt', 'b\\x9b31m.txt', 'c\\u202etxt.exe', '-rf', ' ', '..\\u2215..\\u2215etc'): open('out/' + name, 'w').write(name)\n",
    {
      status: ["ok"],
      artefacts: { exactly: ["a_]0;title_.txt", "b_31m.txt", "c_txt.exe", "-rf", "file", "..\u2215..\u2215etc"] },
    },
  ),
  python(
    "files-folder-of-no-rights",
    "import os\nopen('out/seen.txt', 'w').write('x')\nos.chmod('out/seen.txt', 0)\nos.chmod('out', 0)\n",
    {
      status: ["ok"],
      artefacts: { exactly: ["seen.txt"] },
      after: RESTED,
    },
  ),
  python(
    "files-swapped-while-read",
    `
import os
os.makedirs("other", exist_ok=True)
open("out/plain.txt", "w").write("x" * 1000)
if os.fork() == 0:
    os.setsid()
    for fd in (0, 1, 2): os.close(fd)
    while True:
        try:
            os.rename("out", "kept"); os.symlink("/etc", "out"); os.unlink("out"); os.rename("kept", "out")
        except OSError: pass
print("racing", flush=True)
`,
    { status: ["ok"], artefacts: { notContaining: ["root:x:0:0"] }, after: RESTED },
  ),
  python(
    "files-monster",
    "f = open('out/monster', 'wb')\ntry: f.truncate(1 << 40); print('made')\nexcept OSError as e: print('errno', e.errno)\nopen('out/good', 'w').write('x')\n",
    {
      status: ["ok", "error"],
      notStdout: ["made"],
      after: RESTED,
    },
  ),

  // --- against the room
  python(
    "room-inodes",
    `
made = {}
for place in (".", "/tmp", "/dev/shm", "out"):
    n = 0
    try:
        while n < 20000:
            open(f"{place}/n{n}", "w").close(); n += 1
    except OSError: pass
    made[place] = n
print("made", sum(made.values()))
`,
    { status: ["ok"], stdout: [{ capture: "made (\\d+)", max: 12_000 }], after: ["executor-usable"] },
    { timeoutMs: 20_000 },
  ),
  bash(
    "room-setuid",
    "cp /bin/sh ./rootsh 2>/dev/null; chmod 6755 ./rootsh 2>/dev/null; ./rootsh -p -c 'id -u' 2>/dev/null\nfor f in $(find / -xdev -perm -4000 -type f 2>/dev/null); do $f -c 'id -u' root </dev/null 2>/dev/null | grep -qx 0 && echo ROOT; done; echo done\n",
    { status: ["ok"], stdout: ["done"], notStdout: ["ROOT", "^0$"], after: RESTED },
    { timeoutMs: 20_000 },
  ),
  python(
    "room-sockets",
    `
import socket, os
reached = []
for line in open("/proc/net/unix").read().splitlines()[1:]:
    path = line.split()[-1]
    if path.startswith(("@", "/")):
        s = socket.socket(socket.AF_UNIX)
        try: s.connect(path.replace("@", "\\0", 1)); reached.append(path)
        except OSError: pass
for path in ("/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock", "/run/dbus/system_bus_socket"):
    if os.path.exists(path): reached.append(path)
print("reached", reached, socket.if_nameindex())
`,
    { status: ["ok"], stdout: ["^reached \\[\\] \\[\\(1, 'lo'\\)\\]$"] },
  ),
  python(
    "room-kernel-knobs",
    `
import glob
wrote = []
for path in ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/vm/drop_caches", "/proc/self/uid_map", "/proc/irq/default_smp_affinity",
             "/sys/kernel/uevent_helper", "/sys/power/state", *glob.glob("/sys/fs/cgroup/**/release_agent", recursive=True),
             *glob.glob("/sys/fs/cgroup/*/cgroup.procs"), *glob.glob("/sys/fs/cgroup/memory/memory.*")]:
    try:
        with open(path, "w") as f: f.write("1"); f.flush(); wrote.append(path)
    except OSError: pass
print("wrote", wrote)
`,
    { status: ["ok"], stdout: ["^wrote \\[\\]$"] },
  ),
  python(
    "room-next-block-is-poisoned",
    "open('sitecustomize.py', 'w').write('import os; os._exit(0)')\n",
    {},
    {
      blocks: [
        {
          language: "python",
          code: "import os\nos.makedirs('.config', exist_ok=True)\nopen('.profile', 'w').write('exit 0')\nopen('.bashrc', 'w').write('exit 0')\nopen('cat', 'w').write('#!/bin/sh\\nexit 0'); os.chmod('cat', 0o755)\nopen('/tmp/main.py', 'w').close(); os.mkdir('/tmp/main.bash')\n",
          expect: { status: ["ok"] },
        },
        { language: "bash", code: "echo mine\n", expect: { status: ["ok"], stdout: ["^mine$"] } },
        { language: "python", code: "print('mine')\n", expect: { status: ["ok"], stdout: ["^mine$"] } },
      ],
    },
  ),
  {
    id: "room-node-workers",
    language: "javascript",
    requires: ["javascript"],
    appliesTo: ["docker"],
    code: "const { Worker } = require('node:worker_threads');\nlet made = 0;\nfor (let n = 0; n < 200; n++) { const w = new Worker('for(;;);', { eval: true }); w.on('error', () => {}); w.on('online', () => made++); }\n",
    timeoutMs: 4_000,
    expect: { status: ["timeout", "error", "oom"], after: RESTED },
  },
];
