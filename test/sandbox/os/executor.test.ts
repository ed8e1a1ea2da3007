import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Running } from "../../../src/sandbox/box/box.ts";
import type { Executor, Session } from "../../../src/sandbox/executor.ts";
import { processTable } from "../../../scripts/process-table.ts";
import { createOsExecutor, findPrograms } from "../../../src/sandbox/os/executor.ts";
import { seccompProgram } from "../../../src/sandbox/os/seccomp.ts";
import { leaks } from "../../../src/sandbox/os/trial.ts";
import { executorContract, runIn } from "../../contracts/executor.ts";
import { workspaceContract } from "../../contracts/workspace.ts";
import { startChild } from "../../support/children.ts";
import { missingParts } from "../../support/report/requirements.ts";

const hasOs = !missingParts().some(({ name }) => name === "os");

describe.skipIf(!hasOs)("with bubblewrap", () => {
  // Of the machine's own programs; Python must be there.
  const hasNode = ["/usr/bin/node", "/usr/local/bin/node"].some((path) => existsSync(path));
  const languages = ["python", "sh", "bash", ...(hasNode ? ["javascript"] : [])];
  executorContract("The process sandbox", () => createOsExecutor(), { languages });

  workspaceContract("The process sandbox", () => createOsExecutor());

  let executor: Executor;
  let session: Session;
  beforeAll(async () => {
    executor = await createOsExecutor();
    session = await executor.open("thread");
  });
  afterAll(() => executor.close());

  test("each result can be labelled with what it is", () => {
    expect(executor.capabilities).toMatchObject({
      grade: "process",
      label: "process sandbox — separate namespaces and seccomp, shared kernel, no memory limit per tree",
    });
  });

  test("a server of the host that answers the host does not answer the code", async () => {
    let connections = 0;
    const server = createServer((socket) => socket.destroy(void connections++));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const code = `import socket\ntry: socket.create_connection(("127.0.0.1", ${port}), 2); print("connected")\nexcept OSError as e: print(e.errno)`;
    expect(await runIn(session, code)).toMatchObject({ stdout: "111\n" });
    expect(connections).toBe(0);
  });

  test("calls that lead to faults of the kernel are refused, also by their numbers", async () => {
    const code = [
      "import ctypes, os, platform",
      "c = ctypes.CDLL(None, use_errno=True)",
      "arm = platform.machine() == 'aarch64'",
      "def call(name, number, *args):",
      "    ctypes.set_errno(0)",
      "    print(name, c.syscall(number, *args), ctypes.get_errno())",
      "call('io_uring_setup', 425, 1, 0)",
      "call('bpf', 280 if arm else 321, 0, 0, 0)",
      "call('keyctl', 219 if arm else 250, 0, -3, 0)",
      "call('ptrace', 117 if arm else 101, 16, 1, 0, 0)",
      "call('unshare', 97 if arm else 272, 0x10000000)",
      "call('clone with a namespace', 220 if arm else 56, 0x10000011, 0, 0, 0, 0)",
      "call('mount', 40 if arm else 165, 0, 0, 0, 0, 0)",
      "call('memfd_create', 279 if arm else 319, b'x', 0)",
      "call('AF_VSOCK', 198 if arm else 41, 40, 1, 0)",
      "call('AF_PACKET', 198 if arm else 41, 17, 3, 0)",
      "call('netlink of audit', 198 if arm else 41, 16, 3, 9)",
      "call('shared anonymous memory', 222 if arm else 9, 0, 4096, 3, 0x21, -1, 0)",
      "call('clone3', 435, 0, 0)",
      "call('not there yet', 999)",
      "if not arm: call('second numbering', 0x40000000 + 39)",
    ].join("\n");
    const { stdout } = await runIn(session, code);
    const refused = stdout.trim().split("\n");
    expect(refused.length).toBeGreaterThanOrEqual(14);
    for (const line of refused) expect(line).toMatch(/ -1 (1|38)$/);
  });

  test("ordinary programs find what they need: threads, subprocesses, sockets of their own, temporary files", async () => {
    const code = [
      "import concurrent.futures, multiprocessing, socket, subprocess, tempfile, threading",
      "print(subprocess.run(['echo', 'sub'], capture_output=True, text=True).stdout.strip())",
      "with concurrent.futures.ThreadPoolExecutor(4) as pool: print(sum(pool.map(len, ['a', 'bb'])))",
      "with multiprocessing.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, -2]))",
      "s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()",
      "threading.Thread(target=lambda: s.accept()[0].sendall(b'pong')).start()",
      "print(socket.create_connection(s.getsockname(), 2).recv(9))",
      "with tempfile.NamedTemporaryFile() as f: f.write(b'x'); print('written')",
    ].join("\n");
    expect(await runIn(session, code)).toMatchObject({ outcome: "ok", stdout: "sub\n3\n[1, 2]\nb'pong'\nwritten\n" });
  });

  test("what was put in cannot be written, removed or replaced, whatever lay in its place", async () => {
    const own = await executor.open(crypto.randomUUID());
    onTestFinished(() => own.end());
    await runIn(own, "ln -s /usr in; echo made", {}, "sh");
    await own.put([{ name: "data.csv", mediaType: "text/csv", content: Buffer.from("a,b\n") }]);
    const attempts = "echo x >> in/data.csv; rm -rf in; mv in away; chmod 777 in in/data.csv; true > in/new; cat in/data.csv; ls in";
    expect(await runIn(own, attempts, {}, "sh")).toMatchObject({ stdout: "a,b\ndata.csv\n" });
    await own.put([{ name: "more.csv", mediaType: "text/csv", content: Buffer.from("c\n") }]);
    expect(await runIn(own, "cat in/*", {}, "sh")).toMatchObject({ stdout: "a,b\nc\n" });
  });

  test("memory that no process has for itself alone counts as well", async () => {
    const shared =
      "import mmap, os\nm = mmap.mmap(os.open('/dev/zero', os.O_RDWR), 3 << 30, mmap.MAP_SHARED)\nfor i in range(0, 3 << 30, 4096): m[i] = 1";
    expect(await runIn(session, shared)).toMatchObject({ outcome: "oom", exitCode: 137 });
    const many =
      "import os, time\nfor n in range(12):\n    if os.fork() == 0:\n        b = bytearray(b'x' * (200 << 20)); time.sleep(20); os._exit(0)\nfor n in range(12): os.wait()";
    expect(await runIn(session, many)).toMatchObject({ outcome: "oom" });
    expect(await runIn(session, "print(1)")).toMatchObject({ outcome: "ok" });
  });

  test("the workspace holds so many bytes and so many files, and no other folder holds any", async () => {
    const own = await executor.open(crypto.randomUUID());
    onTestFinished(() => own.end());
    const bytes = "for n in 1 2 3; do head -c 40m /dev/zero > big$n || echo full; done 2>/dev/null; rm -f big*";
    expect(await runIn(own, bytes, {}, "sh")).toMatchObject({ stdout: expect.stringContaining("full") as string });
    const files = "n=0\ntry:\n    while True: open(f'f{n}', 'x').close(); n += 1\nexcept OSError as e: print(n < 4096, e.errno)";
    expect(await runIn(own, files)).toMatchObject({ stdout: "True 28\n" });
    const elsewhere = "for folder in / /dev /usr /proc /etc /var /home; do true > $folder/f && echo wrote; done 2>/dev/null; echo tried";
    expect(await runIn(own, elsewhere, {}, "sh")).toMatchObject({ stdout: "tried\n" });
  });

  test("nothing of it outlives a Parley that is killed", async () => {
    // Its own number each time, so that nothing of an earlier try is looked at.
    const seconds = String(randomInt(100_000, 1_000_000));
    const parley = startChild(process.execPath, [join(import.meta.dirname, "../../fixtures/endless-os-run.ts"), seconds]);
    // The block says that it has started before its sleep has: both processes of it are waited for.
    await expect.poll(() => sleepersFor(seconds)).toHaveLength(2);
    parley.kill("SIGKILL");
    await expect.poll(() => sleepersFor(seconds)).toEqual([]);
  });
});

