import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { readEnv } from "../../config/env.ts";
import { createExecutor } from "../../config/sandbox/executor.ts";
import { loadSettings } from "../../config/load.ts";
import { readArguments } from "../arguments.ts";
import { print, UsageError, type Io } from "../command.ts";
import { build, test } from "./image.ts";
import { harmless } from "../terminal.ts";

export const help = `parley sandbox [--language LANGUAGE] [--executor EXECUTOR] [--json] FILE
parley sandbox build
parley sandbox test [--image IMAGE]

Runs a file exactly as an agent's code block would be run, with the sandbox settings of parley.yml, and says what contained it.
"build" has the Docker engine make the image that the settings ask for: Parley's own, and one with sandbox.packages on top.
"test" runs attacks in containers of the image and says which were held. A file of such a name is run as ./build.

  --language    python, sh, bash, javascript, typescript or one of sandbox.languages; by the file's ending when absent
  --executor    docker, os, wasm, kubernetes or e2b, instead of the one in the settings
  --image       instead of the one in the settings
  --json        one JSON object: outcome, exitCode, stdout, stderr, output, files, executor, elapsedMs, memoryPeakBytes, limits and what
                was cut

Exit codes: 0 the code ran and ended with 0; 1 it did not; 2 bad usage or settings.`;

const EXECUTORS = ["docker", "os", "wasm", "kubernetes", "e2b"] as const;
const CODE_BYTES_MAX = 1024 * 1024; // No model writes more in one block.
const LANGUAGE_OF: { readonly [ending: string]: string } = {
  ".py": "python",
  ".sh": "sh",
  ".bash": "bash",
  ".js": "javascript",
  ".mjs": "javascript",
  ".ts": "typescript",
};

export async function run(args: readonly string[], io: Io): Promise<number> {
  if (args[0] === "build") return build(args.slice(1), io);
  if (args[0] === "test") return test(args.slice(1), io);
  const options = { language: { type: "string" }, executor: { type: "string" }, json: { type: "boolean" } } as const;
  const { values, positionals } = readArguments(args, { options, allowPositionals: true });
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError("Name one file: parley sandbox --language python FILE.");
  const language = values.language ?? LANGUAGE_OF[extname(file)];
  if (language === undefined) throw new UsageError(`${file} does not say what it is written in: give --language.`);
  const wanted = EXECUTORS.find((name) => name === values.executor);
  if (values.executor !== undefined && !wanted)
    throw new UsageError(`--executor is one of ${EXECUTORS.join(", ")}, not "${values.executor}".`);
  const code = await readCode(resolve(io.cwd, file), file);

  const env = readEnv(io.cwd, io.env);
  const { sandbox } = loadSettings({ env, cwd: io.cwd });
  const executor = await createExecutor({ ...sandbox, executor: wanted ?? sandbox.executor }, env);
  const interrupted = new AbortController();
  const release = io.onInterrupt(() => interrupted.abort());
  try {
    const session = await executor.open(`terminal-${process.pid}`);
    const result = await session.run({ language, code }, { timeoutMs: sandbox.timeoutSeconds * 1000, signal: interrupted.signal });
    const { label } = executor.capabilities;
    if (values.json) {
      const files = result.files.map(({ name, mediaType, content }) => ({ name, mediaType, bytes: content.byteLength }));
      await print(io.stdout, JSON.stringify({ ...result, files, executor: label, grade: executor.capabilities.grade }));
    } else {
      if (result.output !== "") await print(io.stdout, harmless(result.output).trimEnd());
      for (const { name, mediaType, content } of result.files)
        await print(io.stderr, `file ${harmless(name)} (${mediaType}, ${content.byteLength} bytes)`);
      for (const notice of result.notices) await print(io.stderr, `note: ${harmless(notice)}`);
      const peak = result.memoryPeakBytes === undefined ? "" : `, at most ${Math.ceil(result.memoryPeakBytes / 1024 / 1024)} MB`;
      const cut = result.outputBytesCut > 0 ? `, ${result.outputBytesCut} bytes of output cut` : "";
      await print(
        io.stderr,
        `${result.outcome}, exit code ${result.exitCode}, ${(result.elapsedMs / 1000).toFixed(1)} s${cut}${peak} (${label})`,
      );
    }
    return result.outcome === "ok" ? 0 : 1;
  } finally {
    release();
    await executor.close();
  }
}

async function readCode(path: string, shown: string): Promise<string> {
  try {
    const content = await readFile(path);
    if (content.byteLength > CODE_BYTES_MAX)
      throw new UsageError(`${shown} is ${content.byteLength} bytes; at most ${CODE_BYTES_MAX} are run.`);
    return content.toString("utf8");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${shown} cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)}). Check the name.`);
  }
}
