import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigError } from "./config-error.ts";

/** The environment, as `Env` of env.ts. */
type Variables = { readonly [name: string]: string | undefined };

/** Takes what must not be seen out of a text. */
export type Redact = (text: string) => string;

/** Variables that Parley itself knows to hold a secret. */
const OWN_SECRETS = [
  "ANTHROPIC_API_KEY",
  "OPENAI_API_KEY",
  "AZURE_OPENAI_API_KEY",
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "SLACK_CLIENT_SECRET",
  "SLACK_STATE_SECRET",
  "PARLEY_TOKEN_KEY",
  "PARLEY_SERVE_TOKEN",
];

/** It holds a password where it is the address of a server, and may be in a file as secrets may. */
const OWN_ADDRESSES = ["PARLEY_DB"];

/** What a secret's variable is called, also those that team files name. */
const SECRET_NAME = /(^|_)(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$/;
const FILE_SUFFIX = "_FILE";
const SECRET_FILE_BYTES_MAX = 64 * 1024; // More is a wrong file.

/**
 * The environment with the secrets that are in files: `NAME_FILE` names the file that holds `NAME`, as orchestrators hand secrets in. A
 * variable that is set wins over its file. Throws {@link ConfigError}, without a word of what is in the file.
 */
export function withSecretFiles(env: Variables, cwd: string): Variables {
  const found: { [name: string]: string } = {};
  for (const [variable, path] of Object.entries(env)) {
    const name = variable.slice(0, -FILE_SUFFIX.length);
    const mayBeInFile = SECRET_NAME.test(name) || OWN_ADDRESSES.includes(name);
    if (!variable.endsWith(FILE_SUFFIX) || !mayBeInFile || !path?.trim() || env[name]?.trim()) continue;
    const value = readSecret(variable, resolve(cwd, path.trim()));
    if (value !== undefined) found[name] = value;
  }
  return { ...env, ...found };
}

/** Of a variable that is somebody else's, a file that cannot be read is none of our business. */
function readSecret(variable: string, path: string): string | undefined {
  const mistake = (message: string) =>
    [...OWN_SECRETS, ...OWN_ADDRESSES].some((name) => variable === name + FILE_SUFFIX)
      ? new ConfigError([{ file: "environment", path: variable, message }])
      : undefined;
  let trouble: ConfigError | undefined;
  try {
    const { size } = statSync(path);
    if (size > SECRET_FILE_BYTES_MAX) trouble = mistake(`names a file of ${size} bytes; at most ${SECRET_FILE_BYTES_MAX} are read`);
    else {
      const value = readFileSync(path, "utf8").trim();
      if (value) return value;
      trouble = mistake("names an empty file; put the secret into it.");
    }
  } catch (error) {
    trouble = mistake(
      `names a file that cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}); fix the path or its rights.`,
    );
  }
  if (trouble) throw trouble;
  return undefined;
}

/**
 * What stands at every door: lines of the log, errors for people, events on their way into the database. It masks the values of this
 * environment's secrets, wherever they turn up, and whatever is unmistakably a token. `names`: further variables that hold a secret.
 */
export function createRedactor(env: Variables, names: Iterable<string> = []): Redact {
  const wanted = new Set([...OWN_SECRETS, ...names]);
  const values = Object.entries(env).flatMap(([name, value = ""]) =>
    wanted.has(name) || SECRET_NAME.test(name) ? [value.trim(), ...value.split(/\r?\n/).map((line) => line.trim())] : [],
  );
  const forms = new Set(
    values.filter((value) => value.length >= SECRET_CHARS_MIN).flatMap((value) => [value, encodeURIComponent(value), quoted(value)]),
  );
  // The longest first: one may begin as another does.
  const known = [...forms].toSorted((one, other) => other.length - one.length);
  return (text) => {
    let clean = text;
    for (const secret of known) if (clean.includes(secret)) clean = clean.replaceAll(secret, REDACTED);
    return MAY_HOLD_TOKEN.test(clean) ? clean.replaceAll(TOKEN, REDACTED).replaceAll(CREDENTIALS_IN_ADDRESS, `$1${REDACTED}@`) : clean;
  };
}

/** As it stands inside JSON. */
const quoted = (value: string): string => JSON.stringify(value).slice(1, -1);

const REDACTED = "[redacted]";
/** Shorter values, such as `none` or `test`, would blank out ordinary words. */
const SECRET_CHARS_MIN = 8;

/** Tokens by their shape: Slack's, OpenAI's, Anthropic's and those of other model providers, GitHub's, Google's, Amazon's. Long, so that no word is one. */
const TOKEN =
  /\b(?:xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|(?:sk|gsk|xai)[-_](?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{20,}|gh[opsur]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|AIza[A-Za-z0-9_-]{30,}|AKIA[A-Z0-9]{16})/g;
/** Of an example, such as of what PARLEY_DB looks like, nothing is taken. */
const CREDENTIALS_IN_ADDRESS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)(?!user:password@)[^\s/@:"']{1,200}:[^\s/@"']{1,200}@/gi;
const MAY_HOLD_TOKEN = /xox|xapp-|sk[-_]|xai[-_]|gh[opsur]_|github_pat_|AIza|AKIA|:\/\//;
