import type { Usage } from "../../engine/events/events.ts";
import type { ModelMessage, ModelRequest } from "../../engine/model.ts";
import { IMAGE_TOKENS, keptIn } from "../../engine/reading/tokens.ts";

/** Counts the tokens of a text as a current model of OpenAI does; others differ by some per cent, seldom by more than a third. */
export type CountTokens = (text: string) => number;

let counting: Promise<CountTokens> | undefined;

/** Loaded with the first server that counts nothing: its tables take some eighty megabytes, and most servers count. */
export const tokenCounter = (): Promise<CountTokens> => (counting ??= load());

async function load(): Promise<CountTokens> {
  const { countTokens } = await import("gpt-tokenizer/encoding/o200k_base");
  const asWords = { disallowedSpecial: new Set<string>() };
  // In parts: the tokenizer's time grows with the square of a run without blanks, such as a page of Chinese. Each cut adds one token at most.
  return (text) => {
    let tokens = 0;
    for (let at = 0; at < text.length; at += PART_CHARS) tokens += countTokens(text.slice(at, at + PART_CHARS).toWellFormed(), asWords);
    return tokens;
  };
}

const PART_CHARS = 256;
/** Of a message: its role and its borders. */
const FRAME_TOKENS = 4;

export interface Written {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly tool: string; readonly args: string }[];
}

/** What a server has counted, and an estimate for what it has not. */
export async function wholeUsage(counted: Usage | undefined, request: ModelRequest, written: Written): Promise<Usage> {
  const said = written.text + written.reasoning + written.calls.map(({ tool, args }) => tool + args).join("");
  const lacksInput = !counted?.inputTokens;
  const lacksOutput = !counted?.outputTokens && said !== "";
  if (counted && !lacksInput && !lacksOutput) return counted;
  const count = await tokenCounter();
  return {
    ...counted,
    inputTokens: lacksInput ? inputTokens(request, count) : (counted?.inputTokens ?? 0),
    outputTokens: lacksOutput ? count(said) : (counted?.outputTokens ?? 0),
    estimated: true,
  };
}

function inputTokens({ system, messages, tools, answer }: ModelRequest, count: CountTokens): number {
  const beside = [system, tools.length > 0 ? JSON.stringify(tools) : "", answer ? JSON.stringify(answer.schema) : ""].join("\n");
  return messages.reduce((sum, message) => sum + messageTokens(message, count), count(beside) + FRAME_TOKENS);
}

function messageTokens(message: ModelMessage, count: CountTokens): number {
  const calls = message.role === "assistant" ? message.toolCalls.map(({ tool, args }) => tool + args).join("") : "";
  const images = message.role === "user" ? (message.images?.length ?? 0) : 0;
  return count(message.text + calls + keptIn(message)) + FRAME_TOKENS + images * IMAGE_TOKENS;
}
