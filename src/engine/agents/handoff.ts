import { asciiName } from "../names.ts";
import { HUMAN, QUESTION_CHARS_MAX } from "../events/events.ts";
import type { JsonSchema, ToolCall, ToolSpec } from "../model.ts";
import type { ToolResult } from "../tool.ts";

/** A hand-over that an agent may make, as the generated tool `transfer_to_<name>`. */
export interface Handoff {
  readonly to: string;
  /** The tool's name, when not the generated one. */
  readonly tool?: string;
  /** What everybody reads when it is made. */
  readonly message?: string;
}

export interface HandoffCall {
  readonly kind: "handoff";
  readonly to: string;
  readonly text: string;
  readonly options: readonly string[];
  /** Words for everybody that are not, or not whole, in the text. */
  readonly beside?: string;
}

export interface Handoffs {
  readonly specs: readonly ToolSpec[];
  isHandoff(tool: string): boolean;
  /** What a call asks for; `beside` is the text of the reply, which is the question when the call holds none. */
  parse(call: ToolCall, beside: string): HandoffCall | Extract<ToolResult, { kind: "failed" }>;
}

/** More than these are no choice that people take in at a glance; longer lists are better asked in words. */
const OPTIONS_MAX = 5;
/** As long as what stands on something that can be chosen may be. */
const OPTION_CHARS_MAX = 75;
/** The tool's name for a hand-over to this agent. */
export const transferTool = (to: string): string => `${TRANSFER}${asciiName(to)}`;
const TRANSFER = "transfer_to_";

export function readHandoffs(allowed: readonly (string | Handoff)[]): Handoffs {
  const byTool = new Map<string, Handoff>();
  for (const entry of allowed) {
    const handoff = typeof entry === "string" ? { to: entry } : entry;
    byTool.set(handoff.tool ?? transferTool(handoff.to), handoff);
  }
  // A model, or a replay file, may write the name itself.
  const meant = (tool: string): Handoff | undefined =>
    byTool.get(tool) ?? (tool.startsWith(TRANSFER) ? byTool.get(transferTool(tool.slice(TRANSFER.length))) : undefined);
  return {
    specs: [...byTool].map(([tool, handoff]) => specFor(tool, handoff)),
    isHandoff: (tool) => meant(tool) !== undefined,
    parse(call, beside) {
      const handoff = meant(call.tool);
      if (!handoff) throw new Error(`${call.tool} is not a hand-over`);
      const words = beside.trim() === "" ? {} : { beside };
      if (handoff.to !== HUMAN)
        return { kind: "handoff", to: handoff.to, text: handoff.message ?? defaultNotice(handoff.to), options: [], ...words };
      const asked = parseQuestion(call.args);
      if (asked === undefined) {
        const message = `The arguments of ${call.tool} must be JSON like {"question": "…", "options": ["…", "…"]}.`;
        return { kind: "failed", error: { kind: "bad_arguments", message } };
      }
      const text = (asked.question || handoff.message || beside || defaultNotice(HUMAN)).slice(0, QUESTION_CHARS_MAX);
      return { kind: "handoff", to: HUMAN, text, options: asked.options, ...(text === beside ? {} : words) };
    },
  };
}

/** The words of a hand-over that says nothing else. */
export const defaultNotice = (to: string): string =>
  to === HUMAN ? "Transferred to human: please answer here." : `Transferred to ${to}, adopting the role of ${to} immediately.`;

function specFor(name: string, handoff: Handoff): ToolSpec {
  if (handoff.to !== HUMAN) return { name, description: `Give the floor to ${handoff.to}.`, parameters: NO_PARAMETERS };
  return { name, description: "Ask a person and wait for the answer. Use it when only a person can know or decide.", parameters: QUESTION };
}

const NO_PARAMETERS: JsonSchema = { type: "object", properties: {}, additionalProperties: false };
const QUESTION: JsonSchema = {
  type: "object",
  properties: {
    question: { type: "string", description: "The question, complete in itself." },
    options: {
      type: "array",
      items: { type: "string" },
      maxItems: OPTIONS_MAX,
      description: "Short answers to choose from, if there are any.",
    },
  },
  additionalProperties: false,
};

function parseQuestion(args: string): { question: string; options: string[] } | undefined {
  let value: unknown;
  try {
    value = args.trim() === "" ? {} : JSON.parse(args);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { question, options } = value as { question?: unknown; options?: unknown };
  const offered = Array.isArray(options) ? options.filter((option) => typeof option === "string" && option.trim() !== "") : [];
  const short = [...new Set(offered.map((option: string) => option.trim().slice(0, OPTION_CHARS_MAX)))];
  return { question: typeof question === "string" ? question.trim() : "", options: short.slice(0, OPTIONS_MAX) };
}
