import type { Clock } from "../../engine/clock.ts";
import type { ApprovalMode } from "../approval.ts";

/** An MCP server as a team file names it; what is absent is as {@link MCP_DEFAULTS} says. */
export type McpSettings = McpStdioSettings | McpHttpSettings;

interface CommonSettings {
  /** Goes before the name of each of its tools. */
  readonly name: string;
  readonly approval?: ApprovalMode | undefined;
  /** By the tool's name on the server, where it is not `approval`. */
  readonly approvals?: { readonly [tool: string]: ApprovalMode } | undefined;
  /** From the start of the process, or the first request, to the list of tools. */
  readonly startTimeoutMs?: number | undefined;
  readonly callTimeoutMs?: number | undefined;
}

/** A program on this machine that speaks MCP on its standard input and output. */
export interface McpStdioSettings extends CommonSettings {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** NAMES of the environment variables it is given, beside PATH, HOME and the like. */
  readonly env?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
}

/** A server that speaks MCP over streamable HTTP. */
export interface McpHttpSettings extends CommonSettings {
  readonly url: string;
  /** Header → NAME of the environment variable that holds its value. A bare token for `Authorization` is sent as a bearer token. */
  readonly headersEnv?: { readonly [header: string]: string } | undefined;
}

export interface McpDeps {
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: Clock;
  /** A line for the operator. */
  readonly log: (problem: string, error?: unknown) => void;
}

export const MCP_DEFAULTS = {
  approval: "first-time",
  startTimeoutMs: 60_000, // `npx` may have to fetch the server first.
  callTimeoutMs: 60_000, // As the protocol's own SDK.
} as const;

/** What a program needs to be found and to find its way; secrets are not among them. */
const ALWAYS_PASSED = [
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
  "USERPROFILE",
];

/** The environment of a server's process: never the whole of this one's. Names that are wanted and not set are `missing`. */
export function environmentOf(settings: McpStdioSettings, env: McpDeps["env"]) {
  const wanted = settings.env ?? [];
  const set = [...ALWAYS_PASSED, ...wanted].flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return { values: Object.fromEntries(set), missing: wanted.filter((name) => env[name] === undefined) };
}

/** The headers that go with each request, and the variables that should hold them and do not. */
export function headersOf(settings: McpHttpSettings, env: McpDeps["env"]) {
  const wanted = Object.entries(settings.headersEnv ?? {});
  const set = wanted.flatMap(([header, name]) => (env[name] ? [[header, headerValue(header, env[name])] as const] : []));
  return { values: Object.fromEntries(set), missing: wanted.map(([, name]) => name).filter((name) => !env[name]) };
}

const headerValue = (header: string, value: string): string =>
  header.toLowerCase() === "authorization" && !/\s/.test(value.trim()) ? `Bearer ${value.trim()}` : value.trim();
