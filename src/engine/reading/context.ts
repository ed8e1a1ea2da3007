import type { Model, ModelMessage } from "../model.ts";
import type { Piece } from "./attribution.ts";
import { charsIn, charsOf, estimateTokens } from "./tokens.ts";
import { written } from "./written.ts";

/** What a model may be told of a conversation, and how long it is. Grows with the log, at its end only. */
export interface Context {
  readonly messages: ModelMessage[];
  /** The first of them as a model is handed them; the others are written when they are first asked for, each once. */
  readonly written: ModelMessage[];
  /** Characters of the longest message that there has been. */
  charsMax: number;
  /** Estimated tokens of the messages up to and with each. */
  readonly tokens: number[];
  /** Seq of the event with which each came to its place. */
  readonly placed: number[];
  /** Index of the task of the latest run; -1 before any. */
  task: number;
  expectsTask: boolean;
  /** Stands for all messages before `from`. */
  summary: { readonly text: string; readonly from: number } | undefined;
  /** The persons heard so far, by id, each with its number. */
  readonly people: Map<string, number>;
}

/**
 * How much of it a model is handed. The task of the run is always in it, a tool call and its result are never parted, and a note says how
 * much was left out. Only whole messages are left out; a message longer than half a budget has its middle cut.
 */
export type ContextStrategy =
  | { readonly kind: "all" }
  /** At most so many. A window moves in steps of three quarters of its size, so that between two steps prompt caches hit. */
  | { readonly kind: "lastMessages"; readonly count: number }
  | { readonly kind: "headAndTail"; readonly head: number; readonly tail: number }
  /** Estimated tokens. */
  | { readonly kind: "tokenBudget"; readonly tokens: number }
  /** What has grown past so many estimated tokens is put into words by a model; the last quarter stays as it is. */
  | { readonly kind: "summary"; readonly model: Model; readonly tokensMax: number };

/** Well below the window of every model in use, and at a few dollars a million tokens still cents a call. */
export const CONTEXT_DEFAULT: ContextStrategy = { kind: "tokenBudget", tokens: 60_000 };

export const emptyContext = (): Context => ({
  messages: [],
  written: [],
  charsMax: 0,
  tokens: [],
  placed: [],
  task: -1,
  expectsTask: false,
  summary: undefined,
  people: new Map(),
});

export function add(context: Context, seq: number, ...messages: readonly ModelMessage[]): void {
  for (const message of messages) {
    if (context.expectsTask && message.role === "user") {
      context.task = context.messages.length;
      context.expectsTask = false;
    }
    context.tokens.push((context.tokens.at(-1) ?? 0) + estimateTokens(message));
    context.placed.push(seq);
    context.messages.push(message);
    context.charsMax = Math.max(context.charsMax, charsOf(message));
  }
}

export function replaceLast(context: Context, seq: number, message: ModelMessage): void {
  context.messages.pop();
  context.tokens.pop();
  context.placed.pop();
  unwritten(context, context.messages.length);
  add(context, seq, message);
}

/** Another message in the place of the one that came with this event; nothing where there is none. */
export function replaceAt(context: Context, seq: number, message: ModelMessage): void {
  const at = context.placed.lastIndexOf(seq);
  const before = context.messages[at];
  if (!before) return;
  const grown = estimateTokens(message) - estimateTokens(before);
  context.messages[at] = message;
  context.charsMax = Math.max(context.charsMax, charsOf(message));
  unwritten(context, at);
  for (let index = at; index < context.tokens.length; index++) context.tokens[index] = (context.tokens[index] ?? 0) + grown;
}

/** What stands at this place, and behind it, is to be written anew. */
function unwritten({ written }: Context, at: number): void {
  if (written.length > at) written.length = at;
}

/** From here on the summary stands for every message that was in its place at `upToSeq`. */
export function summarize(context: Context, text: string, upToSeq: number): void {
  context.summary = { text, from: firstWhere(context.placed.length, (index) => (context.placed[index] ?? 0) > upToSeq) };
}

/** What the strategy hands to a model, as it was said. Costs as much as it hands out, however long the conversation is. */
export const shown = (context: Context, strategy: ContextStrategy): readonly ModelMessage[] =>
  handedOut(context, strategy, context.messages, (message) => message);

/** The same as it is written for a model, with whose words are whose: made once of each message, and not again in each request. */
export function shownWritten(context: Context, strategy: ContextStrategy): readonly ModelMessage[] {
  for (let at = context.written.length; at < context.messages.length; at++)
    context.written.push(written(context.messages[at] as ModelMessage));
  return handedOut(context, strategy, context.written, written);
}

/** `forms`: of each message the form in which it is wanted, at its place; `formed` makes it of one that has no place, or is cut. */
function handedOut(
  context: Context,
  strategy: ContextStrategy,
  forms: readonly ModelMessage[],
  formed: (message: ModelMessage) => ModelMessage,
): readonly ModelMessage[] {
  const charsMax = cutFrom(strategy);
  const isLong = (message: ModelMessage): boolean => charsOf(message) > charsMax;
  const cut = (message: ModelMessage): ModelMessage => formed(isLong(message) ? cutPieces(message, charsMax) : message);
  const pieces = parts(context, strategy).map((part) => {
    if ("role" in part) return [cut(part)];
    const found = forms.slice(part.from, part.to);
    if (context.charsMax <= charsMax) return found;
    return found.map((form, index) => {
      const message = context.messages[part.from + index];
      return message && isLong(message) ? cut(message) : form;
    });
  });
  const [only = [], ...others] = pieces;
  return others.length === 0 ? only : only.concat(...others);
}

