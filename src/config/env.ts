import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ConfigError } from "./config-error.ts";
import { withSecretFiles } from "./secrets.ts";

export type Env = { readonly [name: string]: string | undefined };

const ENV_FILE_BYTES_MAX = 64 * 1024; // A handful of keys; more is a wrong file.

/**
 * The environment with what `.env` in this folder adds, and with secrets that are in files; a variable that is really set wins, also when it
 * is empty. Throws {@link ConfigError}.
 */
export const readEnv = (cwd: string, env: Env): Env => withSecretFiles(withDotEnv(cwd, env), cwd);

function withDotEnv(cwd: string, env: Env): Env {
  const path = join(cwd, ".env");
  try {
    const { size } = statSync(path);
    if (size > ENV_FILE_BYTES_MAX)
      throw new ConfigError([{ file: ".env", path: "", message: `is ${size} bytes; at most ${ENV_FILE_BYTES_MAX} are read` }]);
    return { ...parseEnv(readFileSync(path, "utf8")), ...env };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return env;
    if (error instanceof ConfigError) throw error;
    throw new ConfigError([{ file: ".env", path: "", message: `cannot be read (${code ?? String(error)})` }]);
  }
}
