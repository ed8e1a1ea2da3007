import { discoverOAuthProtectedResourceMetadata, SdkHttpError, UnauthorizedError } from "@modelcontextprotocol/client";
import type { Clock } from "../../engine/clock.ts";
import { within } from "../deadline.ts";
import { loginFetch } from "../login/login-fetch.ts";
import { quoted } from "../result.ts";

/** What a server wants that knows nobody: where its logins are given. */
export interface LoginWanted {
  /** Of the servers that give them; none where it does not say. */
  readonly servers: readonly string[];
}

const METADATA_TIMEOUT_MS = 5_000;

/** Asks a server that has answered 401 where its logins come from; nothing for another refusal. */
export async function loginWanted(url: string, error: unknown, { clock }: { readonly clock: Clock }): Promise<LoginWanted | undefined> {
  if (!isUnauthorized(error)) return undefined;
  const never = new AbortController().signal;
  const asked = await within({ timeoutMs: METADATA_TIMEOUT_MS, clock }, never, async (signal) => {
    const fetch = await loginFetch(url, { clock });
    return await discoverOAuthProtectedResourceMetadata(url, {}, (target, init) => fetch(target, { ...init, signal }));
  });
  const servers = asked.kind === "done" ? (asked.value.authorization_servers ?? []) : [];
  return { servers: servers.slice(0, 3).map((one) => quoted(one, 200)) };
}

export const isUnauthorized = (error: unknown): boolean =>
  error instanceof UnauthorizedError || (error instanceof SdkHttpError && error.status === 401);