/** From so many characters on a message has its middle cut. */
function cutFrom(strategy: ContextStrategy): number {
  const budget = strategy.kind === "tokenBudget" ? strategy.tokens : strategy.kind === "summary" ? strategy.tokensMax : Infinity;
  return Math.max(CLIPPED_CHARS_MIN, charsIn(budget) / 2);
}

/** Half of what was handed out: for a model that says it was too much. */
export const halved = (messages: readonly ModelMessage[]): ContextStrategy => ({
  kind: "tokenBudget",
  tokens: Math.floor(messages.reduce((sum, message) => sum + estimateTokens(message), 0) / 2),
});

/** Messages from one place to another, or words that stand in for what is left out. */
type Part = { readonly from: number; readonly to: number } | ModelMessage;

function parts(context: Context, strategy: ContextStrategy): readonly Part[] {
  const { length } = context.messages;
  switch (strategy.kind) {
    case "all":
      return [{ from: 0, to: length }];
    case "lastMessages":
      return around(context, 0, boundary(context, windowFrom(length, strategy.count)));
    case "headAndTail": {
      const from = boundary(context, windowFrom(length, strategy.tail));
      return around(context, Math.min(from, boundaryBefore(context, strategy.head)), from);
    }
    case "tokenBudget":
      return around(context, 0, budgetFrom(context, strategy.tokens));
    case "summary":
      // Twice, so that a summary that could not be had does not break the limit.
      return around(context, 0, budgetFrom(context, strategy.tokensMax * 2));
  }
}

/** The first messages, the task, what was said before in short, a word on what is left out, and everything from `from` on. */
function around({ messages, task, summary }: Context, headEnd: number, from: number): readonly Part[] {
  if (headEnd >= from) return [{ from: 0, to: messages.length }];
  const isTaskKept = task >= headEnd && task < from;
  const told = summary && summary.from <= from ? summary : undefined;
  const base = Math.max(headEnd, told?.from ?? 0);
  const left = from - base - (task >= base && task < from ? 1 : 0);
  return [
    { from: 0, to: headEnd },
    ...(isTaskKept ? [{ from: task, to: task + 1 }] : []),
    ...(told ? [{ role: "user" as const, from: { kind: "summary of what was said before" as const }, text: told.text }] : []),
    ...(left > 0
      ? [{ role: "user" as const, text: `(${left} earlier ${left === 1 ? "message is" : "messages are"} left out here.)` }]
      : []),
    { from, to: messages.length },
  ];
}

/** Where a window of at most so many messages begins; moves in steps. Few are cheap to send again: then it moves by one. */
function windowFrom(length: number, count: number): number {
  const step = count < STEPPED_MESSAGES_MIN ? 1 : Math.floor(count * STEP_SHARE);
  return length <= count ? 0 : Math.ceil((length - count) / step) * step;
}
const STEPPED_MESSAGES_MIN = 8;
/**
 * Of a window, how much is left out when it moves. What stays is read anew and paid in full; what went would have cost a tenth of that on each
 * later call. With a quarter that stays, the second call behind the move has earned it back; with half, it takes nine.
 */
const STEP_SHARE = 0.75;

/** Where a window of so many tokens begins, behind what a summary stands for; moves in steps. */
function budgetFrom(context: Context, budget: number): number {
  const base = context.summary?.from ?? 0;
  const before = (index: number) => (index > 0 ? (context.tokens[index - 1] ?? 0) : 0);
  const over = before(context.messages.length) - before(base) - budget;
  if (over <= 0) return base;
  const step = Math.max(1, Math.floor(budget * STEP_SHARE));
  const dropped = before(base) + Math.ceil(over / step) * step;
  return boundary(
    context,
    firstWhere(context.messages.length, (index) => before(index) >= dropped),
  );
}

/** The first place from `index` on where nothing is parted; the last one when there is none. */
export function boundary(context: Context, index: number): number {
  if (index <= 0) return 0;
  for (let at = index; at < context.messages.length; at++) if (context.messages[at]?.role !== "tool") return at;
  return boundaryBefore(context, context.messages.length - 1);
}

function boundaryBefore({ messages }: Context, index: number): number {
  let at = Math.min(index, messages.length);
  while (at > 0 && messages[at]?.role === "tool") at--;
  return Math.max(0, at);
}

/** The smallest index below `length` for which `test` holds, given that it holds for all after it; `length` when there is none. */
function firstWhere(length: number, test: (index: number) => boolean): number {
  let [low, high] = [0, length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Each piece of it cut to this length; before they are marked, so that no cut comes between words and their source. */
export const cutPieces = <Message extends ModelMessage>(message: Message, charsMax: number): Message =>
  withPieces(message, (text) => cutMiddle(text, charsMax));

/** The same message with each piece of its words changed so. */
export function withPieces<Message extends ModelMessage>(message: Message, change: (text: string) => string): Message {
  const changed = ({ text, ...rest }: Piece): Piece => ({ ...rest, text: change(text) });
  const own = { ...message, text: change(message.text) };
  if (own.role === "user" && own.beside) return { ...own, beside: own.beside.map(changed) };
  return own.role === "tool" && own.told ? { ...own, told: own.told.map(changed) } : own;
}
const CLIPPED_CHARS_MIN = 200; // Less says nothing.

/** The beginning and the end of a text that is too long. */
export const cutMiddle = (text: string, charsMax: number): string =>
  text.length <= charsMax ? text : `${text.slice(0, charsMax / 2)}\n… cut …\n${text.slice(-charsMax / 2)}`;
