import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../../src/sandbox/executor.ts";
import { createWasmExecutor, type WasmExecutor } from "../../../src/sandbox/wasm/executor.ts";
import { executorContract, runIn } from "../../contracts/executor.ts";
import { twoOver } from "../../contracts/workspace.ts";
import { LEAVES_OPEN, WHOLE, wholeFiles } from "../box/leaves-open.ts";
import { startChild } from "../../support/children.ts";

executorContract("Python in WebAssembly", () => createWasmExecutor({}), { languages: ["python"] });

test("another process goes on with a thread's files", async () => {
  const { a, b } = await twoOver(() => createWasmExecutor({}), "python");
  await a("import os\nos.mkdir('data')\nopen('data/x.txt', 'w').write('one')");
  expect(await b("print(open('data/x.txt').read())\nopen('data/x.txt', 'w').write('two')")).toMatchObject({ stdout: "one\n", notices: [] });
  expect(await a("print(open('data/x.txt').read())")).toMatchObject({ stdout: "two\n", notices: [] });
});

describe("Python in WebAssembly", () => {
  let executor: WasmExecutor;
  let session: Session;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "parley-host-"));
    await writeFile(join(folder, "marker.txt"), "host-marker");
    executor = await createWasmExecutor({ prewarm: true });
    await executor.ready;
    session = await executor.open("thread");
  });
  afterAll(async () => {
    await executor.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("it says what it cannot do", () => {
    expect(executor.capabilities.grade).toBe("wasm");
    expect(executor.capabilities.label).toContain("not for untrusted workspaces");
  });

  test("the ways out of Python lead to a process without permissions", async () => {
    const marker = join(folder, "marker.txt");
    const drop = join(folder, "dropped");
    const attempts = [
      `import posix; print(posix.system("echo P > ${drop}"))`,
      `import os; os.system("echo P > ${drop}")`,
      `import ctypes; ctypes.CDLL(None).system(b"echo P > ${drop}")`,
      `import subprocess; subprocess.run(["sh", "-c", "echo P > ${drop}"])`,
      `print(open(${JSON.stringify(marker)}).read())`,
      `from pyodide.code import run_js; print((await run_js("import('node:fs')")).readFileSync(${JSON.stringify(marker)}, "utf8"))`,
      `import js; print(js.Deno.readTextFileSync(${JSON.stringify(marker)}))`,
      `import js; js.Deno.writeTextFileSync(${JSON.stringify(drop)}, "P")`,
      `import js; print(js.Deno.env.get("PATH"), "host-marker")`,
      `import js; js.Deno.Command.new("sh").outputSync(); print("host-marker")`,
      `import js; print((await js.fetch("http://127.0.0.1:9/")).status, "host-marker")`,
      `from pyodide.code import run_js; print(await run_js("import('node:net').then(n=>new Promise(r=>{const s=n.connect('/var/run/docker.sock');s.on('connect',()=>r('host-marker'));s.on('error',e=>r(e.code))}))"))`,
      `from pyodide.code import run_js; print(await run_js("import('node:child_process').then(c=>c.execSync('echo host-'+'marker').toString())"))`,
      `import pyodide_js; pyodide_js.mountNodeFS("/host", ${JSON.stringify(folder)}); print(open("/host/marker.txt").read())`,
    ];
    const reached: string[] = [];
    for (const code of attempts) {
      const result = await runIn(session, code);
      if (result.stdout.includes("host-marker")) reached.push(code);
    }
    expect(reached).toEqual([]);
    expect(await readdir(folder)).toEqual(["marker.txt"]);
  });

  test("answers that the code forges end the process, not the executor", async () => {
    const forge = (text: string): string => `import js\njs.Deno.stdout.writeSync(js.TextEncoder.new().encode(${JSON.stringify(text)}))`;
    expect(await runIn(session, forge("no json\n"))).toMatchObject({ outcome: "sandbox_lost" });
    expect(await runIn(session, forge('{"type":"changed","path":7}\n'))).toMatchObject({ outcome: "sandbox_lost" });
    const climbing = { type: "changed", path: "out/../../x", sizeBytes: 1, version: "1", base64: "eA==" };
    expect(await runIn(session, forge(`${JSON.stringify(climbing)}\n`))).toMatchObject({ outcome: "sandbox_lost", files: [] });
    expect(await runIn(session, "print(1)")).toMatchObject({ outcome: "ok", stdout: "1\n" });
  });

  test("leaving at once keeps the exit code, and the files of earlier blocks", async () => {
    await runIn(session, "open('earlier.txt', 'w').write('kept')");
    expect(await runIn(session, "import os\nos._exit(4)")).toMatchObject({ outcome: "error", exitCode: 4 });
    expect(await runIn(session, "import js\njs.Deno.exit(5)")).toMatchObject({ outcome: "error", exitCode: 5 });
    expect(await runIn(session, "print(open('earlier.txt').read())")).toMatchObject({ stdout: "kept\n" });
  });

  test("a workspace too large to keep a copy of is reset with the process, and that is told", async () => {
    await runIn(session, "open('large.bin', 'wb').write(b'x' * (20 * 1024 * 1024))");
    await runIn(session, "import js\njs.Deno.exit(5)");
    expect((await runIn(session, "print(1)")).notices.join()).toContain("The workspace was reset");
  });

  test("a block may await at its top level", async () => {
    expect(await runIn(session, "import asyncio\nawait asyncio.sleep(0)\nprint('slept')")).toMatchObject({
      outcome: "ok",
      stdout: "slept\n",
    });
  });

  test("one line of any length is cut like any other output", async () => {
    const printed = await runIn(session, "print('x' * (12 << 20))\nprint('end')");
    // A fast machine has printed it all before the limit ends the block.
    expect(["ok", "output_limit"]).toContain(printed.outcome);
    expect(printed.stdout).toMatch(/^x{1000}/);
    expect(printed.stdout.length).toBeLessThan(70_000);
    expect(printed.outputBytesCut).toBeGreaterThan(65_536);
    expect(await runIn(session, "print(1)")).toMatchObject({ outcome: "ok", stdout: "1\n" });
  });

  test("what in out/ cannot be read is told, and comes back once it can be", async () => {
    const locked = await runIn(
      session,
      "import os\nopen('out/a.txt', 'w').write('a')\nos.chmod('out/a.txt', 0)\nopen('out/b.txt', 'w').write('b')",
    );
    expect(locked).toMatchObject({ outcome: "ok", notices: ["out/a.txt was not taken: it cannot be read."] });
    expect(locked.files.map(({ name }) => name)).toEqual(["b.txt"]);
    const folder = await runIn(session, "os = __import__('os')\nos.chmod('out/a.txt', 0o644)\nos.chmod('out', 0o444)");
    expect(folder.outcome).toBe("ok");
    expect(folder.notices.join("\n")).toContain("out/b.txt was not taken: it cannot be read.");
    const open = await runIn(session, "import os\nos.chmod('out', 0o755)\nprint(open('out/a.txt').read())");
    expect(open).toMatchObject({ outcome: "ok", stdout: "a\n" });
    expect(open.files.map(({ name }) => name)).toContain("a.txt");
  });

  test("files that a program leaves open, or saves at its exit, are whole", async () => {
    const result = await runIn(await executor.open("exits"), LEAVES_OPEN);
    expect(result).toMatchObject({ outcome: "ok", stderr: "" });
    expect(wholeFiles(result)).toEqual(WHOLE);
    const again = await runIn(await executor.open("exits"), "print(1)");
    expect(again).toMatchObject({ outcome: "ok", stdout: "1\n", files: [] });
  });

  test("what is to happen at the exit happens once, the last first, also after an exit code or an exception; what fails there is told", async () => {
    const exits = await runIn(
      session,
      "import atexit, sys\natexit.register(print, 'first')\n@atexit.register\ndef boom(): 1 / 0\natexit.register(print, 'last')\natexit.register(print, 'never')\natexit.unregister(print)\natexit.register(print, 'only')\nsys.exit(3)",
    );
    expect(exits).toMatchObject({ outcome: "error", exitCode: 3, stdout: "only\n" });
    expect(exits.stderr).toContain("ZeroDivisionError");
    expect(await runIn(session, "import atexit\natexit.register(print, 'after')\nnope")).toMatchObject({ exitCode: 1, stdout: "after\n" });
    expect(await runIn(session, "print(1)")).toMatchObject({ stdout: "1\n", stderr: "" });
  });

  test("what a process that was killed kept for Deno is removed by the next one, and nothing of one that lives", async () => {
    const dead = startChild(process.execPath, ["-e", ""]);
    await once(dead, "exit");
    const folders = [dead.pid, process.pid].map((pid) => join(tmpdir(), `parley-deno-${pid}-ABCDEF`));
    for (const made of folders) await mkdir(made, { recursive: true });
    await (await createWasmExecutor({})).close();
    expect(folders.map((made) => existsSync(made))).toEqual([false, true]);
    for (const made of folders) await rm(made, { recursive: true, force: true });
  });

  test.skipIf(process.platform !== "linux")("Python ends with Parley, even in an endless loop", async () => {
    const parley = startChild(process.execPath, [join(import.meta.dirname, "../../fixtures/endless-wasm-run.ts")], {
      env: { ...process.env, TMPDIR: folder },
    });
    for await (const chunk of parley.stdout) if (String(chunk).includes("started")) break;
    const children = (await readFile(`/proc/${parley.pid}/task/${parley.pid}/children`, "utf8")).trim().split(" ");
    expect(children).toHaveLength(1);
    parley.kill("SIGKILL");
    await expect.poll(() => isRunning(children[0] ?? "")).toBe(false);
  });
});

async function isRunning(pid: string): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  return status !== "" && !/^State:\s+Z/m.test(status);
}
