/**
 * What a good request can do without, or can say in another way. Models and servers differ in which of it they take, and say so only by refusing.
 */
export type Concession = keyof typeof CONCESSIONS;

interface Terms {
  /** In the server's refusal: its words, the part of the request that it names, and its codes. */
  readonly sign: RegExp;
  /** For people, behind the model's name; nothing where the answer is none the worse for it. */
  readonly notice?: string;
  /** For the operator, behind the model's name. */
  readonly told: string;
}

const NOT = String.raw`(?:\bnot?\b|n't|\bun(?:supported|known|recogni[sz]ed|expected|permitted)|disallowed|disabled|invalid|forbidden|extra|cannot|only)`;
const about = (thing: string): RegExp => new RegExp(`(?:${thing})[^.]{0,120}${NOT}|${NOT}[^.]{0,120}(?:${thing})`, "i");

/** In this order: what is named by its own name before what may be meant. */
export const CONCESSIONS = {
  reasoning_wanted: {
    sign: /(?:missing|required|must (?:include|pass|provide|contain|carry|have|send)|expected|needs?)[^.]{0,120}reasoning_content|reasoning_content[^.]{0,80}(?:missing|required|must be)|\bthinking\b[^.]{0,60}must be passed back/i,
    told: "wants the reasoning of its calls back: where it is not known, a word stands for it.",
  },
  signature_wanted: {
    sign: /(?:missing|required|must (?:include|pass|provide|contain)|expected|needs?)[^.]{0,120}thought_?signature|thought_?signature[^.]{0,80}(?:missing|required|must be)/i,
    told: "wants calls signed: those that it has not signed itself are marked as such.",
  },
  given_back: {
    sign: /reasoning_content|reasoning_details|thought_signature|thinking_blocks|extra_content|\bsignature\b|encrypted_content|\breasoning\b[^.]{0,60}(?:unsupported|not|unknown|extra)|(?:unsupported|not|unknown|extra)[^.]{0,60}\breasoning\b/i,
    told: "does not take its own reasoning back: it was left out.",
  },
  limit_name: {
    sign: new RegExp(
      `${about(String.raw`max_(?:completion_|output_)?tokens|maxOutputTokens`).source}|use ['"\`]?max_completion_tokens`,
      "i",
    ),
    told: "wants the limit of the reply under another name.",
  },
  limit: { sign: about(String.raw`max_(?:completion_|output_)?tokens`), told: "takes no limit of the reply: it was left out." },
  temperature: {
    sign: /\btemperature\b/i,
    notice: "takes no temperature: it was left out.",
    told: "takes no temperature: it was left out.",
  },
  seed: { sign: /\bseed\b/i, notice: "takes no seed: it was left out.", told: "takes no seed: it was left out." },
  stream_options: { sign: /stream_options|include_usage/i, told: "takes no stream_options: its tokens may have to be estimated." },
  encrypted_reasoning: { sign: /encrypted|\binclude\b/i, told: "gives no encrypted reasoning." },
  reasoning_text: {
    sign: /summar|\bthinking\b|\bdisplay\b/i,
    notice: "does not show its reasoning.",
    told: "does not show its reasoning.",
  },
  reasoning: {
    sign: /\breasoning|\beffort\b/i,
    notice: "takes no reasoning effort: it was left out.",
    told: "takes no reasoning effort: it was left out.",
  },
  cache: { sign: /cache_control/i, told: "takes no marks for its cache." },
  parallel_calls: {
    sign: /parallel[_ ](?:tool|function)|single tool[- ]calls? at once|(?:one|single|multiple|more than one) (?:tool|function)[ -]?(?:call|use)s?/i,
    told: "makes one call at a time: several of one reply are told as if made one after the other.",
  },
  tool_choice: { sign: /tool_choice|toolChoice/i, told: "cannot be made to call a tool: it is asked to in words." },
  call_ids: {
    sign: /tool[ _]?(?:call|use)[ _.]?id|tool_calls\[\d+\]\.id|call_id|toolUseId/i,
    told: "takes short ids of calls alone.",
  },
  tool_names: {
    sign: /(?:function|tools?)[\w.[\]'" ]{0,40}names?\b.{0,80}(?:match|pattern|invalid|must|start|characters|alphanumeric|long)|invalid (?:function|tool) names?|invalid value.{0,20}tools.{0,20}name/i,
    told: "takes plain names of tools alone.",
  },
  tool_schemas: {
    sign: /(?:tools?|function|function_declarations|input_schema|parameters)[^.]{0,120}(?:schema|additionalProperties|keyword|\$schema|\$ref|propert(?:y|ies)|anyOf|oneOf|format|parameters)|unknown name \\?"?(?:additionalProperties|\$schema)/i,
    told: "takes plain schemas of tools alone: rules that it does not know were left out.",
  },
  strict: { sign: /\bstrict\b|additionalProperties|unsupported (?:schema )?keyword/i, told: "is not held to schemas strictly." },
  structured: {
    sign: /response_format|json[_ ]?schema|text\.format|output_config|output_format|structured[ _]outputs?|\bgrammar\b|xgrammar|outlines|guided|enforcer|constrained|(?:response|output)[_ ]format|response_?schema|responseSchema|response_?mime|\bschemas?\b|json[_ ](?:mode|object)/i,
    told: "cannot be held to a schema: it is asked in words.",
  },
  images: {
    sign: /\bimages?\b|image_url|\bvision\b|multi-?modal|input_image/i,
    notice: "was not shown the images: it was told their names alone.",
    told: "does not see images: it is told their names alone.",
  },
  system_role: {
    sign: new RegExp(
      `(?:system|developer)[ _'"]*(?:role|messages?|prompts?|instructions?)[^.]{0,60}${NOT}|${NOT}[^.]{0,60}(?:system|developer)[ _'"]*(?:role|messages?|prompts?|instructions?|'|")|(?:role|roles)[^.]{0,60}['"\`]?system['"\`]?[^.]{0,40}${NOT}|(?:invalid|unknown|unexpected) role:? ['"\`]?(?:system|developer)|['"\`](?:system|developer)['"\`] is not one of|should be ['"\`]?user['"\`]? or ['"\`]?assistant|roles must alternate|first message must be|role of message with (?:odd|even)|['"\`]system['"\`] is not|roles?\\b[^.]{0,30}:\\s*['"\`]?system\\b|roles?: input should be (?![^]*system)[^.]{0,20}user|only (?:'?user'?|\`user\`)[^.]{0,40}(?:assistant|model)[^.]{0,40}roles?|unexpected role ['"\`]?system|system messages? (?:must|should|can)|does not support 'system'`,
      "i",
    ),
    told: "takes no system role: its instructions stand in the first message.",
  },
  content_null: {
    sign: /NoneType|unmarshal null|(?:content|text)(?:[^.]|\.(?=\w)){0,80}(?:non-?empty|empty|blank|whitespace|at least 1|min(?:imum)?[ _]?length|must (?:not )?be|should (?:not )?be|required|missing|null|none|invalid type|string)|(?:empty|blank|missing|null|none)[^.]{0,60}(?:content|messages?|text)|content field is/i,
    told: "takes no empty words beside calls.",
  },
  content_gone: { sign: /content|NoneType|null|none\b|\btext\b/i, told: "wants no words beside calls to be left out." },
  roles: {
    sign: /roles? must alternate|alternat|consecutive|(?:unexpected|expected|invalid)[^.]{0,30}role|roles? [^.]{0,60}(?:after|order|sequence)|after role|(?:first|last|final) (?:message|turn|content)[^.]{0,60}(?:user|assistant|tool|must|should)|(?:start|begin|end)s? with (?:a |an )?(?:user|assistant)|multi-?turn requests|function (?:call|response) turn|prefill/i,
    told: "wants people and model to take turns strictly.",
  },
  tools: {
    sign: new RegExp(
      `(?:\\btools?\\b(?![[.]\\d)|functions?\\b|function[- _]?call(?:ing|s)?|tool[- _]?(?:use|calls?|calling|choice))[^.]{0,100}(?:${NOT}|requires)|(?:${NOT}|without|requires)[^.]{0,100}(?:\\btools?\\b|functions?\\b|function[- _]?call|tool[- _]?(?:use|call|choice))|enable-auto-tool-choice|tool-call-parser|support tool`,
      "i",
    ),
    notice: "takes no tools: it was asked without them, so it cannot use any or hand over.",
    told: "takes no tools: it is asked without them. Agents that need tools, handoffs among them, want another model.",
  },
  calls_in_words: {
    sign: /\btools?\b|\bfunction|tool[- _]?(?:use|call|result)|\brole|messages?\b/i,
    told: "is told in words of calls where it is offered none.",
  },
  stream: {
    sign: /\bstream(?:ing|ed)?\b/i,
    told: "does not stream: its replies come in one piece.",
  },
} as const satisfies { readonly [name: string]: Terms };

export const termsOf = (concession: Concession): Terms => CONCESSIONS[concession];
export const ALL_CONCESSIONS = Object.keys(CONCESSIONS) as readonly Concession[];
