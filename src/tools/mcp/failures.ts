import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError, SseError } from "@modelcontextprotocol/client";
import { z } from "zod";
import type { Outcome } from "../deadline.ts";
import { CUT_CODE, ScopeWanted, TooOften } from "./http.ts";
import { isUnauthorized, type LoginWanted } from "./login.ts";
import { LOGIN_WANTED, type McpSettings } from "./settings.ts";
import { MESSAGE_BYTES_MAX } from "./stdio.ts";
import { namesRead } from "./variables.ts";
import { failed, type Failed, quoted, size } from "../result.ts";

type Missed = Exclude<Outcome<unknown>, { kind: "done" }>;

export const lacksVariables = (settings: McpSettings, names: readonly string[]): Failed =>
  unavailable(
    settings,
    `needs ${names.length > 1 ? "the environment variables" : "the environment variable"} ${names.join(", ")}, not set here. Set it for Parley, or take it out of the server's settings.`,
  );

/** What is known of a start that failed, beside the failure. */
export interface StartCircumstances {
  readonly timeoutMs: number;
  /** How the program ended, and what it wrote last; empty when that is not known. */
  readonly lastWords?: string;
  readonly login?: LoginWanted | undefined;
  /** Whether somebody can give it a login. */
  readonly isGiven?: boolean;
}

/** A server that could not be reached, or did not shake hands. */
export function startFailure(settings: McpSettings, outcome: Missed, around: StartCircumstances): Failed {
  const { timeoutMs, lastWords = "", login, isGiven = false } = around;
  switch (outcome.kind) {
    case "aborted":
      return failed("aborted", `${named(settings)} was being reached when it was stopped.`);
    case "timeout":
      return unavailable(
        settings,
        `did not answer within ${timeoutMs / 1000} s of its start.${spaced(lastWords)} ${serves(lastWords) ?? mendOf(settings)}`,
      );
    case "threw":
      if (login && isGiven) return loginWantedBy(settings);
      if (login) return unavailable(settings, loginProblem(settings, login));
      return unavailable(settings, startProblem(settings, outcome.error, lastWords));
  }
}

/** It knows nobody, or knows them no more. */
export const loginWantedBy = (settings: McpSettings): Failed =>
  failed(LOGIN_WANTED, `${named(settings)} wants a login, and is given none that it takes.`);

/** Where a program says that it listens: many speak over HTTP unless they are told otherwise. */
function serves(lastWords: string): string | undefined {
  const [address] = /\bhttps?:\/\/(?:0\.0\.0\.0|127\.0\.0\.1|localhost|\[::1?\])(?::\d{1,5})?/.exec(lastWords) ?? [];
  if (address === undefined) return undefined;
  return `It seems to serve at ${address}, and not on its standard input and output: start it by its argument for stdio, or run it apart and name its address as \`url\`.`;
}

const spaced = (words: string): string => (words === "" ? "" : ` ${words}`);

/** A person logs in where the server says; what comes of it is a token, which is all that can be given to it here. */
function loginProblem(settings: McpSettings, { servers }: LoginWanted): string {
  const names = secretsOf(settings);
  const where = servers.length > 0 ? ` Its logins are given by ${servers.join(" or ")}.` : "";
  return names.length > 0
    ? `refuses the login in ${names.join(", ")} (HTTP 401): it is wrong, or has run out.${where} Put a new one there.`
    : `wants a login (HTTP 401), and is given none.${where} Nobody can give it one by browser here: put a token of it into a variable, and name that in the team file: headersEnv: { Authorization: NAME }.`;
}

const secretsOf = (settings: McpSettings): readonly string[] => ("url" in settings ? namesRead(settings) : []);

/** A call that was not answered by a result. */
export function callFailure(
  settings: McpSettings,
  tool: string,
  outcome: Missed,
  { timeoutMs, totalMsMax, isGiven = false }: { readonly timeoutMs: number; readonly totalMsMax: number; readonly isGiven?: boolean },
): Failed {
  const called = `"${quoted(tool, 100)}"`;
  switch (outcome.kind) {
    case "aborted":
      return failed("aborted", `${called} of ${named(settings)} was stopped before it had answered. It may have had an effect.`);
    case "timeout":
      if (outcome.wasAtWork)
        return failed(
          "timeout",
          `${named(settings)} was still at work on ${called} after ${Math.max(timeoutMs, totalMsMax) / 1000} s. The call was cancelled, and may have had an effect. Ask for less at once, or raise the server's progressSecondsMax.`,
        );
      return failed(
        "timeout",
        `${named(settings)} did not answer ${called} within ${timeoutMs / 1000} s. The call was cancelled, and may have had an effect. Ask for less at once, or raise the server's callTimeoutSeconds.`,
      );
    case "threw":
      if (isGiven && isUnauthorized(outcome.error)) return loginWantedBy(settings);
      return thrownByCall(settings, called, outcome.error);
  }
}

/** The server does not know the session any more: it has been started anew, and the call was not made. */
export const isSessionLost = (error: unknown): boolean => error instanceof SdkHttpError && (error.status === 404 || error.status === 400);

