import type { McpDeps, McpHttpSettings, McpStdioSettings } from "./settings.ts";

/** What a program needs to be found and to find its way; secrets are not among them. */
const NEEDED = [
  "PATH",
  "HOME",
  "USER",
  "LOGNAME",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "APPDATA",
  "LOCALAPPDATA",
  "USERPROFILE",
  "XDG_CACHE_HOME",
  "XDG_CONFIG_HOME",
  "XDG_DATA_HOME",
];

/**
 * What leads out of a company's network: its proxy, its certificates, and where packages come from, for `npx` and `uvx`. As curl, Node, OpenSSL,
 * Python's requests, npm, pip and uv read them; those of npm in both spellings.
 */
const FOR_THE_NETWORK = [
  ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "NODE_USE_SYSTEM_CA",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  ...["registry", "proxy", "https_proxy", "noproxy", "cafile", "cache"].flatMap((name) => [`npm_config_${name}`, `NPM_CONFIG_${name.toUpperCase()}`]), // prettier-ignore
  "PIP_INDEX_URL",
  "PIP_CERT",
  "PIP_PROXY",
  "UV_INDEX_URL",
  "UV_DEFAULT_INDEX",
  "UV_NATIVE_TLS",
  "UV_SYSTEM_CERTS",
];

/** Variables that every program is given where they are set here, by name. */
const ALWAYS_PASSED: readonly string[] = [...NEEDED, ...FOR_THE_NETWORK];

/** Those of them that are set and lead out of the network, for people to know. */
export const passedForTheNetwork = (env: McpDeps["env"]): readonly string[] => FOR_THE_NETWORK.filter((name) => env[name] !== undefined);

/** The environment of a server's process: never the whole of this one's. Names that are wanted and not set are `missing`. */
export function environmentOf(settings: Pick<McpStdioSettings, "env" | "secretsEnv">, env: McpDeps["env"]) {
  const wanted = settings.env ?? [];
  const byName = isList(wanted) ? wanted.map((name) => [name, reference(name)] as const) : Object.entries(wanted);
  const own = [...byName, ...Object.entries(settings.secretsEnv ?? {}).map(([name, from]) => [name, reference(from)] as const)];
  const read = own.map(([name, template]) => ({ name, ...filledIn(template, env) }));
  const passed = ALWAYS_PASSED.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return {
    values: Object.fromEntries([...passed, ...read.map(({ name, value }) => [name, value] as const)]) as {
      readonly [name: string]: string;
    },
    missing: [...new Set(read.flatMap(({ missing }) => missing))],
  };
}

/** A program's arguments, and the variables that should stand in them and are not set. */
export function argsOf({ args = [] }: Pick<McpStdioSettings, "args">, env: McpDeps["env"]) {
  const read = args.map((template) => filledIn(template, env));
  return { values: read.map(({ value }) => value), missing: [...new Set(read.flatMap(({ missing }) => missing))] };
}

/** The same for a server's address. */
export const addressOf = ({ url }: Pick<McpHttpSettings, "url">, env: McpDeps["env"]) => filledIn(url, withoutBlanks(env));

/** The headers that go with each request, and the variables that should hold them and do not: a header without words is none. */
export function headersOf(settings: Pick<McpHttpSettings, "headers" | "headersEnv">, given: McpDeps["env"]) {
  const env = withoutBlanks(given);
  const fromEnv = Object.entries(settings.headersEnv ?? {}).map(([header, name]) => [header, reference(name)] as const);
  const read = [...Object.entries(settings.headers ?? {}), ...fromEnv].map(([header, template]) => ({
    header,
    ...filledIn(template, env),
  }));
  return {
    values: Object.fromEntries(
      read.filter(({ missing }) => missing.length === 0).map(({ header, value }) => [header, headerValue(header, value)] as const),
    ),
    missing: [...new Set(read.flatMap(({ missing }) => missing))],
  };
}

/** What of a server's settings may read variables. */
type Reading = Pick<McpStdioSettings, "env" | "secretsEnv" | "args"> &
  Pick<McpHttpSettings, "headers" | "headersEnv"> & { readonly url?: string | undefined; readonly loginSecretEnv?: string | undefined };

/** The NAMES of the variables whose values a server is given beside those that every program is given. */
export function namesRead({ env = [], secretsEnv, headers, headersEnv, args = [], url = "" }: Reading): readonly string[] {
  const templates = [...(isList(env) ? env.map(reference) : Object.values(env)), ...Object.values(headers ?? {}), ...args, url];
  return [...new Set([...namedIn(templates), ...Object.values(secretsEnv ?? {}), ...Object.values(headersEnv ?? {})])];
}

const namedIn = (templates: readonly string[]): readonly string[] =>
  templates.flatMap((template) => [...template.matchAll(REFERENCE)].map(([, name = ""]) => name));

/** Those of them without which the server does not start. */
export const missingVariables = (settings: Reading, env: McpDeps["env"]): readonly string[] => {
  const { url = "" } = settings;
  const read = [environmentOf(settings, env), argsOf(settings, env), headersOf(settings, env), addressOf({ url }, env)];
  return [...new Set(read.flatMap(({ missing }) => missing))];
};

/** Those that are not set, or hold nothing: whoever names one means it to hold something. */
export const unsetVariables = (settings: Reading, env: McpDeps["env"]): readonly string[] => missingVariables(settings, withoutBlanks(env));

const withoutBlanks = (env: McpDeps["env"]): McpDeps["env"] =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ""));

/** `${NAME}`, `${env:NAME}`, or with what stands in its place where it is not set: `${NAME:-default}`; as in the files of other hosts. */
const REFERENCE = /\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;
const reference = (name: string): string => `\${${name}}`;

/** Whether a variable, a header or an option of this name is there to hold a secret; `exaApiKey` as `EXA_API_KEY`. */
export const holdsSecret = (name: string): boolean =>
  /(?:^|[_-])(?:KEY|APIKEY|TOKEN|PAT|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|AUTHORIZATION|COOKIE)$/i.test(
    name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2"),
  );

/** The NAMES of the variables that hold secrets for a server: those that it is given as one, and those that are called so here or there. */
export function secretNamesOf({
  env = [],
  secretsEnv,
  headers,
  headersEnv,
  args = [],
  url = "",
  loginSecretEnv,
}: Reading): readonly string[] {
  const asSecret = isList(env) ? [] : Object.fromEntries(Object.entries(env).filter(([name]) => holdsSecret(name)));
  const given = namesRead({ env: asSecret, secretsEnv, headers, headersEnv });
  const ofLogin = loginSecretEnv === undefined ? [] : [loginSecretEnv];
  return [...new Set([...given, ...namesRead({ env, args, url }).filter(holdsSecret), ...ofLogin])];
}

/** Whether a text has the value of a variable in it. */
export const refers = (text: string): boolean => text.search(REFERENCE) >= 0;

function filledIn(template: string, env: McpDeps["env"]): { readonly value: string; readonly missing: readonly string[] } {
  const missing: string[] = [];
  const value = template.replace(REFERENCE, (_whole, name: string, otherwise: string | undefined) => {
    const found = otherwise === undefined ? env[name] : env[name] || otherwise; // As a shell reads it.
    if (found === undefined) missing.push(name);
    return found ?? "";
  });
  return { value, missing };
}

const headerValue = (header: string, value: string): string =>
  header.toLowerCase() === "authorization" && !/\s/.test(value.trim()) ? `Bearer ${value.trim()}` : value.trim();

const isList = (value: readonly string[] | object): value is readonly string[] => Array.isArray(value);
