import type { Usage } from "../engine/events/events.ts";

/** What a provider's stream says, piece by piece, in words common to all providers. `key` tells calls of one reply apart. */
export type Piece =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "reasoning"; readonly text: string }
  | { readonly type: "call.started"; readonly key: string | number; readonly call: string; readonly tool: string }
  /** What the call is called and named, where that came behind its beginning. */
  | { readonly type: "call.named"; readonly key: string | number; readonly call: string; readonly tool: string }
  | { readonly type: "call.args"; readonly key: string | number; readonly args: string }
  /** All arguments at once; they replace what came before. */
  | { readonly type: "call.whole"; readonly key: string | number; readonly args: string }
  /** What has to go back with the calls: text and lists grow, a value replaces the one before. See `Kept`. */
  | { readonly type: "kept.text"; readonly name: string; readonly text: string }
  | { readonly type: "kept.list"; readonly name: string; readonly items: readonly unknown[] }
  | { readonly type: "kept.value"; readonly name: string; readonly value: unknown }
  | { readonly type: "call.kept"; readonly key: string | number; readonly value: { readonly [name: string]: unknown } }
  /** The newest count replaces the one before. */
  | { readonly type: "usage"; readonly usage: Usage }
  /** How many tokens of reply were asked for at most, where a limit was named. */
  | { readonly type: "limit"; readonly tokens: number }
  /** One line for people: what was left out of the request. */
  | { readonly type: "notice"; readonly text: string }
  /**
   * The provider says that nothing is missing, or why something is. Text and calls count only after it. `mayGoOn`: it said so beside words, as some
   * servers do with each piece.
   */
  | { readonly type: "finished"; readonly why: Finish; readonly detail?: string; readonly mayGoOn?: boolean };

export type Finish = "stop" | "length" | "refused" | "filtered" | "context" | "error";
