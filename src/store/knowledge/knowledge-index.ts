import { StoreError } from "../store.ts";

/**
 * What documents say, passage by passage, found by its words. Each source (a folder, a place where people post files) is indexed by itself under a name;
 * those of a workspace begin with it: `T1/C1/files`. An index is a copy of what lies elsewhere: it can be thrown away, and is made anew.
 */
export interface KnowledgeIndex {
  /** All documents of a source as they are indexed, by name, also those that could not be read. That somebody uses the source is written down. */
  documents(source: string): Promise<readonly IndexedDocument[]>;
  /** Whether a source is indexed; with a document, whether that is in it. Nothing is written down of it. */
  has(source: string, document?: string): Promise<boolean>;
  /**
   * Puts a document in the place of what was there under its name, all of it at once. At most {@link PASSAGES_PER_SOURCE_MAX} of a source are kept:
   * `full` when there would be more, and nothing has changed then.
   */
  put(source: string, document: DocumentDraft, passages: readonly PassageDraft[]): Promise<"kept" | "full">;
  /** The document is as it was, and only called otherwise: its passages stay. Nothing where it is not there. */
  retitle(source: string, document: Pick<DocumentDraft, "name" | "version" | "title" | "link">): Promise<void>;
  /** Takes documents out, with their passages; how many there were. */
  remove(source: string, names: readonly string[]): Promise<number>;
  /** The passages of these sources that share words with the query, best first. Any text is a query; one without words finds nothing. */
  find(sources: readonly string[], wanted: { readonly query: string; readonly limit: number }): Promise<readonly FoundPassage[]>;
  /** The passages of a document from a position on, `limit` of them; nothing for a document that is not there. */
  passages(
    source: string,
    document: string,
    from: { readonly position: number; readonly limit: number },
  ): Promise<{ readonly passages: readonly FoundPassage[]; readonly total: number } | undefined>;
  /** How many passages of a source have a vector of this model, and those that have none, the oldest first, at most so many. */
  withoutVector(
    source: string,
    model: string,
    limit: number,
  ): Promise<{ readonly embedded: number; readonly missing: readonly { readonly id: number; readonly text: string }[] }>;
  /**
   * What a model has made of passages; those that are gone by now are passed over, also where another one has got the number of such a one meanwhile. Vectors
   * of another model give way.
   */
  putVectors(model: string, vectors: readonly MadeVector[]): Promise<void>;
  /** The vectors of this model in these sources, at most so many. */
  vectors(sources: readonly string[], model: string, limit: number): Promise<readonly StoredVector[]>;
  /** Passages by their ids, in that order; those that are gone by now are left out. */
  passagesById(ids: readonly number[]): Promise<readonly FoundPassage[]>;
  /** The sources that are indexed, by name: how many documents and passages, and the documents that could not be read. */
  sources(): Promise<readonly IndexedSource[]>;
  /** Throws away what nobody has used since then (ms since the epoch); how many sources. */
  dropUnused(before: number): Promise<number>;
}

export interface DocumentDraft {
  /** Tells documents of a source apart: a path in a folder, an id of a file. */
  readonly name: string;
  /** By which a change is noticed without reading it, such as its time and size. */
  readonly version: string;
  /** Of its content, SHA-256 in hex; empty where it could not be had. */
  readonly hash: string;
  readonly title: string;
  /** Where people find it; empty where there is no address. */
  readonly link: string;
  /** Why it could not be read, as the second half of a sentence; empty where it was. */
  readonly problem: string;
  /** How much of it was read, such as `pages 1–12 of 80`; empty where that is all. */
  readonly part: string;
}

export interface IndexedDocument extends DocumentDraft {
  /** When it was put, ms since the epoch. */
  readonly at: number;
  readonly passages: number;
}

export interface PassageDraft {
  /** As people find it in the document: a heading, a page, lines. */
  readonly place: string;
  readonly text: string;
  /** How many characters at its beginning stand at the end of the passage before it, too. */
  readonly overlap: number;
}

export interface FoundPassage extends PassageDraft {
  readonly id: number;
  readonly source: string;
  /** Its document's name, title and link. */
  readonly document: string;
  readonly title: string;
  readonly link: string;
  /** Among those of its document: 0, 1, 2 … */
  readonly position: number;
}

/** Of the passage with this id. */
export interface StoredVector {
  readonly id: number;
  readonly vector: Float32Array;
}

/** `text`: of which it was made. */
export interface MadeVector extends StoredVector {
  readonly text: string;
}

export interface IndexedSource {
  readonly source: string;
  readonly documents: number;
  readonly passages: number;
  readonly unread: readonly Pick<IndexedDocument, "name" | "title" | "problem">[];
}

/** About 24 MB of text; a query that meets most of them takes some tens of milliseconds. */
export const PASSAGES_PER_SOURCE_MAX = 20_000;
export const PASSAGES_PER_DOCUMENT_MAX = 2_000;
export const PASSAGE_CHARS_MAX = 4_000;
/** Of a source's or a document's name, a title, a link, a place. */
export const NAME_CHARS_MAX = 2_000;
/** Those of one list; the rest is counted among the documents. */
export const UNREAD_SHOWN_MAX = 100;

/** Throws StoreError for something to index that is too large. */
export function checkKnowledge(source: string, document: DocumentDraft, passages: readonly PassageDraft[]): void {
  const named = `${source.slice(0, 60)}: ${document.name.slice(0, 100)}`;
  const names = [source, document.name, document.title, document.link, document.problem, document.part, document.version];
  if (names.some((name) => name.length > NAME_CHARS_MAX))
    throw new StoreError(`${named}: a name, title or link has more than ${NAME_CHARS_MAX} characters.`);
  if (passages.length > PASSAGES_PER_DOCUMENT_MAX)
    throw new StoreError(`${named}: has ${passages.length} passages; at most ${PASSAGES_PER_DOCUMENT_MAX} are kept of a document.`);
  for (const { text, place, overlap } of passages)
    if (text.length > PASSAGE_CHARS_MAX || place.length > NAME_CHARS_MAX || overlap > text.length)
      throw new StoreError(`${named}: a passage has ${text.length} characters; at most ${PASSAGE_CHARS_MAX} are kept.`);
}
