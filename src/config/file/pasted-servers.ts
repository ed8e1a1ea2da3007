import type { YamlFile } from "./yaml-file.ts";

/** What other hosts call the address of a server. */
const ADDRESSES = ["url", "serverUrl", "httpUrl"];
/** What is taken as it is. */
const SAME = ["command", "args", "env", "cwd", "headers"];
/** Rules of other hosts for their own, which say nothing of the server. */
const OF_OTHERS = new Set([
  "type", "transport", "transportType", "disabled", "enabled", "description", "name", "icon", "timeout", "autoApprove", "alwaysAllow",
  "autoStart", "disabledTools", "gallery", "version", "trust", "note", "comment",
]); // prettier-ignore

/**
 * The file with the servers under `mcpServers`, as READMEs write them for other hosts, among its tools: JSON is YAML, and can be pasted. An entry
 * under `tools` goes before one of the same name. What is no such list is left for the schema to refuse.
 */
export function withPastedServers(yaml: YamlFile): YamlFile {
  const { data } = yaml;
  if (!isMap(data) || !isMap(data["mcpServers"])) return yaml;
  const { mcpServers: _, ...rest } = data;
  const mcpServers = data["mcpServers"];
  const tools = rest["tools"] ?? {};
  if (!isMap(tools)) return { ...yaml, data: rest };
  const written = new Map<string, string>();
  const entries = Object.entries(mcpServers).flatMap(([name, server]): [string, unknown][] => {
    const plain = plainName(name);
    if (!isMap(server) || server["disabled"] === true || Object.hasOwn(tools, plain)) return [];
    const isTaken = (other: string) =>
      written.has(other) || Object.hasOwn(tools, other) || (other !== name && Object.hasOwn(mcpServers, other));
    const own = unlike(plain, isTaken);
    written.set(own, name);
    return [[own, toolOf(server)]];
  });
  return {
    ...yaml,
    data: { ...rest, tools: { ...Object.fromEntries(entries), ...tools } },
    line(path, atKey) {
      const name = path[0] === "tools" ? written.get(String(path[1])) : undefined;
      return yaml.line(name === undefined ? path : ["mcpServers", name, ...path.slice(2)], atKey);
    },
  };
}

function toolOf(server: Record<string, unknown>): Record<string, unknown> {
  const url = ADDRESSES.map((key) => server[key]).find((value) => value !== undefined);
  const kept = Object.entries(server).filter(([key]) => !ADDRESSES.includes(key) && (SAME.includes(key) || !OF_OTHERS.has(key)));
  return { kind: "mcp", ...Object.fromEntries(kept), ...(url === undefined ? {} : { url }) };
}

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
