import type { Notices, Usage } from "../../engine/events/events.ts";
import type { ModelFailureKind, ModelReply } from "../../engine/model.ts";
import { FAILURES, type Source } from "./failure-table.ts";
import { kindOf, PATH_WORDS } from "./kinds.ts";
import { refusalOf } from "./refusal.ts";
import { RETRY_AFTER_MS_MAX, retryAfterMs } from "./retry-after.ts";
import { redact } from "./secrets.ts";

type FailedReply = Extract<ModelReply, { kind: "failure" }>;

/** What had come before it failed. */
export interface SoFar {
  readonly text?: string | undefined;
  readonly usage?: Usage | undefined;
  readonly notices?: Notices | undefined;
}

/** A failed reply with one sentence for people, and beside it what the provider said, without secrets. */
export function failure(
  kind: ModelFailureKind,
  source: Source,
  {
    detail,
    retryAfterMs,
    text,
    usage,
    notices = [],
  }: SoFar & { readonly detail?: string | undefined; readonly retryAfterMs?: number | undefined } = {},
): FailedReply {
  const said = detail ? ` (${shortened(redact(detail, source.secrets))})` : "";
  return {
    kind: "failure",
    error: { kind, message: `${FAILURES[kind].sentence(source)}${said}`, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
    ...(text ? { received: text } : {}),
    ...(notices.length > 0 ? { notices } : {}),
    ...(usage ? { usage } : {}),
  };
}

/** Whatever a provider's SDK or the network has thrown, as a failed reply. `nowMs` turns a date to retry after into a wait. */
export function toFailure(error: unknown, source: Source, nowMs: number, soFar: SoFar = {}): FailedReply {
  const refusal = refusalOf(error);
  const waitMs = retryAfterMs(refusal.headers, refusal.said, nowMs);
  const kind = kindOf(refusal, waitMs);
  const isPage = refusal.said.isPage === true && (refusal.status ?? 0) < SERVER_ERRORS_FROM && kind !== "unavailable";
  const isPath = kind === "unknown_model" && PATH_WORDS.test(refusal.said.message);
  const hint = isPage ? ` at ${source.address}, not a model's answer${pathHint(source)}` : isPath ? ` at ${source.address}${pathHint(source)}` : ""; // prettier-ignore
  return failure(kind, source, { ...soFar, detail: longWait(kind, waitMs) + refusal.text + hint, retryAfterMs: waitMs });
}

const SERVER_ERRORS_FROM = 500;

/** For people, where nobody waits for it here. What no wait helps may come with the time of a renewal as well. */
function longWait(kind: ModelFailureKind, ms: number | undefined): string {
  if (ms === undefined || ms <= RETRY_AFTER_MS_MAX || (FAILURES[kind].rule.does !== "retry" && kind !== "quota")) return "";
  const minutes = Math.ceil(ms / 60_000);
  return `not before ${minutes < 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`} have passed: `;
}

const pathHint = ({ address }: Source): string => (/\/v\d/.test(address) ? ": check the address" : ": is `/v1` missing in baseUrl?");

/** Scheme, host and port alone: an address may carry a password. */
export function hostOf(baseUrl: string): string {
  return URL.canParse(baseUrl) ? new URL(baseUrl).origin : "the given address";
}

/** Without credentials and what stands behind a question mark. */
export function addressOf(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return "the given address";
  const { origin, pathname } = new URL(baseUrl);
  return `${origin}${pathname.replace(/(?<!\/)\/+$/, "")}`;
}

const DETAIL_CHARS_MAX = 300; // One or two lines in a thread.

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim().toWellFormed();
  return line.length <= DETAIL_CHARS_MAX ? line : `${line.slice(0, DETAIL_CHARS_MAX)}…`;
}
