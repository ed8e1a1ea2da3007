import type { Failure, Leak, Person, Usage } from "./events/events.ts";
import type { Model, ModelFailure } from "./model.ts";
import type { Turn } from "./turn.ts";

/**
 * What documents say that a team was given to look things up in: some sources, each with a name. Nothing is given that not everybody may see who reads the thread.
 * Never rejects.
 */
export interface Knowledge {
  readonly sources: readonly KnowledgeSource[];
  search(wanted: KnowledgeWish): Promise<KnowledgeAnswer>;
  /** What stands around a place of a document, as a search has named it. */
  read(wanted: ReadingWish, signal: AbortSignal): Promise<KnowledgeAnswer>;
}

export interface KnowledgeSource {
  readonly name: string;
  /** What is in it, for the agents that may ask; empty where nobody has said. */
  readonly description: string;
}

interface Asked {
  readonly thread: string;
  readonly person: Person;
  /** Tells who watches how far it has come: `is indexing handbook`, behind the agent's name. */
  readonly tell?: (doing: string) => void;
}

export interface KnowledgeWish extends Asked {
  readonly query: string;
  /** In this one alone. */
  readonly source?: string;
  readonly limit: number;
  /** Out of whose budgets models work for it. */
  readonly payer: Payer;
}

/** Who looks something up, to the models that work for it. */
export interface Payer {
  readonly turn: Turn;
  /** A model that keeps within what the run, and the day, have left. */
  held(model: Model): Model;
  /** What one search may take at most for what later ones have of it, too: the vectors of an index. */
  readonly indexing: { readonly tokens: number; readonly usd: number };
}

export interface ReadingWish extends Asked {
  readonly source: string;
  readonly document: string;
  /** The first passage that is read. */
  readonly passage: number;
  readonly limit: number;
}

export type KnowledgeAnswer =
  | {
      readonly kind: "found";
      /** Best first; of a reading in their order. */
      readonly passages: readonly KnowledgePassage[];
      /** For the agent, a sentence each: what was not looked at, or could not be read, and why. */
      readonly notes: readonly string[];
      /** What comes into the conversation with them. */
      readonly touched: readonly (keyof Leak)[];
      /** Of models that worked for it. */
      readonly usage?: Usage;
    }
  | { readonly kind: "failed"; readonly error: Failure };

export interface KnowledgePassage {
  readonly source: string;
  /** Names the document in its source. */
  readonly document: string;
  /** Which of its passages it is: 0, 1, 2 … */
  readonly passage: number;
  readonly title: string;
  /** As people find it in the document: a heading, a page, lines; empty where it has no such places. */
  readonly place: string;
  /** Where people find the document; empty where there is no address. */
  readonly link: string;
  readonly text: string;
}

/** A model that makes texts into vectors: those that mean alike lie near each other. */
export interface Embedder {
  /** The model's own name: vectors of another one are of no use beside its own. */
  readonly model: string;
  /** One for each text, in their order, at most {@link EMBEDDED_AT_ONCE} of them. Rejects with {@link EmbeddingFailure}. */
  embed(
    texts: readonly string[],
    payer: Pick<Payer, "turn" | "held">,
  ): Promise<{ readonly vectors: readonly Float32Array[]; readonly usage: Usage }>;
}

/** A model that makes vectors could not, or was not asked since nothing is left for it. The message is for people. */
export class EmbeddingFailure extends Error {
  override readonly name = "EmbeddingFailure";
  readonly kind: ModelFailure["kind"];

  constructor({ kind, message }: Pick<ModelFailure, "kind" | "message">) {
    super(message);
    this.kind = kind;
  }
}

/** Some servers take no more. */
export const EMBEDDED_AT_ONCE = 64;

export const KNOWLEDGE_TOOLS = { search: "search_knowledge", read: "read_knowledge" } as const;
export const PASSAGES_FOUND = 5;
/** A result of a tool has at most 20,000 characters: so many passages fit. */
export const PASSAGES_FOUND_MAX = 10;
