import { globalAgent } from "node:http";

/**
 * Whether this machine's environment has Node send its calls through a proxy (`NODE_USE_ENV_PROXY`, `--use-env-proxy`). Such calls are made by
 * `fetch`, which has known how to for longer than Node's own HTTP has.
 */
export function isByEnvProxy(): boolean {
  const { options } = globalAgent as { readonly options?: { readonly proxyEnv?: unknown } };
  return options?.proxyEnv !== undefined || process.env["NODE_USE_ENV_PROXY"] === "1";
}
