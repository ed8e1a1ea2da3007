import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import type { Outcome } from "../deadline.ts";
import { CUT_CODE } from "./http.ts";
import type { McpSettings } from "./settings.ts";
import { MESSAGE_BYTES_MAX } from "./stdio.ts";
import { failed, type Failed, quoted, size } from "../result.ts";

type Missed = Exclude<Outcome<unknown>, { kind: "done" }>;

export const missingVariables = (settings: McpSettings, names: readonly string[]): Failed =>
  unavailable(
    settings,
    `needs ${names.length > 1 ? "the environment variables" : "the environment variable"} ${names.join(", ")}, not set here. Set it for Parley, or take it out of the server's settings.`,
  );

/** A server that could not be reached, or did not shake hands. */
export function startFailure(settings: McpSettings, outcome: Missed, timeoutMs: number): Failed {
  switch (outcome.kind) {
    case "aborted":
      return failed("aborted", `${named(settings)} was being reached when it was stopped.`);
    case "timeout":
      return unavailable(settings, `did not answer within ${timeoutMs / 1000} s of its start. ${mendOf(settings)}`);
    case "threw":
      return unavailable(settings, startProblem(settings, outcome.error));
  }
}

/** A call that was not answered by a result. */
export function callFailure(settings: McpSettings, tool: string, outcome: Missed, timeoutMs: number): Failed {
  const called = `"${quoted(tool, 100)}"`;
  switch (outcome.kind) {
    case "aborted":
      return failed("aborted", `${called} of ${named(settings)} was stopped before it had answered. It may have had an effect.`);
    case "timeout":
      return failed(
        "timeout",
        `${named(settings)} did not answer ${called} within ${timeoutMs / 1000} s. The call was cancelled, and may have had an effect. Ask for less at once, or raise the server's callTimeoutMs.`,
      );
    case "threw":
      return thrownByCall(settings, called, outcome.error);
  }
}

/** The server does not know the session any more: it has been started anew, and the call was not made. */
export const isSessionLost = (error: unknown): boolean =>
  error instanceof StreamableHTTPError && (error.code === 404 || error.code === 400);

/** The server is alive, and what it says is that this call is wrong. */
export const isAnswer = (error: unknown): boolean =>
  error instanceof z.core.$ZodError || (error instanceof McpError && error.code !== CUT_CODE);

export const unavailable = (settings: McpSettings, what: string): Failed => failed("unavailable", `${named(settings)} ${what}`);

function thrownByCall(settings: McpSettings, called: string, error: unknown): Failed {
  if (error instanceof z.core.$ZodError)
    return failed("bad_answer", `${named(settings)} answered ${called} with something that is no result of MCP. Do without this tool.`);
  if (error instanceof McpError && error.code !== CUT_CODE)
    return failed(
      "tool_error",
      `${named(settings)} refused ${called}: ${quoted(error.message.replace(/^(MCP error -?\d+: )+/, ""), 1_000)}`,
    );
  if (error instanceof StreamableHTTPError) return unavailable(settings, startProblem(settings, error));
  return lostDuring(settings, called);
}

export const lostDuring = (settings: McpSettings, called: string): Failed =>
  unavailable(
    settings,
    `was lost during ${called}: it ended, or could not be reached, or answered more than ${size(MESSAGE_BYTES_MAX)}. It is tried again on the next use. The call may have had an effect: check that before you repeat it.`,
  );

function startProblem(settings: McpSettings, error: unknown): string {
  const code = codeOf(error);
  if (error instanceof StreamableHTTPError && (code === 401 || code === 403)) {
    const names = "headersEnv" in settings ? Object.values(settings.headersEnv ?? {}) : [];
    return `refuses our credentials (HTTP ${code}). Check ${names.join(", ") || "the server's headersEnv, which names none"}.`;
  }
  if ("command" in settings && (code === "ENOENT" || code === "EACCES")) {
    const where = settings.cwd ? ` in ${settings.cwd}` : "";
    return `cannot be started: there is no program "${settings.command}"${where} that may be run. Install it, or correct the command.`;
  }
  if (error instanceof StreamableHTTPError)
    return `answered${isStatus(code) ? ` HTTP ${code}` : ""}: ${quoted(error.message, 300)}. ${mendOf(settings)}`;
  if (typeof code === "string") return `cannot be reached (${code}). ${mendOf(settings)}`;
  return `did not start: ${quoted(error instanceof Error ? error.message : String(error), 300)}. ${mendOf(settings)}`;
}

const isStatus = (code: unknown): boolean => typeof code === "number" && code >= 100;

/** Where it is, without what may be secret in an address or an argument. */
function mendOf(settings: McpSettings): string {
  return "command" in settings
    ? `Run its command ("${settings.command}" …) by hand to see why; what it wrote last is in Parley's log.`
    : `See that it runs at ${URL.parse(settings.url)?.origin ?? "its address"} and that the path is right.`;
}

const named = (settings: McpSettings): string => `The MCP server "${settings.name}"`;

const Coded = z.object({ code: z.union([z.string().regex(/^[A-Z][A-Z0-9_]{1,40}$/), z.number()]) });

/** Network errors wrap the one that says what happened. */
function codeOf(error: unknown): string | number | undefined {
  const own = Coded.safeParse(error).data?.code;
  return own ?? (error instanceof Error && error.cause ? codeOf(error.cause) : undefined);
}
