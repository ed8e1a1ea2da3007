import { SandboxUnavailable, type Executor } from "../sandbox/executor.ts";
import { createOffExecutor } from "../sandbox/off.ts";
import type { Env } from "./env.ts";
import { createExecutor } from "./executor.ts";
import type { SandboxSettings } from "./schema.ts";

/**
 * The demo's executor: Docker where an engine answers and has the image, else Python in WebAssembly, started ahead so that the first block
 * need not wait for it; else none, and each block says why. On real Slack nothing is ever put in the place of what the settings ask for.
 */
export async function createDemoExecutor(settings: SandboxSettings, env: Env): Promise<Executor> {
  const docker = await createExecutor({ ...settings, executor: "docker" }, env);
  if (docker.capabilities.grade !== "off") return docker;
  await docker.close();
  try {
    const { createWasmExecutor } = await import("../sandbox/wasm.ts");
    return await createWasmExecutor({ memoryMb: settings.memoryMb, prewarm: true });
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    return createOffExecutor(error.message);
  }
}
