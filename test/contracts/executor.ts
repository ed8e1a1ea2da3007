import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CodeResult, Executor, RunOptions, Session } from "../../src/sandbox/executor.ts";
import { filesContract } from "./executor-files.ts";

/** What every executor that runs code must hold to, whatever it runs it in. `make` is called once; the suite closes what it made. */
export function executorContract(
  name: string,
  make: () => Promise<Executor>,
  { languages, keepsVariables = false }: { languages: readonly string[]; keepsVariables?: boolean },
): void {
  describe(`${name} keeps the executor's contract`, () => {
    let executor: Executor;
    let session: Session;
    let thread = "";

    beforeAll(async () => {
      executor = await make();
      thread = crypto.randomUUID();
      session = await executor.open(thread);
    });
    afterAll(() => executor.close());

    const run = (code: string, options: Partial<RunOptions> = {}, language = "python"): Promise<CodeResult> =>
      runIn(session, code, options, language);

    test("it says what it is and what it runs", () => {
      expect(executor.capabilities.languages).toEqual(languages);
      expect(executor.capabilities.label).not.toBe("");
      expect(executor.capabilities.hint).toContain("out/");
    });

    test("a block's output and its exit code 0 come back", async () => {
      expect(await run("print(6 * 7)")).toMatchObject({
        outcome: "ok",
        exitCode: 0,
        output: "42\n",
        stdout: "42\n",
        stderr: "",
        files: [],
        notices: [],
      });
    });

    test("every language it names runs", async () => {
      for (const language of languages) {
        const code =
          { python: "print('hello')", javascript: "console.log('hello')", typescript: "const word: string = 'hello'; console.log(word)" }[
            language
          ] ?? "echo hello";
        expect(await run(code, {}, language)).toMatchObject({ outcome: "ok", stdout: "hello\n" });
      }
    });

    test("a fence in capital letters or with a short name is understood", async () => {
      expect(await run("print(1)", {}, "Python")).toMatchObject({ outcome: "ok", stdout: "1\n" });
      expect(await run("print(1)", {}, "py")).toMatchObject({ outcome: "ok", stdout: "1\n" });
    });

    test("an unknown language is rejected and the known ones are named", async () => {
      const result = await run("puts 1", {}, "ruby");
      expect(result).toMatchObject({ outcome: "rejected", exitCode: 1 });
      expect(result.output).toContain("unknown language ruby");
      expect(result.output).toContain("python");
    });

    test("an exit code is handed on", async () => {
      expect(await run("import sys\nsys.exit(3)")).toMatchObject({ outcome: "error", exitCode: 3 });
      expect(await run("import sys\nsys.exit('went wrong')")).toMatchObject({ outcome: "error", exitCode: 1, stderr: "went wrong\n" });
    });

    test("an exception gives exit code 1 and a traceback that shows the line", async () => {
      const result = await run("def halve(n):\n    return n / 0\nhalve(4)");
      expect(result).toMatchObject({ outcome: "error", exitCode: 1, stdout: "" });
      expect(result.stderr).toContain("return n / 0");
      expect(result.stderr).toContain("ZeroDivisionError");
      expect(await run("print('unfinished")).toMatchObject({
        outcome: "error",
        exitCode: 1,
        stderr: expect.stringContaining("SyntaxError") as string,
      });
    });

    test("stdout and stderr are told apart, and both are in the output", async () => {
      const result = await run("import sys\nprint('to people')\nprint('to the log', file=sys.stderr)");
      expect(result).toMatchObject({ stdout: "to people\n", stderr: "to the log\n" });
      expect(result.output).toContain("to people");
      expect(result.output).toContain("to the log");
    });

    test("output is shown while the code still runs", async () => {
      const chunks: string[] = [];
      const abort = new AbortController();
      const onChunk = (text: string): void => {
        chunks.push(text);
        // The block would never end by itself: only what was shown early can end it. The end of the line may come apart.
        if (chunks.join("").includes("started\n")) abort.abort();
      };
      const result = await run("print('started', flush=True)\nwhile True: pass", { onChunk, signal: abort.signal });
      expect(result).toMatchObject({ outcome: "cancelled", stdout: "started\n" });
      expect(chunks.join("")).toBe("started\n");
    });

    test("reading from a keyboard that is not there ends at once", async () => {
      expect(await run("input()")).toMatchObject({ outcome: "error", stderr: expect.stringContaining("EOFError") as string });
    });

    test("files stay between blocks; variables do not, but where it says so", async () => {
      expect(await run("open('state.txt', 'w').write('kept')\nx = 1")).toMatchObject({ outcome: "ok" });
      expect(await run("print(open('state.txt').read(), 'x' in globals())")).toMatchObject({
        stdout: `kept ${keepsVariables ? "True" : "False"}\n`,
      });
    });

    test("the first line can name the block's file, which later blocks import", async () => {
      expect(await run("# filename: rates.py\nEURO = 2")).toMatchObject({ outcome: "ok" });
      expect(await run("import rates\nprint(rates.EURO)")).toMatchObject({ stdout: "2\n" });
      expect(await run("# filename: rates.py\nEURO = 3")).toMatchObject({ outcome: "ok" });
      expect(await run("import rates\nprint(rates.EURO, open('rates.py').readline())")).toMatchObject({
        stdout: "3 # filename: rates.py\n\n",
      });
    });

    test("a file name that leads out of the workspace is rejected, and nothing runs", async () => {
      for (const path of [
        "../out.py",
        "/etc/cron.d/x",
        "a/../../b.py",
        "~/x.py",
        "a\\..\\b.py",
        "-rf",
        ".",
        "$(id).py",
        `${"x".repeat(300)}.py`,
      ]) {
        const result = await run(`# filename: ${path}\nprint('ran')`);
        expect(result).toMatchObject({ outcome: "rejected", exitCode: 1, stdout: "" });
        expect(result.output).toContain("not in the workspace");
      }
    });

    test("an endless loop is ended at the time limit, and the next block runs", async () => {
      const result = await run(
        "import signal\ntry: signal.signal(signal.SIGTERM, signal.SIG_IGN)\nexcept Exception: pass\nwhile True: pass",
        { timeoutMs: 800 },
      );
      expect(result).toMatchObject({ outcome: "timeout", exitCode: 124 });
      expect(result.notices.join(" ")).toContain("0.8 s");
      expect(await run("print(open('state.txt').read())")).toMatchObject({ outcome: "ok", stdout: "kept\n" });
    });

    test("endless output is ended, head and tail are kept, and what was cut is told", async () => {
      const result = await run("print('first line')\nwhile True: print('y' * 1000)");
      expect(result).toMatchObject({ outcome: "output_limit" });
      expect(Buffer.byteLength(result.output)).toBeLessThan(66_000);
      expect(result.output).toMatch(/^first line\n/);
      expect(result.output).toMatch(/\[… \d+ bytes of output cut …\]/);
      expect(result.outputBytesCut).toBeGreaterThan(0);
      expect(await run("print(1)")).toMatchObject({ outcome: "ok", outputBytesCut: 0 });
    });

    test("using up the memory is told as such, and the next block runs", async () => {
      const result = await run("hoard = []\nfor i in range(300): hoard.append(bytearray(b'x' * 10 * 1024 * 1024))\nprint('allocated')", {
        timeoutMs: 40_000,
      });
      expect(result).toMatchObject({ outcome: "oom", exitCode: 137, stdout: "" });
      expect(result.notices.join(" ")).toContain("Out of memory");
      expect(await run("print(1)")).toMatchObject({ outcome: "ok" });
    });

    test("bytes that are no text, terminal sequences and direction marks do no harm", async () => {
      const result = await run(
        "import sys\nsys.stdout.buffer.write(b'a\\x00b\\x1b[2Jc\\xff\\xfe' + '\\u202eé😀'.encode() + b'\\x1b]0;title\\x07 end\\r\\n')\nsys.stdout.buffer.flush()",
      );
      expect(result).toMatchObject({ outcome: "ok", stdout: "abc��é😀 end\n" });
    });

    test("a run that is cancelled before it starts does not run", async () => {
      expect(await run("open('never.txt', 'w')", { signal: AbortSignal.abort() })).toMatchObject({ outcome: "cancelled" });
      expect(await run("import os\nprint(os.path.exists('never.txt'))")).toMatchObject({ stdout: "False\n" });
    });

    filesContract(run, () => session);

    test("no network is reached", async () => {
      const code = [
        "import socket",
        "for address in [('1.1.1.1', 53), ('169.254.169.254', 80), ('172.17.0.1', 22)]:",
        "    try:",
        "        socket.create_connection(address, 1)",
        "        print('connected', address)",
        "    except OSError: pass",
        "try: print('resolved', socket.getaddrinfo('example.com', 80)[0][4][0] if not __import__('sys').platform == 'emscripten' else 'skipped by a made-up address')",
        "except OSError: print('no names')",
      ].join("\n");
      const { stdout } = await run(code, { timeoutMs: 20_000 });
      expect(stdout).not.toContain("connected");
    });

    test("nothing of Parley's environment is seen", async () => {
      process.env["PARLEY_TEST_SECRET"] = "a-secret-of-the-bot";
      const { stdout } = await run(
        "import os\nprint(dict(os.environ))\ntry: print(open('/proc/1/environ').read())\nexcept OSError: print('denied')",
      );
      expect(stdout).not.toContain("a-secret-of-the-bot");
      expect(stdout).not.toContain("NODE");
    });

    test("the same thread has the same sandbox, another thread another one", async () => {
      expect(await executor.open(thread)).toBe(session);
      const other = await executor.open(crypto.randomUUID());
      expect(await runIn(other, "import os\nprint(os.listdir('.'))")).toMatchObject({ outcome: "ok", stdout: "['out']\n" });
      await other.end();
    });

    test("a sandbox that was ended leaves nothing behind", async () => {
      const again = crypto.randomUUID();
      const first = await executor.open(again);
      await runIn(first, "open('old.txt', 'w').write('old')");
      await first.end();
      const second = await executor.open(again);
      expect(await runIn(second, "import os\nprint(os.path.exists('old.txt'))")).toMatchObject({ stdout: "False\n" });
      await second.end();
    });

    test("ending a sandbox stops the block that runs in it", async () => {
      const ending = await executor.open(crypto.randomUUID());
      const started = Promise.withResolvers<void>();
      const running = runIn(ending, "print('started', flush=True)\nwhile True: pass", { onChunk: () => started.resolve() });
      await started.promise;
      await ending.end();
      expect(await running).toMatchObject({ outcome: "cancelled" });
    });
  });
}

/** Runs a block with a time limit that a slow machine keeps too. */
export function runIn(session: Session, code: string, options: Partial<RunOptions> = {}, language = "python"): Promise<CodeResult> {
  return session.run({ language, code }, { timeoutMs: 20_000, signal: new AbortController().signal, ...options });
}
