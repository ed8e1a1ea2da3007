import type { Digests, Forgot, WordField } from "./audit-chain.ts";
import type { RecordedDecision } from "./settings.ts";

/** The log of who decided what, as a whole: that it is untouched, how it is written out, how long it is kept. Reading it is in settings.ts. */
export interface Audit {
  /** Reads the chain through. */
  check(): Promise<AuditCheck>;
  /** Entries of all workspaces with a larger id, in order, with what proves them. */
  after(id: number, limit: number): Promise<readonly AuditEntry[]>;
  /** Tells of what was recorded, once it is durable. Returns how to stop listening. */
  follow(listener: (told: AuditTold) => void): () => void;
  /** Drops the entries whose last telling was before that time; how many. The chain then begins later. */
  dropBefore(at: string): Promise<number>;
}

export interface AuditEntry extends RecordedDecision {
  readonly proof: {
    readonly prev: string;
    readonly hash: string;
    readonly digests: Digests;
    readonly salts: Digests;
    readonly forgot?: Forgot;
  };
}

export type AuditTold =
  | { readonly kind: "entry"; readonly id: number }
  /** A refusal came again and was counted with the entry that is there. */
  | { readonly kind: "repeat"; readonly id: number; readonly times: number; readonly lastAt: string };

export interface AuditCheck {
  readonly entries: number;
  /** The number of the first one that was not dropped in time. */
  readonly first: number;
  /** The hash at the end: who notes it elsewhere can ask later whether it is still in the chain. Nothing in an empty log. */
  readonly head: string | undefined;
  readonly hashes: ReadonlySet<string>;
  /** How many have lost words to forgetting. */
  readonly forgotten: number;
  /** One sentence each; none when all is well. */
  readonly problems: readonly string[];
}

/** Which words of an entry are to go. */
export type Forgets = (entry: RecordedDecision) => readonly WordField[];