/** The server is alive, and what it says is that this call is wrong. */
export const isAnswer = (error: unknown): boolean =>
  isNoResult(error) ||
  error instanceof ScopeWanted ||
  error instanceof TooOften ||
  (error instanceof ProtocolError && error.code !== CUT_CODE);

/** An answer that is none of MCP. */
const isNoResult = (error: unknown): boolean =>
  error instanceof z.core.$ZodError ||
  (error instanceof SdkError && [SdkErrorCode.InvalidResult, SdkErrorCode.UnsupportedResultType].includes(error.code));

export const unavailable = (settings: McpSettings, what: string): Failed => failed("unavailable", `${named(settings)} ${what}`);

function thrownByCall(settings: McpSettings, called: string, error: unknown): Failed {
  if (isNoResult(error))
    return failed("bad_answer", `${named(settings)} answered ${called} with something that is no result of MCP. Do without this tool.`);
  if (error instanceof ProtocolError && error.code !== CUT_CODE)
    return failed(
      "tool_error",
      `${named(settings)} refused ${called}: ${quoted(error.message.replace(/^(MCP error -?\d+: )+/, ""), 1_000)}`,
    );
  if (error instanceof ScopeWanted)
    return failed(
      "not_allowed",
      `${named(settings)} refused ${called} (HTTP 403): the login that goes with it does not allow that. It wants: ${quoted(error.scopes, 300)}. Go on without, or ask a person: whoever runs Parley names that under the server's loginScopes, and the login is withdrawn in Home and given again.`,
    );
  if (error instanceof TooOften)
    return failed("busy", `${named(settings)} bears no more calls for now (HTTP 429), and did not run ${called}. Call it again ${later(error)}, or go on without.`); // prettier-ignore
  if (isUnauthorized(error)) return unavailable(settings, loginProblem(settings, { servers: [] }));
  if (error instanceof SdkHttpError) return unavailable(settings, startProblem(settings, error, ""));
  return lostDuring(settings, called);
}

/** It has waited for a person, and is not there any more when they have answered. */
export const interrupted = (settings: McpSettings, tool: string): Failed =>
  failed(
    "interrupted",
    `"${quoted(tool, 100)}" of ${named(settings)} was interrupted while it waited for a person: Parley was started anew, or the server's session has ended. It may have had an effect: check that before you repeat it.`,
  );

/** Somebody was to go somewhere first, and would not. */
export const declined = (tool: string): Failed =>
  failed("declined", `"${quoted(tool, 100)}" was not run: it wants somebody to open a page first, and nobody would. Go on without.`);

export const lostDuring = (settings: McpSettings, called: string, lastWords = ""): Failed =>
  unavailable(
    settings,
    `was lost during ${called}: it ended, or could not be reached, or answered more than ${size(MESSAGE_BYTES_MAX)}.${spaced(lastWords)} It is tried again on the next use. The call may have had an effect: check that before you repeat it.`,
  );

function startProblem(settings: McpSettings, error: unknown, lastWords: string): string {
  if (error instanceof TooOften) return `bears no more requests for now (HTTP 429). Ask it again ${later(error)}.`;
  const code = error instanceof SdkHttpError ? error.status : codeOf(error);
  if (code === 401 || code === 403)
    return `refuses our credentials (HTTP ${code}). Check ${secretsOf(settings).join(", ") || "the server's headersEnv, which names none"}.`;
  if ("command" in settings && (code === "ENOENT" || code === "EACCES")) {
    const where = settings.cwd ? ` in ${settings.cwd}` : "";
    return `cannot be started: there is no program "${settings.command}"${where} that may be run. Install it, or correct the command.`;
  }
  if (error instanceof SdkHttpError || error instanceof SseError || ("url" in settings && error instanceof SdkError && code === undefined))
    return `answered${isStatus(code) ? ` HTTP ${code}` : ""}: ${quoted(error.message, 300)}. ${mendOf(settings)}`;
  if (typeof code === "string" && lastWords === "") return `cannot be reached (${code}). ${mendOf(settings)}`;
  return `did not start: ${quoted(error instanceof Error ? error.message : String(error), 300)}.${spaced(lastWords)} ${mendOf(settings)}`;
}

const later = ({ seconds }: TooOften): string => (seconds === undefined ? "later" : `after ${seconds} s`);

const isStatus = (code: unknown): boolean => typeof code === "number" && code >= 100;

/** Where it is, without what may be secret in an address or an argument. */
function mendOf(settings: McpSettings): string {
  return "command" in settings
    ? `Run its command ("${settings.command}" …) by hand to see why, or try \`parley tools doctor ${settings.name}\`.`
    : `See that it runs at ${URL.parse(settings.url)?.origin ?? "its address"} and that the path is right.`;
}

const named = (settings: McpSettings): string => `The MCP server "${settings.name}"`;

const Coded = z.object({ code: z.union([z.string().regex(/^[A-Z][A-Z0-9_]{1,40}$/), z.number()]) });

/** Network errors wrap the one that says what happened. */
function codeOf(error: unknown): string | number | undefined {
  // The SDK's own codes say nothing that its words do not.
  const own = error instanceof SdkError ? undefined : Coded.safeParse(error).data?.code;
  return own ?? (error instanceof Error && error.cause ? codeOf(error.cause) : undefined);
}
