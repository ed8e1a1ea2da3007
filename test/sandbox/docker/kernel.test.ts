import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import type { CodeResult, Executor, RunOptions, Session } from "../../../src/sandbox/executor.ts";
import { executorContract, runIn } from "../../contracts/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { LEAVES_OPEN, WHOLE, wholeFiles } from "../box/leaves-open.ts";

const FORGOTTEN = "Python had to be started again: variables of earlier blocks are gone, files are still there.";

describe.skipIf(!(await dockerAvailable()))("Python that keeps its variables", () => {
  let executor: Executor;
  beforeAll(async () => {
    executor = await createDockerExecutor({ image: sandboxImage(), state: "kernel", memoryMb: 256 });
  });
  afterAll(() => executor.close());

  async function thread() {
    const session: Session = await executor.open(crypto.randomUUID());
    onTestFinished(() => session.end());
    return {
      python: (code: string, options?: Partial<RunOptions>): Promise<CodeResult> => runIn(session, code, options),
      bash: (code: string, options?: Partial<RunOptions>): Promise<CodeResult> => runIn(session, code, options, "bash"),
    };
  }

  test("variables, imports and definitions of a block are there for the next, as the prompt says", async () => {
    const { python } = await thread();
    expect(executor.capabilities.hint).toContain("Python's variables stay from block to block");
    await python("import math\nclass Point:\n    x = 3\ntotal = 40");
    expect(await python("print(total + math.floor(2.5), Point().x)")).toMatchObject({ outcome: "ok", stdout: "42 3\n", notices: [] });
    expect(await python("import pickle\nprint(pickle.loads(pickle.dumps(Point())).x)")).toMatchObject({ stdout: "3\n" });
  });

  test("other languages run beside it in the same folder, and do not disturb it", async () => {
    const { python, bash } = await thread();
    await python("kept = 1\nopen('shared.txt', 'w').write('from Python')");
    expect(await bash("cat shared.txt; sleep 100 >/dev/null 2>&1 &")).toMatchObject({ outcome: "ok", stdout: "from Python" });
    expect(await python("print(kept)")).toMatchObject({ stdout: "1\n", notices: [] });
  });

  test("the two streams are kept apart and in order, also what other programs write", async () => {
    const { python } = await thread();
    const { output, stdout, stderr } = await python(
      "import subprocess, sys\nprint('one')\nprint('two', file=sys.stderr)\nsubprocess.run(['echo', 'three'])\nprint('four', end='')",
    );
    expect(output).toBe("one\ntwo\nthree\nfour");
    expect(stdout).toBe("one\nthree\nfour");
    expect(stderr).toBe("two\n");
  });

  test("an exception tells the line, an exit code is handed on, and both leave the variables", async () => {
    const { python } = await thread();
    await python("kept = 1");
    const failed = await python("def halve(n):\n    return n / 0\nhalve(4)");
    expect(failed).toMatchObject({ outcome: "error", exitCode: 1, notices: [] });
    expect(failed.stderr).toMatch(/^Traceback[^\n]*\n {2}File "<block 2>", line 3, in <module>\n {4}halve\(4\)/);
    expect(await python("raise SystemExit(7)")).toMatchObject({ outcome: "error", exitCode: 7 });
    expect(await python("print(kept)")).toMatchObject({ stdout: "1\n" });
  });

  test("files that a block leaves open, or saves at its exit, are whole, and can be written on", async () => {
    const { python } = await thread();
    // Compressed as it is, a file that may be written on has no end yet.
    const result = await python(LEAVES_OPEN.replace(/^packed.*$/gm, ""));
    const { "packed.gz": _packed, ...whole } = WHOLE;
    expect(result).toMatchObject({ outcome: "ok", stderr: "", notices: [] });
    expect(wholeFiles(result)).toEqual(whole);
    const next = await python("left.write(' and written on')");
    expect(next).toMatchObject({ outcome: "ok", notices: [] });
    expect(wholeFiles(next)).toEqual({ "left.txt": "left open and written on" });
  });

  test("what is to happen at the exit happens at the end of its block, once; what fails there is told; an interrupted block does none of it", async () => {
    const { python } = await thread();
    const first = await python(
      "import atexit, logging\natexit.register(print, 'bye')\natexit.register(lambda: 1 / 0)\nraise SystemExit(4)",
    );
    expect(first).toMatchObject({ outcome: "error", exitCode: 4, stdout: "bye\n" });
    expect(first.stderr).toContain("ZeroDivisionError");
    const long = "import time\natexit.register(print, 'bye')\nopen_one = open('out/part.txt', 'w')\nopen_one.write('part')\ntime.sleep(60)";
    const cut = await python(long, { timeoutMs: 1_500 });
    expect(cut).toMatchObject({ outcome: "timeout", stdout: "" });
    expect(wholeFiles(cut)).toEqual({ "part.txt": "part" });
    expect(await python("print(open_one.name)")).toMatchObject({ stdout: "out/part.txt\n", stderr: "", notices: [] });
  });

  test("a block that takes too long is interrupted, and its variables stay", async () => {
    const { python } = await thread();
    await python("kept = 1");
    expect(await python("while True: pass", { timeoutMs: 500 })).toMatchObject({ outcome: "timeout", exitCode: 124 });
    expect(await python("print(kept)")).toMatchObject({ stdout: "1\n", notices: [] });
  });

  test("one that cannot be interrupted is ended with its Python, and the loss is told", async () => {
    const { python } = await thread();
    await python("kept = 1\nopen('file.txt', 'w').write('kept')");
    const stuck = await python("import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass", { timeoutMs: 500 });
    expect(stuck).toMatchObject({ outcome: "timeout", exitCode: 124 });
    expect(stuck.notices).toContain(FORGOTTEN);
    expect(await python("print('kept' in globals(), open('file.txt').read())")).toMatchObject({ stdout: "False kept\n", notices: [] });
  });

  test("using up the memory is told as such, with the loss", async () => {
    const { python } = await thread();
    const result = await python("hoard = []\nwhile True: hoard.append(bytearray(b'x' * 10_000_000))");
    expect(result).toMatchObject({ outcome: "oom", exitCode: 137 });
    expect(result.notices).toEqual([FORGOTTEN, "Out of memory: program and files together may use 256 MB."]);
    expect(await python("print(6 * 7)")).toMatchObject({ outcome: "ok", stdout: "42\n" });
  });

  test("processes that a block leaves are ended, Python is not", async () => {
    const { python } = await thread();
    await python("import subprocess, os\nkept = 1\nfor n in range(20): subprocess.Popen(['sleep', '1000'], start_new_session=True)");
    const { stdout } = await python(
      "print(kept, sum(open(f'/proc/{p}/cmdline').read().startswith('sleep\\0001000') for p in os.listdir('/proc') if p.isdigit()))",
    );
    expect(stdout).toBe("1 0\n");
  });

  test("a fork bomb costs at most the variables", async () => {
    const { python } = await thread();
    await python("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", { timeoutMs: 1_500 });
    expect(await python("print(6 * 7)", { timeoutMs: 20_000 })).toMatchObject({ outcome: "ok", stdout: "42\n" });
  });

  test("code that writes into the stream to Parley ends its own Python, and no more", async () => {
    const { python } = await thread();
    for (const bytes of ["b'nonsense'", "b'o\\xff\\xff\\xff\\xff'", "b'd' + (0).to_bytes(4, 'big')"]) {
      const forged = await python(
        `import os, time\nfor fd in range(3, 20):\n    try: os.write(fd, ${bytes})\n    except OSError: pass\ntime.sleep(0.2)\nprint('on')`,
      );
      expect(["ok", "error"]).toContain(forged.outcome);
      expect(await python("print(6 * 7)")).toMatchObject({ outcome: "ok", stdout: "42\n" });
    }
  });

  test("code that says it is done before it is gets no later block's result mixed up", async () => {
    const { python } = await thread();
    await python(`
import json, os, sys, time
frame = sys._getframe()
while "send" not in frame.f_globals: frame = frame.f_back
request = frame.f_locals["request"]
frame.f_globals["send"](b"d", json.dumps({"id": request["id"], "status": 0}).encode())
time.sleep(0.3)
print("late")`);
    expect(await python("print('mine')")).toMatchObject({ outcome: "ok", stdout: expect.stringMatching(/mine\n$/) as string });
    expect(await python("print('next')")).toMatchObject({ outcome: "ok", stdout: "next\n" });
  });

  test("a file of an earlier block is not taken for a module of Python's own by what runs the blocks", async () => {
    const { python, bash } = await thread();
    await bash("for m in json queue struct threading sitecustomize; do echo 'raise SystemExit(9)' > $m.py; done");
    expect(await python("print(6 * 7)")).toMatchObject({ outcome: "ok", stdout: "42\n" });
  });

  test("a Python that the code ended itself is started again, and the loss is told once", async () => {
    const { python, bash } = await thread();
    await python("kept = 1");
    expect((await python("import os\nos._exit(3)")).notices).toEqual([FORGOTTEN]);
    expect(await python("print('kept' in globals())")).toMatchObject({ stdout: "False\n", notices: [] });
    await bash("kill -9 -1");
    expect((await python("print(1)")).notices).toEqual([FORGOTTEN]);
  });
});

describe.skipIf(!(await dockerAvailable()))("with a Docker engine", () => {
  executorContract("Docker with kept variables", () => createDockerExecutor({ image: sandboxImage(), state: "kernel" }), {
    languages: ["python", "sh", "bash", "javascript", "typescript"],
    keepsVariables: true,
  });
});
