import type { Finish, Piece } from "../piece.ts";

/**
 * How providers, and those like them, name why a reply ended; other words than these and those of `BROKEN_OFF`, such as `eos`, are some server's way
 * to say that all is well.
 */
const FINISHES: { readonly [reason: string]: Finish } = {
  length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  max_completion_tokens: "length",
  max_new_tokens: "length",
  max_length: "length",
  token_limit: "length",
  length_limit: "length",
  error_limit: "length",
  content_filter: "filtered",
  content_filtered: "filtered",
  safety: "filtered",
  image_safety: "filtered",
  prohibited_content: "filtered",
  blocklist: "filtered",
  recitation: "filtered",
  language: "filtered",
  content_policy: "filtered",
  content_policy_violation: "filtered",
  error_toxic: "filtered",
  spii: "filtered",
  moderation: "filtered",
  sensitive: "filtered",
  guardrail_intervened: "filtered",
  refusal: "refused",
  insufficient_system_resource: "error",
  unexpected_tool_call: "error",
  context_length_exceeded: "context",
  model_context_window_exceeded: "context",
  model_length: "context",
};

/** Of a server, not of a model: aborted, cancelled, timed out, or what the model wrote could not be read. */
const BROKEN_OFF = /error|abort|cancel|time_?d?_?out|malformed/;

/** Google's door puts the kind in front: `content_filter: RECITATION`. */
function finishOf(reason: string): Finish {
  const words = reason.toLowerCase().replaceAll("-", "_").split(/:\s*/).map((word) => word.replace(/^finish_reason_/, "")); // prettier-ignore
  return (
    words.map((word) => FINISHES[word]).find((known) => known !== undefined) ?? (BROKEN_OFF.test(reason.toLowerCase()) ? "error" : "stop")
  );
}

/** Why a reply ended, in a server's word; `undefined` where it gives none: some write down that there is none yet. */
export function finishedBy(reason: unknown, detail?: string | null): Extract<Piece, { type: "finished" }> | undefined {
  if (typeof reason !== "string" || NO_REASON.test(reason)) return undefined;
  const why = finishOf(reason);
  const told = detail || (why === "error" ? `the server ended it with "${reason}"` : undefined);
  return { type: "finished", why, ...(told ? { detail: told } : {}) };
}

const NO_REASON = /^(?:null|none|undefined|in_progress)?$/i;
