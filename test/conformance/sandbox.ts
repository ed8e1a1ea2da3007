import type { RunCode } from "../../src/engine/agents/code/run-block.ts";
import { createDockerExecutor } from "../../src/sandbox/docker/executor.ts";
import type { Executor } from "../../src/sandbox/executor.ts";
import { SANDBOX_IMAGE } from "../support/report/requirements.ts";
import type { OpenSandbox } from "./scenario.ts";

/** Where the code of scenarios is really run: Docker, or without an engine Pyodide, which knows Python only. Started at the first block. */
export function openTestSandbox(): { readonly open: OpenSandbox; close(): Promise<void> } {
  let executor: Promise<Executor> | undefined;
  let threads = 0;
  const start = async (): Promise<Executor> => {
    const image = SANDBOX_IMAGE;
    const instance = `conformance-${process.pid}`;
    return createDockerExecutor({ image, instance }).catch((error: unknown) => {
      console.log(`# no Docker, code runs in WebAssembly: ${error instanceof Error ? error.message : String(error)}`);
      return import("../../src/sandbox/wasm/executor.ts").then(({ createWasmExecutor }) => createWasmExecutor({}));
    });
  };
  return {
    async open({ timeoutSeconds }) {
      const timeoutMs = timeoutSeconds === undefined ? BLOCK_MS_MAX : timeoutSeconds * 1_000;
      const session = await (await (executor ??= start())).open(`conformance-${++threads}`);
      const run: RunCode = async (block, { signal }) => {
        const { outcome, exitCode, output, elapsedMs } = await session.run(block, { timeoutMs, signal });
        return { outcome, exitCode, output, elapsedMs, executor: "test", files: [] };
      };
      return { run, end: () => session.end() };
    },
    close: async () => (await executor)?.close(),
  };
}

const BLOCK_MS_MAX = 30_000;
