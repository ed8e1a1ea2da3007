/** What events of every theme are made of: people, files, what calls cost, and what went otherwise than was asked for. */

export interface Person {
  /** Unique where the person comes from: the id of their account, or `terminal`. */
  readonly id: string;
  /** The name that agents and people read. */
  readonly name: string;
}

/** A file kept in the store under its content's hash. */
export interface FileRef {
  /** SHA-256 of the content, hex. */
  readonly hash: string;
  /** A cleaned name without folders. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: number;
}

/** Tokens and money of the model calls behind an event, failed attempts included. `usd` is absent when a price is unknown. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Of the input: read from the provider's cache. */
  readonly cachedTokens?: number;
  /** Of the input: written to the provider's cache, where that has a price of its own. */
  readonly cacheWriteTokens?: number;
  /** Of the output: spent on reasoning. */
  readonly reasoningTokens?: number;
  readonly usd?: number;
  /** How many calls this sums; 1 when absent. */
  readonly calls?: number;
  /** The server counted nothing, or not all: tokens were estimated. */
  readonly estimated?: true;
  /** The requests themselves, oldest first, each try one of its own; absent where none went to a server, and in older logs. */
  readonly sent?: readonly SentRequest[];
}

/** A request that went to a model's server: enough to make it again off the log, and to know whether that is the very same. */
export interface SentRequest {
  /** SHA-256 (hex) of its body, as it was sent. */
  readonly body: string;
  /** The model's name in the team file. */
  readonly model: string;
  /** Of the thread's last event that was recorded by then. */
  readonly upToSeq: number;
  /** Its instructions and its tools, in a file of the store: JSON, `{ system, tools }`. Absent where they could not be kept. */
  readonly frame?: { readonly hash: string };
  /** What it did without, since the server refuses it, or need not be asked. */
  readonly without?: readonly string[];
  /** Tokens, where the server had named a limit: the longest reply, and the room for question and reply together. */
  readonly replyTokensMax?: number;
  readonly contextTokensMax?: number;
  /** When it went out: ISO 8601, UTC. */
  readonly at: string;
  /** Until its first word or thought, in milliseconds; absent where none came, as in a reply of calls alone. */
  readonly firstMs?: number;
  /** Until its reply was whole, or was given up. */
  readonly ms: number;
  /** Why it brought no reply; of a request that was put again in another form at once: `refused`. */
  readonly failed?: string;
}

/** Both ends belong to it. */
export interface Band {
  readonly least: number;
  readonly most: number;
}

/** What a run will probably take, by what such runs took: within the bands in four of five cases. See forecast.ts. */
export interface Forecast {
  /** How many runs it was read off. */
  readonly runs: number;
  /** US dollars; absent where too few of them have a price. */
  readonly usd?: Band;
  /** Waiting for people aside. */
  readonly ms: Band;
}

/** An expected failure: `kind` is for code, `message` for agents and people. */
export interface Failure {
  readonly kind: string;
  readonly message: string;
  /** The limit of the run that stands in the way, where one does. */
  readonly limit?: { readonly kind: "tokens" | "usd"; readonly of: number };
}

/** The kind of failure of a call that a person did not allow. */
export const DENIED = "denied";

/** What was not as it was asked for in the model calls behind an event, one line for people each: which model failed and why, which setting was left out. */
export type Notices = readonly string[];

/** What came along with a person's words and is none of theirs: words of others, whose `source` is named, and the app's own notes. */
export type Beside = readonly { readonly source?: string; readonly text: string }[];

/** What somebody said elsewhere, and where people find it. */
export interface Source {
  /** Who, where and when, in words. */
  readonly title: string;
  /** An http or https address. */
  readonly link: string;
}

/** How much of what people had said before was read. */
export interface ReadBefore {
  readonly messages: number;
  readonly files: number;
  /** Messages that were left out, for there was no room for them; the oldest. */
  readonly older?: number;
  /** Messages that could not be read, as far as is known, and why, in words and, since it is known, as a value. */
  readonly unread?: { readonly messages: number; readonly why: string; readonly reason?: UnreadReason };
}

/**
 * `busy`: no more may be read just now; `barred`: what was said there before may not be read; `outside`: the place itself may not; `silent`: no
 * answer came; `long`: so many were read as are at most; `refused`: another no.
 */
export type UnreadReason =
  | { readonly kind: "busy" | "barred" | "outside" | "silent" }
  | { readonly kind: "long"; readonly read: number }
  | { readonly kind: "refused"; readonly code: string };

/** Who gives the task to an agent or a team behind a tool: no person, but the call. */
export const CALLER: Person = { id: "caller", name: "Task" };

/** Who of the team it was: a member of a team that is a participant speaks for that team. */
export const participantOf = (event: { readonly agent: string; readonly within?: string }): string =>
  event.within?.split("/")[0] ?? event.agent;
