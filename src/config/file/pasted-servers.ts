import { dirname } from "node:path";
import type { YamlFile } from "./yaml-file.ts";

/** Where other hosts keep their servers in a file, as it can be pasted whole; VS Code's settings have them one level further in. */
const LISTS: readonly (readonly string[])[] = [["mcpServers"], ["servers"], ["context_servers"], ["mcp", "servers"]];
/** What stands beside them there: what VS Code asks people for. Here it is in the environment. */
const BESIDE = "inputs";
/** What other hosts call the address of a server. */
const ADDRESSES = ["url", "serverUrl", "httpUrl"];
/** What is taken as it is. */
const SAME = ["command", "args", "env", "cwd", "headers"];
/** Rules of other hosts for their own, which say nothing of the server. */
const OF_OTHERS = new Set([
  "type", "transport", "transportType", "disabled", "enabled", "description", "name", "icon", "timeout", "autoApprove", "alwaysAllow",
  "autoStart", "disabledTools", "gallery", "version", "trust", "note", "comment", "dev", "sandbox", "sandboxEnabled", "source", "tools",
  "includeTools", "excludeTools",
]); // prettier-ignore

/**
 * The file with the servers that READMEs write for other hosts (`mcpServers`, VS Code's `servers` and the like) among its tools: JSON is YAML, and can be
 * pasted. An entry under `tools` goes before one of the same name. What is no such list is left for the schema to refuse.
 */
export function withPastedServers(yaml: YamlFile): YamlFile {
  const lists = LISTS.flatMap((path) => {
    const servers = at(yaml.data, path);
    return isMap(servers) && isMap(yaml.data) ? [{ path, servers }] : [];
  });
  if (!isMap(yaml.data) || lists.length === 0) return yaml;
  const pasted = new Set(lists.map(({ path: [first = ""] }) => first).concat(BESIDE));
  const rest = Object.fromEntries(Object.entries(yaml.data).filter(([key]) => !pasted.has(key)));
  const tools = rest["tools"] ?? {};
  if (!isMap(tools)) return { ...yaml, data: rest };
  const names = new Set(lists.flatMap(({ servers }) => Object.keys(servers)));
  const written = new Map<string, readonly string[]>();
  const entries = lists.flatMap(({ path, servers }) =>
    Object.entries(servers).flatMap(([name, server]): [string, unknown][] => {
      const plain = plainName(name);
      if (!isMap(server) || server["disabled"] === true || server["enabled"] === false || Object.hasOwn(tools, plain)) return [];
      const isTaken = (other: string) => written.has(other) || Object.hasOwn(tools, other) || (other !== name && names.has(other));
      const own = unlike(plain, isTaken);
      written.set(own, [...path, name]);
      return [[own, toolOf(server, dirname(yaml.path))]];
    }),
  );
  return {
    ...yaml,
    data: { ...rest, tools: { ...Object.fromEntries(entries), ...tools } },
    line(path, atKey) {
      const from = path[0] === "tools" ? written.get(String(path[1])) : undefined;
      return yaml.line(from === undefined ? path : [...from, ...path.slice(2)], atKey);
    },
  };
}

const at = (data: unknown, path: readonly string[]): unknown =>
  path.reduce((found: unknown, key) => (isMap(found) && Object.hasOwn(found, key) ? found[key] : undefined), data);

function toolOf(server: Record<string, unknown>, folder: string): Record<string, unknown> {
  const url = ADDRESSES.map((key) => server[key]).find((value) => value !== undefined);
  const kept = Object.entries(server).filter(([key]) => !ADDRESSES.includes(key) && (SAME.includes(key) || !OF_OTHERS.has(key)));
  const all = Object.fromEntries(kept.map(([key, value]) => [key, SAME.includes(key) ? inOurs(value, folder) : value]));
  const { environment, ...named } = all;
  const [command, ...args]: unknown[] = Array.isArray(named["command"]) ? named["command"] : [];
  return {
    kind: "mcp",
    ...named,
    // A program with its arguments in one list, or the first of them.
    ...(command === undefined ? {} : { command, args: args.concat(named["args"] ?? []) }),
    ...(environment !== undefined && named["env"] === undefined ? { env: inOurs(environment, folder) } : {}),
    ...(url === undefined ? {} : { url: inOurs(url, folder) }),
  };
}

/** Values as they stand here: all are text, and what other hosts put in their place is a variable, or known. */
function inOurs(value: unknown, folder: string): unknown {
  if (Array.isArray(value)) return value.map((one) => inOurs(one, folder));
  if (isMap(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inOurs(one, folder)]));
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "string") return value;
  return value
    .replaceAll(/\$\{input:([^}]+)\}/g, (_whole, id: string) => `\${${variableOf(id)}}`)
    .replaceAll(/\$\{(?:workspaceFolder|workspaceRoot|cwd)\}/g, () => folder)
    .replaceAll("${userHome}", "${HOME}")
    .replaceAll(/\$\{(?:pathSeparator|\/)\}/g, "/");
}

/** Under which name the environment has what another host asks people for. */
const variableOf = (id: string): string =>
  id
    .trim()
    .replaceAll(/[^A-Za-z0-9]+/g, "_")
    .replace(/^(?=\d)/, "_")
    .toUpperCase();

/** As a tool may be called here: letters, digits, - and _, a letter first. */
const plainName = (name: string): string =>
  name
    .replaceAll(/[^A-Za-z0-9_]+/g, "-")
    .replaceAll(/^[^A-Za-z]+|-$/g, "")
    .slice(0, NAME_CHARS_MAX) || "server";

/** With a number where it is another's name. */
function unlike(plain: string, isTaken: (name: string) => boolean): string {
  let own = plain;
  for (let count = 2; isTaken(own); count++) own = `${plain.slice(0, NAME_CHARS_MAX - 4)}-${count}`;
  return own;
}

const NAME_CHARS_MAX = 40;

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