test("on the host itself the trial finds everything that it looks for", async () => {
  const start = async ({ args, onOutput }: Parameters<Parameters<typeof leaks>[0]["start"]>[0]): Promise<Running> => {
    const [program, ...rest] = args;
    const child = startChild(program, rest);
    child.stdout.on("data", (chunk: Buffer) => onOutput("stdout", chunk));
    const exitCode = new Promise<number>((resolve) => child.on("close", (code) => resolve(code ?? 1)));
    const how = async () => ({ exitCode: await exitCode, outOfMemory: false });
    return { ended: exitCode.then(() => {}), how, letGo: () => {} };
  };
  const found = await leaks({ start });
  for (const what of ["files", "processes", "network", "calls"]) expect(found).toContain(what);
});

test("a machine without one of the programs is told what to install", () => {
  expect(() => findPrograms((name) => (name === "bwrap" ? undefined : `/usr/bin/${name}`))).toThrow(
    process.platform === "linux" ? "Install bubblewrap (apt-get install bubblewrap), or use Docker" : "needs Linux",
  );
});

test("a processor whose system calls are not listed has no filter", () => {
  expect(seccompProgram("riscv64")).toBeUndefined();
  for (const arch of ["x64", "arm64"]) expect((seccompProgram(arch)?.length ?? 1) % 8).toBe(0);
});

const sleepersFor = (seconds: string) => processTable().filter(({ command }) => command === `sleep ${seconds}`);
