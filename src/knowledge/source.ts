import type { Leak, Person } from "../engine/events/events.ts";
import type { Embedder } from "../engine/knowledge.ts";

/** Where documents lie that are indexed. */
export interface DocumentSource {
  /** As the team file calls it. */
  readonly name: string;
  /** Under which it is indexed; the same for the same documents, whatever it is called. */
  readonly key: string;
  /** What comes into a conversation with its words. */
  readonly touches: readonly (keyof Leak)[];
  /** What makes vectors of its passages, up to so many; absent where words alone are looked for. */
  readonly vectors?: { readonly embedder: Embedder; readonly max: number };
  /** Whether everybody who reads a thread may see what lies there; else why nothing of it is given, in a sentence. Asked anew each time. Never rejects. */
  closedTo(reader: { readonly thread: string; readonly person: Person }): Promise<string | undefined>;
  /** What lies there now. Rejects with {@link SourceTrouble} where it cannot be looked at. */
  list(signal: AbortSignal): Promise<Listing>;
  /** The content of one of them, or why it cannot be had, as the second half of a sentence. Never rejects. */
  content(file: ListedFile, signal: AbortSignal): Promise<Uint8Array | string>;
}

export interface Listing {
  readonly files: readonly ListedFile[];
  /** What was left out, and why, a sentence each. */
  readonly leftOut: readonly string[];
}

export interface ListedFile {
  /** Tells it apart from the others: a path in a folder, an id. */
  readonly name: string;
  readonly title: string;
  /** An http or https address; empty where there is none. */
  readonly link: string;
  /** Another one once it has changed. */
  readonly version: string;
  /** `image/png`, or empty where nobody says. */
  readonly mediaType: string;
  /** Whether people find places in it by lines: it is read as it stands. */
  readonly hasLines: boolean;
}

/** A source cannot be looked at; the message, for agents too, says why, and the mend. */
export class SourceTrouble extends Error {
  override readonly name = "SourceTrouble";
}

/** A document is read whole up to here; a longer one as far as that. */
export const FILE_BYTES_MAX = 20 * 1024 * 1024;
