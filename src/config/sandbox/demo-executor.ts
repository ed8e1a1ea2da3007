import { SandboxUnavailable, type Executor } from "../../sandbox/executor.ts";
import { createOffExecutor } from "../../sandbox/off.ts";
import type { Env } from "../env.ts";
import { createExecutor, keptOf } from "./executor.ts";
import type { SandboxSettings } from "../schema/sandbox.ts";

/**
 * The demo's executor: the first that passes its trial of Docker (an engine answers and has the image), namespaces of this machine, and
 * Python in WebAssembly, started ahead so that the first block need not wait for it; else none, and each block says why. Its label tells
 * which. On real Slack nothing is ever put in the place of what the settings ask for.
 */
export async function createDemoExecutor(settings: SandboxSettings, env: Env): Promise<Executor> {
  for (const executor of ["docker", "os"] as const) {
    const made = await createExecutor({ ...settings, executor }, env);
    // The demo's agents write Python, which a machine of its own need not have.
    if (made.capabilities.grade !== "off" && made.capabilities.languages.includes("python")) return made;
    await made.close();
  }
  try {
    const { createWasmExecutor } = await import("../../sandbox/wasm/executor.ts");
    return await createWasmExecutor({ memoryMb: settings.memoryMb, ...keptOf(settings), prewarm: true });
  } catch (error) {
    if (!(error instanceof SandboxUnavailable)) throw error;
    return createOffExecutor(error.message);
  }
}
