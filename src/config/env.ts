import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { nearest } from "../engine/reading/nearest.ts";
import { ConfigError, type Mistake } from "./config-error.ts";
import { readEnvFile } from "./env-file.ts";
import { withSecretFiles } from "./secrets.ts";

export type Env = { readonly [name: string]: string | undefined };

const ENV_FILE_BYTES_MAX = 64 * 1024; // A handful of keys; more is a wrong file.

/**
 * The environment with what `.env` in this folder adds, and with secrets that are in files; a variable that is really set wins, also when it
 * is empty. Throws {@link ConfigError}.
 */
export const readEnv = (cwd: string, env: Env): Env => withSecretFiles({ ...readDotEnv(cwd).variables, ...env }, cwd);

/** Lines of `.env` in this folder that set nothing, though something stands there. Throws as {@link readEnv}. */
export const unreadInEnv = (cwd: string): readonly Mistake[] => readDotEnv(cwd).unread;

/** `is not set`, of a variable; with one that is set and is called nearly so. */
export function notSet(name: string, env: Env): string {
  const others = Object.keys(env).filter((one) => one !== name && env[one]?.trim());
  const near = nearest(name, others, MISTYPED_MAX);
  return near === undefined ? "is not set" : `is not set (${near} is; fix its name, if that is meant)`;
}

/** Letters; with three, SLACK_BOT_TOKEN would be SLACK_APP_TOKEN. */
const MISTYPED_MAX = 2;

function readDotEnv(cwd: string): ReturnType<typeof readEnvFile> {
  const path = join(cwd, ".env");
  try {
    const { size } = statSync(path);
    if (size > ENV_FILE_BYTES_MAX)
      throw new ConfigError([{ file: ".env", path: "", message: `is ${size} bytes; at most ${ENV_FILE_BYTES_MAX} are read` }]);
    return readEnvFile(readFileSync(path, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { variables: {}, unread: [] };
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([{ file: ".env", path: "", message: `cannot be read (${code ?? String(error)})` }]);
  }
}
