import { recipeWith } from "../../sandbox/docker/image/recipe.ts";
import { createOffExecutor } from "../../sandbox/off.ts";
import { SandboxUnavailable, type Capabilities, type Executor } from "../../sandbox/executor.ts";
import type { OwnerSettings } from "../../sandbox/owner.ts";
import type { Env } from "../env.ts";
import type { SandboxSettings } from "../schema/sandbox.ts";

export interface ExecutorOptions extends OwnerSettings {
  /** Milliseconds since the epoch; tests hand in their own. */
  readonly now?: () => number;
  /** One line about what went wrong beside the blocks. */
  readonly log?: (line: string) => void;
}

const TRY_AGAIN_MS = 30_000; // An engine that is restarted is back by then; asking at each block would slow every turn.

/**
 * The executor that the settings ask for. Never throws for a machine without it: then `open` says why, and each block is rejected with
 * that sentence, until the engine is there.
 */
export async function createExecutor(
  settings: SandboxSettings,
  env: Env,
  { log, now = Date.now, ...owner }: ExecutorOptions = {},
): Promise<Executor> {
  if (settings.executor === "off") return createOffExecutor('To enable it, set "sandbox: { executor: docker }" in the team file.');
  let real: Executor | undefined;
  let why = "";
  let triedAtMs = 0;
  let closed = false;

  async function tryToHave(): Promise<void> {
    triedAtMs = now();
    try {
      const made = await make(settings, env, owner, log);
      // It may have been closed while the engine was being asked.
      if (closed) await made.close();
      else real = made;
    } catch (error) {
      if (!(error instanceof SandboxUnavailable)) throw error;
      why = error.message;
    }
  }

  let trying: Promise<void> | undefined;
  async function had(): Promise<Executor | undefined> {
    if (!real && now() - triedAtMs >= TRY_AGAIN_MS) {
      trying ??= tryToHave().finally(() => (trying = undefined));
      await trying;
    }
    return real;
  }

  await tryToHave();
  return {
    get capabilities() {
      return real?.capabilities ?? ABSENT;
    },
    async open(thread, keeper) {
      const there = await had();
      if (!there) throw new SandboxUnavailable(why);
      return there.open(thread, keeper);
    },
    answers: async () => {
      const there = await had();
      return there !== undefined && ((await there.answers?.()) ?? true);
    },
    async close() {
      closed = true;
      await real?.close();
    },
  };
}

/** Blocks are still taken up, so that people and agents read why they were not run. */
const ABSENT: Capabilities = { grade: "off", label: "off: no sandbox can be had", languages: ["python", "sh", "bash"], hint: "" };

/** Loaded when asked for: the one not chosen, and its packages, stay out. */
async function make(settings: SandboxSettings, env: Env, owner: OwnerSettings, log: ExecutorOptions["log"]): Promise<Executor> {
  const { memoryMb, languages, state } = settings;
  const kept = keptOf(settings);
  if (settings.executor === "os") {
    const { createOsExecutor } = await import("../../sandbox/os/executor.ts");
    return createOsExecutor({ memoryMb, ...kept });
  }
  if (settings.executor === "kubernetes") return makeKubernetes(settings, env, owner);
  if (settings.executor === "e2b") return makeE2b(settings, env, owner);
  if (settings.executor === "wasm") {
    const { createWasmExecutor } = await import("../../sandbox/wasm/executor.ts");
    return createWasmExecutor({ memoryMb, ...kept });
  }
  const { createDockerExecutor } = await import("../../sandbox/docker/executor.ts");
  return createDockerExecutor({
    image: imageOf(settings),
    memoryMb,
    languages,
    state,
    ...kept,
    ...owner,
    ...(log ? { report: log } : {}),
    ...engineOf(env),
  });
}

/** How much of a thread's workspace is kept between blocks. */
export const keptOf = ({ keptFilesMax, keptMbMax }: SandboxSettings) => ({ keptFilesMax, keptBytesMax: keptMbMax * 1024 * 1024 });

async function makeKubernetes(settings: SandboxSettings, env: Env, owner: OwnerSettings): Promise<Executor> {
  const { image, memoryMb, kubernetes } = settings;
  const { createKubernetesExecutor } = await import("../../sandbox/kubernetes/executor.ts");
  const { namespace, context, runtimeClass, cpus, ttlMinutes, allowNetwork } = kubernetes;
  const kubeconfig = env["KUBECONFIG"]?.trim();
  return createKubernetesExecutor({
    image,
    memoryMb,
    namespace,
    cpus,
    ttlSeconds: ttlMinutes * 60,
    allowNetwork,
    ...keptOf(settings),
    ...owner,
    ...(context === undefined ? {} : { context }),
    ...(runtimeClass === undefined ? {} : { runtimeClass }),
    ...(kubeconfig ? { kubeconfig } : {}),
  });
}

async function makeE2b(settings: SandboxSettings, env: Env, owner: OwnerSettings): Promise<Executor> {
  const { memoryMb, e2b } = settings;
  const { createE2bExecutor } = await import("../../sandbox/e2b/executor.ts");
  const [apiUrl, sandboxUrl] = [env["E2B_API_URL"]?.trim(), env["E2B_SANDBOX_URL"]?.trim()];
  return createE2bExecutor({
    apiKey: env["E2B_API_KEY"]?.trim(),
    template: e2b.template,
    ttlSeconds: e2b.ttlMinutes * 60,
    memoryMb,
    ...keptOf(settings),
    ...owner,
    ...(apiUrl ? { apiUrl } : {}),
    ...(sandboxUrl ? { sandboxUrl } : {}),
  });
}

/** The image that code runs in: the one that is named, or the one that was made of it with the packages asked for. */
export const imageOf = ({ image, packages }: SandboxSettings): string => recipeWith(image, packages)?.image ?? image;

/** Which engine, as Docker's own variables say it. */
export function engineOf(env: Env): { readonly dockerHost?: string; readonly dockerCertFolder?: string } {
  const dockerHost = env["DOCKER_HOST"]?.trim();
  const dockerCertFolder = env["DOCKER_CERT_PATH"]?.trim();
  return { ...(dockerHost ? { dockerHost } : {}), ...(dockerCertFolder ? { dockerCertFolder } : {}) };
}
