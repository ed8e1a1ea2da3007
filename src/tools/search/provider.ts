/** Who searches the web for agents: what is asked of it over HTTP, and what its answers mean. Each is a table of facts with its source. */
export interface SearchProvider {
  /** As people know it. */
  readonly name: string;
  /** Where its API answers, unless the team file says otherwise; nothing of one that everybody runs by themselves. */
  readonly url?: string;
  /** `env`: the variable that holds the key, unless the team file says otherwise. `from`: where to get one. Nothing where none is needed. */
  readonly key?: { readonly env: string; readonly from: string };
  request(wish: SearchWish, at: SearchAt): SearchRequest;
  /** What it has found, best first; `undefined`: that is no answer of it. */
  read(answer: unknown): SearchAnswer | undefined | Promise<SearchAnswer | undefined>;
  /** What an answer that is none means, where HTTP itself says something else by its status. */
  meaning?(status: number, answer: unknown): Meaning | undefined;
  /** What is said of such an answer behind the name, in place of what is said otherwise. */
  readonly mends?: { readonly [Kind in Meaning]?: (at: string, status: number) => string };
}

export interface SearchWish {
  /** At most 400 characters and 50 words. */
  readonly query: string;
  /** 1 to 20, which each of them takes. */
  readonly count: number;
  readonly since?: Since | undefined;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

export const SINCE = ["day", "week", "month", "year"] as const;
export type Since = (typeof SINCE)[number];

export interface SearchAt {
  /** Without a slash at its end. */
  readonly url: string;
  readonly key: string | undefined;
}

export interface SearchRequest {
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
  /** Is posted as JSON; without one it is a GET. */
  readonly body?: object;
}

/** As the provider says it, and not to be trusted in anything. */
export interface FoundPage {
  readonly title: string;
  readonly url: string;
  readonly snippet: string;
  /** A date in any form. */
  readonly published?: string | undefined;
}

export interface SearchAnswer {
  readonly pages: readonly FoundPage[];
  /** Why there may be less than there is: words of the provider. */
  readonly trouble?: string;
}

/**
 * `key`: it does not take the key. `spent`: the account has no searches left. `busy`: too many at once. `refused`: not this query. `elsewhere`: its API is not at this
 * address. `down`: it cannot now.
 */
export type Meaning = "key" | "spent" | "busy" | "refused" | "elsewhere" | "down";
