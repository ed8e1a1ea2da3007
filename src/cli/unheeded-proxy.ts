import type { Env } from "../config/env.ts";
import { isByEnvProxy } from "../env-proxy.ts";

/**
 * Why calls do not go by the proxy that is named here, with the mend; nothing where none is named, or they do. `set`: what the process was started
 * with, `env`: that with .env, which is read when Node has long looked.
 */
export function unheededProxy(set: Env, env: Env, isHeeded = isByEnvProxy()): string | undefined {
  const name = ["HTTPS_PROXY", "https_proxy"].find((one) => env[one]?.trim());
  if (name === undefined) return undefined;
  const wanted = [...(set[name]?.trim() ? [] : [name]), ...(isHeeded ? [] : ["NODE_USE_ENV_PROXY=1"])];
  return wanted.length === 0
    ? undefined
    : `${name} names a proxy, and calls do not go by it: set ${wanted.join(" and ")} where Parley is started, for Node looks before .env is read.`;
}
