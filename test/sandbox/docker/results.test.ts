import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import type { CodeResult, Executor, RunOptions, Session } from "../../../src/sandbox/executor.ts";
import { runIn } from "../../contracts/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

describe.skipIf(!(await dockerAvailable()))("what a result tells", () => {
  const instance = crypto.randomUUID();
  let executor: Executor;
  let session: Session;
  beforeAll(async () => {
    executor = await createDockerExecutor({
      image: sandboxImage(),
      instance,
      memoryMb: 256,
      outputBytesMax: 4_000,
      languages: { perl: "perl -w", r: "Rscript --vanilla" },
    });
    session = await executor.open("a");
  });
  afterAll(() => executor.close());
  const run = (code: string, options?: Partial<RunOptions>, language?: string): Promise<CodeResult> =>
    runIn(session, code, options, language);

  test("what the limits were, and the most memory that was used", async () => {
    const small = await run("print(1)", { timeoutMs: 5_000 });
    expect(small.limits).toEqual({ timeoutMs: 5_000, memoryMb: 256, outputBytesMax: 4_000 });
    const large = await run("block = bytearray(b'x' * 100 * 1024 * 1024)");
    expect(large.memoryPeakBytes).toBeGreaterThan(100 * 1024 * 1024);
    expect(large.memoryPeakBytes).toBeLessThanOrEqual(256 * 1024 * 1024);
    expect(large.memoryPeakBytes).toBeGreaterThan((small.memoryPeakBytes ?? 0) + 50 * 1024 * 1024);
  });

  test("head and tail of each stream, and how much is missing", async () => {
    const { outcome, output, outputBytesCut } = await run("print('begin'); print('x' * 4_500); print('end')");
    expect(outcome).toBe("ok");
    expect(output).toMatch(/^begin\nx+\n\[… \d+ bytes of output cut …\]\nx+\nend\n$/);
    expect(outputBytesCut).toBe(6 + 4_501 + 4 - 4_000);
  });

  test("each way to end has its own word", async () => {
    expect((await run("pass")).outcome).toBe("ok");
    expect((await run("1 / 0")).outcome).toBe("error");
    expect((await run("while True: pass", { timeoutMs: 400 })).outcome).toBe("timeout");
    expect((await run("b = []\nwhile True: b.append(bytearray(b'x' * 10_000_000))")).outcome).toBe("oom");
    expect((await run("while True: print('x' * 1000)")).outcome).toBe("output_limit");
    expect((await run("pass", { signal: AbortSignal.abort() })).outcome).toBe("cancelled");
    expect((await run("puts 1", {}, "ruby")).outcome).toBe("rejected");
  });

  test("code that was lost with its sandbox is run once more in a fresh one, and the reset is told", async () => {
    await run("open('old.txt', 'w').write('x')");
    let starts = 0;
    const running = run(
      "import os, time\nprint('started', os.path.exists('old.txt'), flush=True)\nif os.path.exists('old.txt'): time.sleep(60)",
      {
        timeoutMs: 60_000,
        onChunk: (text) => (starts += text.includes("started") ? 1 : 0),
      },
    );
    await expect.poll(() => starts).toBe(1);
    const docker = new Docker();
    const busy = await docker.listContainers({ filters: { label: [`parley.instance=${instance}`] } });
    for (const { Id } of busy) await docker.getContainer(Id).kill();
    const result = await running;
    expect(result).toMatchObject({ outcome: "ok", stdout: "started False\n" });
    expect(result.notices).toEqual([
      "The workspace was reset: files of earlier blocks are gone.",
      "The sandbox ended while the code ran, so the code was run a second time, from its beginning, in a fresh one.",
    ]);
  });

  test("JavaScript and TypeScript run as scripts and as modules, without a warning of Node's own", async () => {
    expect(await run("const { sep } = require('node:path'); console.log(sep)", {}, "js")).toMatchObject({ outcome: "ok", output: "/\n" });
    expect(await run("import { sep } from 'node:path'; console.log(await Promise.resolve(sep))", {}, "js")).toMatchObject({
      outcome: "ok",
      output: "/\n",
    });
    expect(
      await run("interface Point { x: number }\nconst p: Point = { x: 3 };\nconsole.log(p.x satisfies number)", {}, "ts"),
    ).toMatchObject({
      outcome: "ok",
      output: "3\n",
    });
    expect(await run("throw new Error('went wrong')", {}, "javascript")).toMatchObject({
      outcome: "error",
      exitCode: 1,
      stderr: expect.stringContaining("went wrong") as string,
    });
  });

  test("a language of the team file runs; one whose program the image lacks is refused with the reason", async () => {
    expect(executor.capabilities.languages).toEqual(["python", "sh", "bash", "javascript", "typescript", "perl", "r"]);
    expect(await run("print 6 * 7, qq(\\n);", {}, "perl")).toMatchObject({ outcome: "ok", stdout: "42\n" });
    expect(await run("1", {}, "r")).toMatchObject({
      outcome: "rejected",
      output: `r is to be run by "Rscript", which the image ${sandboxImage()} does not have.`,
    });
    expect(executor.capabilities.hint).not.toContain(" r ");
  });

  test("what is installed is told to the agents", () => {
    expect(executor.capabilities.hint).toMatch(/Python is 3\.\d+\.\d+ with .+\. Node is v\d+\.\d+\.\d+, without packages\./);
  });

  test("a folder or a link that code has put where given files belong keeps none of them out, and leads nowhere", async () => {
    const own = await executor.open(crypto.randomUUID());
    const bash = (code: string) => runIn(own, code, {}, "bash");
    const file = { name: "data.csv", mediaType: "text/csv", content: Buffer.from("a,b\n") };
    await bash("mkdir in elsewhere; ln -s ../elsewhere/stolen in/data.csv");
    await own.put([file]);
    expect(await bash("cat in/data.csv; ls -l in/data.csv | cut -c1-10; echo x > in/data.csv; ls elsewhere")).toMatchObject({
      stdout: "a,b\n-r--r--r--\n",
    });
    await own.end();
    const linked = await executor.open(crypto.randomUUID());
    const inLinked = (code: string) => runIn(linked, code, {}, "bash");
    await inLinked("mkdir elsewhere; ln -s elsewhere in");
    await linked.put([file]);
    expect((await inLinked("ls elsewhere; cat in/data.csv; touch in/mine; ls in")).stdout).toBe("a,b\ndata.csv\n");
    await linked.end();
  });
});
