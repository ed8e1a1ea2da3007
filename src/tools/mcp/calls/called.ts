import type { CallOrigin, ToolAnswer, ToolVerdict } from "../../../engine/tool.ts";
import type { Turn } from "../../../engine/turn.ts";
import { quoted } from "../../result.ts";
import type { McpCallResult } from "../answers.ts";
import type { CallProgress, McpCall } from "../connection.ts";
import type { LibraryTool } from "../library.ts";

export type JsonObject = { [key: string]: unknown };
export const isObject = (args: unknown): args is JsonObject => typeof args === "object" && args !== null && !Array.isArray(args);

/** By its name on the server; `key`: for a tool that acts once. */
export interface Called<Args> {
  readonly tool: string;
  readonly args: Args;
  readonly key: string | undefined;
  /** The turn in which it is made: what its server asks meanwhile is put there, and nowhere else. */
  readonly whose: string;
  readonly thread: string;
  /** To what the same call has asked. */
  readonly answers: readonly ToolAnswer[];
  readonly verdicts: readonly ToolVerdict[];
  readonly sample: CallOrigin["sample"];
  readonly files: CallOrigin["files"];
  /** Says how far it has come. */
  readonly tell: ((doing: string) => void) | undefined;
  /** Where it is no tool of the server's own. */
  readonly ask: LibraryTool["ask"] | undefined;
}

export const calledBy = (
  what: Pick<Called<unknown>, "tool" | "args" | "ask">,
  { thread }: Turn,
  origin: CallOrigin | undefined,
): Called<unknown> => ({
  ...what,
  key: origin?.key,
  thread: thread.id,
  whose: JSON.stringify([thread.id, origin?.run, origin?.agent]),
  answers: origin?.answers ?? [],
  verdicts: origin?.verdicts ?? [],
  sample: origin?.sample,
  files: origin?.files,
  tell: origin?.tell,
});

/** How far a call has come, in a few words. */
export function inWords({ progress, total, message }: CallProgress): string {
  const share = total !== undefined && total > 0 ? `${progress} of ${total}` : undefined;
  const words = [share, message === undefined ? undefined : quoted(message, 80)].filter((one) => one !== undefined && one !== "");
  return words.length > 0 ? `: ${words.join(", ")}` : "";
}

/** As a call that asks for nothing but models may go on; more than that is no call that ends. */
const ROUNDS_MAX = 10;

/**
 * A call of the newest protocol that has models answer: it ends with what it wants, and is made again with that. One of an older protocol asks while
 * it is under way, and people are asked between two calls, so that a restart loses nothing.
 */
export async function withRequests(
  first: McpCall,
  signal: AbortSignal,
  by: {
    readonly call: (one: McpCall) => Promise<McpCallResult>;
    readonly asks: (method: string, params: unknown) => Promise<object>;
  },
): Promise<McpCallResult> {
  let call = first;
  for (let round = 0; ; round++) {
    const result = await by.call(call);
    if (result.content || !result.inputRequests) return result;
    const requests = Object.entries(result.inputRequests);
    const isForModels = requests.length > 0 && requests.every(([, { method }]) => method === SAMPLING);
    if (!isForModels || round === ROUNDS_MAX || signal.aborted) return result;
    const inputResponses: { [key: string]: object } = {};
    for (const [key, { method, params }] of requests) inputResponses[key] = await by.asks(method, params);
    const { requestState } = result;
    call = { ...first, continued: { inputResponses, ...(requestState === undefined || requestState === null ? {} : { requestState }) } };
  }
}

export const SAMPLING = "sampling/createMessage";
