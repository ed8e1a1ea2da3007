import type { Finish } from "../piece.ts";

/** How providers, and those like them, name why a reply ended; other words than these, such as `eos`, are some server's way to say that all is well. */
const FINISHES: { readonly [reason: string]: Finish } = {
  length: "length",
  max_tokens: "length",
  max_output_tokens: "length",
  max_completion_tokens: "length",
  max_new_tokens: "length",
  max_length: "length",
  token_limit: "length",
  length_limit: "length",
  content_filter: "filtered",
  content_filtered: "filtered",
  safety: "filtered",
  image_safety: "filtered",
  prohibited_content: "filtered",
  blocklist: "filtered",
  recitation: "filtered",
  spii: "filtered",
  moderation: "filtered",
  sensitive: "filtered",
  guardrail_intervened: "filtered",
  refusal: "refused",
  error: "error",
  malformed_function_call: "error",
  context_length_exceeded: "context",
  model_context_window_exceeded: "context",
  model_length: "context",
};

export const finishOf = (reason: string): Finish =>
  FINISHES[
    reason
      .toLowerCase()
      .replaceAll("-", "_")
      .replace(/^finish_reason_/, "")
  ] ?? "stop";
