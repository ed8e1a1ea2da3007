import { isLoopback, type DoorSettings } from "../../serve/door.ts";
import type { Env } from "../../config/env.ts";
import { UsageError } from "../command.ts";
import { readAddress } from "../start/slack-door.ts";

export const DOOR_HELP = `  --http [HOST:]PORT    over HTTP; HOST is 127.0.0.1 when absent. Any other needs PARLEY_SERVE_TOKEN
  --name NAME           a name by which programs come to that address, as behind a proxy; may be said again. Names of this machine are known

PARLEY_SERVE_TOKEN is what programs then have to show as "Authorization: Bearer …": at least 32 characters (openssl rand -hex 32). On loopback
it is asked for where it is set.`;

const TOKEN_CHARS_MIN = 32;

/** Where the door is to be, as `--http` and the environment say. Throws {@link UsageError} for one that would stand open to a network. */
export function doorOf(http: string, names: readonly string[] | undefined, env: Env): DoorSettings {
  const { host, port } = readAddress("--http", http);
  const token = env["PARLEY_SERVE_TOKEN"]?.trim() || undefined;
  if (token !== undefined && token.length < TOKEN_CHARS_MIN)
    throw new UsageError(
      `PARLEY_SERVE_TOKEN has ${token.length} characters, and a token at least ${TOKEN_CHARS_MIN}; make one with openssl rand -hex 32.`,
    );
  if (token === undefined && !isLoopback(host))
    throw new UsageError(
      `At ${host} others than this machine's programs come in: set PARLEY_SERVE_TOKEN (openssl rand -hex 32), or take the host out.`,
    );
  const wrong = names?.find((name) => !/^[a-z0-9.-]{1,253}$/i.test(name));
  if (wrong !== undefined) throw new UsageError(`--name is a host's name alone, such as parley.example.com, not "${wrong}".`);
  return { host, port, hosts: (names ?? []).map((name) => name.toLowerCase()), token };
}

/** An address that is taken, in words for whoever chose it. */
export function refuseTaken(error: unknown, { host, port }: DoorSettings): never {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") throw new UsageError(`Port ${port} is taken by another program; choose another with --http.`);
  if (code === "EADDRNOTAVAIL" || code === "EACCES" || code === "ENOTFOUND")
    throw new UsageError(`${host}:${port} cannot be had here (${code}); choose another with --http.`);
  throw error;
}
