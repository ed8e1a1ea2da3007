import { afterAll, beforeAll, describe, expect, test } from "vitest";
import Docker from "dockerode";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import type { CodeResult, Executor, RunOptions, Session } from "../../../src/sandbox/executor.ts";
import { runIn } from "../../contracts/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

const hasDocker = await dockerAvailable();

describe.skipIf(!hasDocker)("hostile code in a container", () => {
  const instance = crypto.randomUUID();
  let executor: Executor;
  let session: Session;

  beforeAll(async () => {
    executor = await createDockerExecutor({ image: sandboxImage(), instance, memoryMb: 256 });
    session = await executor.open("thread");
  });
  afterAll(async () => {
    await executor.close();
    const left = await new Docker().listContainers({ all: true, filters: { label: [`parley.instance=${instance}`] } });
    if (left.length > 0) throw new Error(`${left.length} containers are left after close`);
  });

  const python = (code: string, options?: Partial<RunOptions>): Promise<CodeResult> => runIn(session, code, options);
  const bash = (code: string, options?: Partial<RunOptions>): Promise<CodeResult> => runIn(session, code, options, "bash");
  const usable = async (): Promise<void> =>
    expect(await python("print(6 * 7)")).toMatchObject({ outcome: "ok", stdout: "42\n", notices: [] });

  test("a fork bomb is ended and leaves neither a process nor a mark on the next block", async () => {
    expect(await bash(":(){ :|:& };:\nsleep 30", { timeoutMs: 2_000 })).toMatchObject({ outcome: "timeout" });
    const { stdout } = await python(
      "import os\nfor p in os.listdir('/proc'):\n    if p.isdigit() and os.stat('/proc/' + p).st_uid == os.getuid() and int(p) != os.getpid(): print(p)",
    );
    expect(stdout).toBe("");
    await usable();
  });

  test("more processes than allowed cannot be made", async () => {
    const { stdout } = await python(
      "import os, time\nmade = 0\ntry:\n    for i in range(500):\n        if os.fork() == 0:\n            time.sleep(60); os._exit(0)\n        made += 1\nexcept OSError: pass\nprint(made < 64, made > 20, flush=True)\nos._exit(0)",
    );
    expect(stdout).toBe("True True\n");
    await usable();
  });

  test("a daemon that left its session is gone after its block", async () => {
    await bash("(setsid sleep 98765 >/dev/null 2>&1 </dev/null &)\nnohup sleep 98766 >/dev/null 2>&1 &\necho started");
    const { stdout } = await python(
      "import os\nfor p in os.listdir('/proc'):\n    try: print(*[c for c in open(f'/proc/{p}/cmdline').read().split('\\0') if c.startswith('9876')], end='')\n    except OSError: pass",
    );
    expect(stdout).toBe("");
  });

  test("a process that keeps the output open does not keep the block open", async () => {
    expect(await bash("sleep 1000 &\necho done")).toMatchObject({ outcome: "ok", stdout: "done\n" });
  });

  test("code can kill itself and its own, but not the container", async () => {
    await python("open('kept.txt', 'w').write('kept')");
    expect(await bash("kill -9 $$")).toMatchObject({ outcome: "error", exitCode: 137 });
    expect(await python("import os, signal\nos.kill(-1, signal.SIGKILL)\nprint('alone')")).toMatchObject({ stdout: "alone\n" });
    const { stdout } = await bash("kill -9 1; kill -TERM 1; kill -TERM 7; cat kept.txt");
    expect(stdout).toBe("kept");
    expect(await python("print(open('kept.txt').read())")).toMatchObject({ stdout: "kept\n", notices: [] });
  });

  test("the container's first process can be neither traced nor read", async () => {
    const { stdout } = await python(
      "import ctypes\nc = ctypes.CDLL(None, use_errno=True)\nprint(c.ptrace(16, 1, 0, 0))\nfor f in ('environ', 'mem', 'maps'):\n    try: open('/proc/1/' + f, 'rb').read(1); print('READ', f)\n    except OSError: print('denied')",
    );
    expect(stdout).toBe("-1\ndenied\ndenied\ndenied\n");
  });

  test("a segmentation fault leaves no core file", async () => {
    const result = await python("import ctypes\nopen('out/keep.txt', 'w').write('k')\nctypes.string_at(0)");
    expect(result).toMatchObject({ outcome: "error", exitCode: 139 });
    expect(result.files.map(({ name }) => name)).toEqual(["keep.txt"]);
  });

  test("nothing outside the workspace can be written, and the password file cannot be read", async () => {
    const { stdout } = await python(
      "for path in ('/var/tmp/f', '/usr/f', '/etc/f', '/opt/f', '/home/f', '/root/f', '/f', '/proc/sys/kernel/hostname', '/sys/kernel/f', '/etc/passwd', '/work/../f'):\n    try: open(path, 'w').write('x'); print('WROTE', path)\n    except OSError: pass\ntry: print('READ', open('/etc/shadow').read())\nexcept OSError: print('denied')",
    );
    expect(stdout).toBe("denied\n");
  });

  test("a full disk is an error of the block that filled it, and /tmp is empty again after it", async () => {
    const { stdout } = await python(
      "def fill(path):\n    try:\n        with open(path, 'wb') as f:\n            for i in range(200): f.write(b'x' * 1048576)\n    except OSError as e: return e.errno\nprint(fill('big') in (27, 28), fill('/tmp/big') in (27, 28), fill('/dev/shm/big') in (27, 28))",
    );
    expect(stdout).toBe("True True True\n");
    const { stdout: inodes } = await python(
      "made = 0\ntry:\n    for i in range(9000): open(f'n{i}', 'w').close(); made += 1\nexcept OSError: print(made < 4096)",
    );
    expect(inodes).toBe("True\n");
    expect(await python("import os\nprint(os.listdir('/tmp'), os.listdir('/dev/shm'))")).toMatchObject({ stdout: "['main.py'] []\n" });
    await bash("rm -f big n*");
    await usable();
  });

  test("no mount, no namespace, no device", async () => {
    const { stdout } = await bash(
      "mount -t tmpfs none /mnt 2>/dev/null && echo MOUNTED; unshare -U true 2>/dev/null && echo USERNS; unshare -rm true 2>/dev/null && echo MOUNTNS; mknod dev b 8 0 2>/dev/null && echo MKNOD; ls /dev | grep -E 'sda|vda|kmsg|mem|kvm|fuse|vsock' | head -1; test -e /var/run/docker.sock && echo SOCKET; echo done",
    );
    expect(stdout).toBe("done\n");
  });

  test("system calls and socket families that lead out of a container are refused", async () => {
    const { stdout } = await python(`
import ctypes, errno, platform, socket
libc = ctypes.CDLL(None, use_errno=True)
for family in (socket.AF_VSOCK, socket.AF_PACKET, 38, 29, 44):
    try: socket.socket(family, socket.SOCK_STREAM if family != socket.AF_PACKET else socket.SOCK_RAW); print('OPEN', family)
    except OSError as e: print(errno.errorcode[e.errno])
# The same numbers on x86-64 and arm64: io_uring_setup, clone3, pidfd_getfd, open_tree, fsopen
for number in (425, 435, 438, 428, 430):
    libc.syscall(number, 0, 0, 0, 0, 0)
    print(number, errno.errorcode[ctypes.get_errno()])
by_machine = {'x86_64': (272, 308, 250, 321, 298, 323, 101, 310), 'aarch64': (97, 268, 219, 280, 241, 282, 117, 270)}
# unshare, setns, keyctl, bpf, perf_event_open, userfaultfd, ptrace, process_vm_readv
for number in by_machine[platform.machine()]:
    libc.syscall(number, 0x10000000, 0, 0, 0, 0)
    print(errno.errorcode[ctypes.get_errno()])
`);
    expect(stdout).toBe(`${"EPERM\n".repeat(5)}425 EPERM\n435 ENOSYS\n438 EPERM\n428 EPERM\n430 EPERM\n${"EPERM\n".repeat(8)}`);
  });

  test.skipIf(process.arch !== "x64")("32-bit system calls, which would walk round the socket rule, end the process", async () => {
    const result = await python(`
import ctypes, mmap
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex('b814000000cd80c3'))  # mov eax, 20 (getpid); int 0x80; ret
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))
print('before', flush=True)
print('CALLED', call())
`);
    expect(result.stdout).toBe("before\n");
    expect(result.outcome).toBe("error");
  });

  test("subprocesses, threads, worker processes, event loops and loopback sockets still work", async () => {
    const result = await python(`
import asyncio, multiprocessing, socket, subprocess, threading
print(subprocess.run(['echo', 'sub'], capture_output=True, text=True).stdout.strip())
t = threading.Thread(target=print, args=('thread',)); t.start(); t.join()
with multiprocessing.Pool(2) as pool: print(pool.map(abs, [-1, 2]))
async def main():
    p = await asyncio.create_subprocess_exec('echo', 'loop', stdout=-1)
    print((await p.communicate())[0].decode().strip())
asyncio.run(main())
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
threading.Thread(target=lambda: s.accept()[0].sendall(b'pong')).start()
print(socket.create_connection(s.getsockname(), 5).recv(9))
`);
    expect(result).toMatchObject({ outcome: "ok", stdout: "sub\nthread\n[1, 2]\nloop\nb'pong'\n", stderr: "" });
  });

  test("what is no plain file in out/ is refused, and hard links come back as what they show", async () => {
    const result = await python(`
import os, socket
os.mkfifo('out/fifo')
socket.socket(socket.AF_UNIX).bind('out/socket')
open('out/a.txt', 'w').write('twice')
os.link('out/a.txt', 'out/b.txt')
open(b'out/\\xff\\xfe.bin', 'wb').write(b'\\x00')
with open('out/sparse', 'wb') as f: f.truncate(60 * 1024 * 1024)
`);
    expect(result.outcome).toBe("ok");
    expect(result.files.filter(({ name }) => name.endsWith(".txt")).map(({ content }) => Buffer.from(content).toString())).toEqual([
      "twice",
      "twice",
    ]);
    expect(result.files.map(({ name }) => name)).not.toContain("sparse");
    expect(result.notices.join("\n")).toMatch(/out\/fifo was not taken/);
    await bash("rm -rf out");
  });

  test("thousands of files in out/ are cut off with a notice", async () => {
    const result = await python("for i in range(2000): open(f'out/f{i:04}', 'w').write('x')");
    expect(result.files).toHaveLength(20);
    expect(result.notices.join("\n")).toContain("more than 500 files");
    await bash("rm -rf out");
  });

  test("a block that takes rights away does not keep the next one from starting", async () => {
    await bash("mkdir -p /tmp/main.py; chmod 000 out; chmod 000 /tmp/main.py");
    expect(await python("print(6 * 7)")).toMatchObject({ outcome: "ok", stdout: "42\n" });
    await bash("chmod 700 out");
  });

  test("files that were put in can be neither changed, removed nor replaced", async () => {
    await session.put([{ name: "data.csv", mediaType: "text/csv", content: Buffer.from("a,b\n") }]);
    const { stdout } = await bash(
      "cd in; echo x > data.csv; rm -f data.csv; mv data.csv other.csv; echo y > z; cd ..; echo y > z; mv z in/data.csv; mv in gone; rm -rf in; cat in/data.csv; ls in",
    );
    expect(stdout).toBe("a,b\ndata.csv\n");
  });
});
