import type { Clock } from "../../engine/clock.ts";
import type { Touch } from "../../engine/tool.ts";
import type { ApprovalMode } from "../approval.ts";
import type { ToolHints } from "./list.ts";
import type { OwnLogin } from "../login/logins.ts";

/** An MCP server as a team file names it; what is absent is as {@link MCP_DEFAULTS} says. */
export type McpSettings = McpStdioSettings | McpHttpSettings;

interface CommonSettings {
  /** Goes before the name of each of its tools. */
  readonly name: string;
  readonly approval?: ApprovalMode | undefined;
  /** By the tool's name on the server, where it is not `approval`. */
  readonly approvals?: { readonly [tool: string]: ApprovalMode } | undefined;
  /** What its tools touch, where they are not to be believed themselves. */
  readonly touches?: readonly Touch[] | undefined;
  /** By the tool's name on the server, where it is not `touches`. */
  readonly touchesBy?: { readonly [tool: string]: readonly Touch[] } | undefined;
  /** From the start of the process, or the first request, to the list of tools. */
  readonly startTimeoutMs?: number | undefined;
  readonly callTimeoutMs?: number | undefined;
  /** Whether what it has to be read is offered, by two tools more. */
  readonly resources?: boolean | undefined;
  /** The same for the prompts that it has written. */
  readonly prompts?: boolean | undefined;
  /** Whether it may know where the thread's files are, which are put into a folder for it. */
  readonly roots?: boolean | undefined;
  /** Of a call that says that it comes on; each word of it is waited for as long as `callTimeoutMs`. */
  readonly progressMsMax?: number | undefined;
}

/** A program on this machine that speaks MCP on its standard input and output. */
export interface McpStdioSettings extends CommonSettings {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** NAMES of the environment variables it is given, beside PATH, HOME and the like; or name → constant, in which `${NAME}` is the value of a variable. */
  readonly env?: readonly string[] | { readonly [name: string]: string } | undefined;
  /** Variable of the program → NAME of the environment variable that holds its value. */
  readonly secretsEnv?: { readonly [name: string]: string } | undefined;
  readonly cwd?: string | undefined;
}

/** A server that speaks MCP over streamable HTTP. */
export interface McpHttpSettings extends CommonSettings {
  readonly url: string;
  /** Header → value, in which `${NAME}` is the value of a variable. */
  readonly headers?: { readonly [header: string]: string } | undefined;
  /** Header → NAME of the environment variable that holds its value. A bare token for `Authorization` is sent as a bearer token. */
  readonly headersEnv?: { readonly [header: string]: string } | undefined;
}

export interface McpDeps {
  /** The login that goes with each request to an address; none where it is absent. */
  readonly login?: OwnLogin | undefined;
  /** Whether somebody has given it: what tools then give is theirs. */
  readonly isLoggedIn?: boolean;
  /** Keeps what tools give to be seen or heard, and gives its SHA-256, hex. Such things are words alone when it is absent. */
  readonly keepFile?: ((content: Uint8Array) => Promise<string>) | undefined;
  readonly env: { readonly [name: string]: string | undefined };
  readonly clock: Clock;
  /** A line for the operator. */
  readonly log: (problem: string, error?: unknown) => void;
}

/**
 * What one of its tools touches, as the team file says; else as the protocol has it, by which a tool that says nothing of it reaches others. What reads
 * with somebody's login tells nobody but the server that what is read is on.
 */
export function touchesOf(
  { touches, touchesBy = {} }: McpSettings,
  tool: string,
  { staysInside = false, readsOnly = false, isLoggedIn }: ToolHints & { readonly isLoggedIn: boolean },
): readonly Touch[] {
  const said = Object.hasOwn(touchesBy, tool) ? touchesBy[tool] : touches;
  if (said) return said;
  return [
    ...(isLoggedIn ? (["private"] as const) : []),
    ...(staysInside ? [] : (["untrusted"] as const)),
    ...(staysInside || (isLoggedIn && readsOnly) ? [] : (["outside"] as const)),
  ];
}

/** The kind of the failure of a server that wants a login that somebody can give. */
export const LOGIN_WANTED = "login_wanted";

export const MCP_DEFAULTS = {
  login: "person", // What one person may see at a server is not for the others of their channel.
  share: "thread", // What one thread leaves in a browser, a shell or a login is none of the others' business.
  sessionsMax: 50, // Processes of one server: at 60 MB each, what a machine for a team has to spare.
  idleMinutes: 10, // Long enough for a person's yes; then a browser is only memory.
  approval: "first-time",
  startTimeoutMs: 60_000, // `npx` may have to fetch the server first.
  callTimeoutMs: 60_000, // As the protocol's own SDK.
  progressMsMax: 1_800_000, // Half an hour: longer than a run takes unless its team says so.
} as const;
