import {
  checkKnowledge,
  PASSAGES_PER_SOURCE_MAX,
  UNREAD_SHOWN_MAX,
  type DocumentDraft,
  type FoundPassage,
  type IndexedDocument,
  type IndexedSource,
  type KnowledgeIndex,
  type PassageDraft,
  type StoredVector,
} from "../knowledge/knowledge-index.ts";
import { QUERY_CHARS_MAX } from "../../engine/memory.ts";
import { bytesOf, vectorIn } from "../records/vectors.ts";
import { PREFIX_CHARS_MIN, QUERY_WORDS_MAX, rankedByRarity, spacedWordsOf, wordsOf } from "../records/words.ts";
import type { Connection } from "./connection.ts";

/** The documents of each source, and an index of their words as memories have one. */
export function sqliteKnowledge({ db, write, read }: Connection, now: () => number): KnowledgeIndex {
  // Prepared when first used: SQLite reads the index for it, and a damaged one is no reason to keep the logs closed.
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));

  const idOf = (source: string): number => on().findSource.get(source) ?? Number(on().addSource.run(source, now()).lastInsertRowid);

  const put = (source: string, document: DocumentDraft, passages: readonly PassageDraft[]): "kept" | "full" => {
    const { findDocument, countIn, countOf, dropPassages, dropDocument, addDocument, addPassage } = on();
    const id = idOf(source);
    const before = findDocument.get(id, document.name);
    const others = (countIn.get(id) ?? 0) - (before === undefined ? 0 : (countOf.get(before) ?? 0));
    if (others + passages.length > PASSAGES_PER_SOURCE_MAX) return "full";
    if (before !== undefined) {
      dropPassages.run(before);
      dropDocument.run(before);
    }
    const { name, version, hash, title, link, problem, part } = document;
    const added = addDocument.run(id, name, version, hash, title, link, problem, part, now()).lastInsertRowid;
    for (const [position, { place, text, overlap }] of passages.entries())
      addPassage.run(id, added, position, place, text, overlap, spacedWordsOf(`${title}\n${place}\n${text}`));
    return "kept";
  };

  /** As memories are found: a word counts for more the fewer passages of these sources have it. */
  const ranked = (sources: readonly number[], words: readonly string[], also?: "and what begins with them"): number[] => {
    const { matching, countIn } = on();
    const found = [...new Set(words)].map((word) => matching.all(matchOf(sources, word, also !== undefined)));
    const total = sources.reduce((sum, source) => sum + (countIn.get(source) ?? 0), 0);
    return rankedByRarity(found, total);
  };

  return {
    documents: async (source) =>
      write("normal", () => {
        const id = on().findSource.get(source);
        if (id === undefined) return [];
        on().use.run(now(), id);
        return on().documents.all(id);
      }),
    has: async (source, document) =>
      read(() => {
        const id = on().findSource.get(source);
        return id !== undefined && (document === undefined || on().findDocument.get(id, document) !== undefined);
      }),
    async put(source, document, passages) {
      checkKnowledge(source, document, passages);
      return write("normal", () => put(source, document, passages));
    },
    async retitle(source, { name, version, title, link }) {
      write("normal", () => void on().retitle.run(version, title, link, source, name));
    },
    remove: async (source, names) =>
      write("normal", () => {
        const id = on().findSource.get(source);
        let count = 0;
        for (const name of id === undefined ? [] : names) {
          const document = on().findDocument.get(id ?? 0, name);
          if (document === undefined) continue;
          on().dropPassages.run(document);
          count += on().dropDocument.run(document).changes;
        }
        return count;
      }),
    async find(sources, { query, limit }) {
      const words = wordsOf(query.slice(0, QUERY_CHARS_MAX)).slice(0, QUERY_WORDS_MAX);
      return read(() => {
        const ids = [...new Set(sources)].flatMap((source) => on().findSource.get(source) ?? []);
        if (ids.length === 0 || words.length === 0) return [];
        const found = ranked(ids, words);
        return (found.length > 0 ? found : ranked(ids, words, "and what begins with them"))
          .slice(0, limit)
          .flatMap((id) => on().passageById.get(id) ?? [])
          .filter(({ source }) => sources.includes(source));
      });
    },
    passages: async (source, document, { position, limit }) =>
      read(() => {
        const id = on().findSource.get(source);
        const found = id === undefined ? undefined : on().findDocument.get(id, document);
        if (found === undefined) return undefined;
        return { passages: on().passagesFrom.all(found, position, limit), total: on().countOf.get(found) ?? 0 };
      }),
    withoutVector: async (source, model, limit) =>
      read(() => {
        const id = on().findSource.get(source);
        if (id === undefined) return { embedded: 0, missing: [] };
        return { embedded: on().embedded.get(id, model) ?? 0, missing: on().unembedded.all(id, model, limit) };
      }),
    async putVectors(model, vectors) {
      write("normal", () => {
        for (const { id, text, vector } of vectors) on().putVector.run(id, model, bytesOf(vector), id, text);
      });
    },
    vectors: async (sources, model, limit) =>
      read(() => {
        const ids = JSON.stringify(sources.flatMap((source) => on().findSource.get(source) ?? []));
        return on()
          .vectors.all(ids, model, limit)
          .map(({ id, vector }): StoredVector => ({ id, vector: vectorIn(vector) }));
      }),
    passagesById: async (ids) => read(() => ids.flatMap((id) => on().passageById.get(id) ?? [])),
    sources: async () =>
      read(() =>
        on()
          .sources.all()
          .map(({ id, ...one }): IndexedSource => ({ ...one, unread: on().unread.all(id, UNREAD_SHOWN_MAX) })),
      ),
    dropUnused: async (before) =>
      write("normal", () => {
        const unused = on().unused.all(before);
        for (const id of unused) on().dropSource(id);
        return unused.length;
      }),
  };
}

const PASSAGE = `SELECT p.id, s.name AS source, d.name AS document, d.title, d.link, p.position, p.place, p.text, p.overlap
  FROM knowledge_passages p JOIN knowledge_documents d ON d.id = p.document JOIN knowledge_sources s ON s.id = p.source`;

function statementsOn(db: Connection["db"]) {
  const dropPassagesIn = db.prepare<[number]>("DELETE FROM knowledge_passages WHERE source = ?");
  const dropDocumentsIn = db.prepare<[number]>("DELETE FROM knowledge_documents WHERE source = ?");
  const dropSource = db.prepare<[number]>("DELETE FROM knowledge_sources WHERE id = ?");
  return {
    findSource: db.prepare<[string], number>("SELECT id FROM knowledge_sources WHERE name = ?").pluck(),
    addSource: db.prepare<[string, number]>("INSERT INTO knowledge_sources (name, used_at) VALUES (?, ?)"),
    use: db.prepare<[number, number]>("UPDATE knowledge_sources SET used_at = ? WHERE id = ?"),
    unused: db.prepare<[number], number>("SELECT id FROM knowledge_sources WHERE used_at < ?").pluck(),
    dropSource: (id: number): void => {
      dropPassagesIn.run(id);
      dropDocumentsIn.run(id);
      dropSource.run(id);
    },
    documents: db.prepare<[number], IndexedDocument>(
      `SELECT name, version, hash, title, link, problem, part, at,
          (SELECT count(*) FROM knowledge_passages WHERE knowledge_passages.document = knowledge_documents.id) AS passages
        FROM knowledge_documents WHERE source = ? ORDER BY name`,
    ),
    findDocument: db.prepare<[number, string], number>("SELECT id FROM knowledge_documents WHERE source = ? AND name = ?").pluck(),
    addDocument: db.prepare<[number, string, string, string, string, string, string, string, number]>(
      "INSERT INTO knowledge_documents (source, name, version, hash, title, link, problem, part, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    ),
    retitle: db.prepare<[string, string, string, string, string]>(
      `UPDATE knowledge_documents SET version = ?, title = ?, link = ?
        WHERE source = (SELECT id FROM knowledge_sources WHERE name = ?) AND name = ?`,
    ),
    dropDocument: db.prepare<[number]>("DELETE FROM knowledge_documents WHERE id = ?"),
    dropPassages: db.prepare<[number]>("DELETE FROM knowledge_passages WHERE document = ?"),
    addPassage: db.prepare<[number, number | bigint, number, string, string, number, string]>(
      "INSERT INTO knowledge_passages (source, document, position, place, text, overlap, words) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
    countIn: db.prepare<[number], number>("SELECT count(*) FROM knowledge_passages WHERE source = ?").pluck(),
    countOf: db.prepare<[number], number>("SELECT count(*) FROM knowledge_passages WHERE document = ?").pluck(),
    matching: db.prepare<[string], number>("SELECT rowid FROM knowledge_words WHERE knowledge_words MATCH ?").pluck(),
    passageById: db.prepare<[number], FoundPassage>(`${PASSAGE} WHERE p.id = ?`),
    passagesFrom: db.prepare<[number, number, number], FoundPassage>(
      `${PASSAGE} WHERE p.document = ? AND p.position >= ? ORDER BY p.position LIMIT ?`,
    ),
    embedded: db
      .prepare<[number, string], number>(
        "SELECT count(*) FROM knowledge_vectors JOIN knowledge_passages ON id = passage WHERE source = ? AND model = ?",
      )
      .pluck(),
    unembedded: db.prepare<[number, string, number], { readonly id: number; readonly text: string }>(
      `SELECT id, text FROM knowledge_passages WHERE source = ? AND id NOT IN (SELECT passage FROM knowledge_vectors WHERE model = ?)
        ORDER BY id LIMIT ?`,
    ),
    putVector: db.prepare<[number, string, Buffer, number, string]>(
      `INSERT OR REPLACE INTO knowledge_vectors (passage, model, vector) SELECT ?, ?, ?
        WHERE EXISTS (SELECT 1 FROM knowledge_passages WHERE id = ? AND text = ?)`,
    ),
    vectors: db.prepare<[string, string, number], { readonly id: number; readonly vector: Buffer }>(
      `SELECT passage AS id, vector FROM knowledge_vectors JOIN knowledge_passages ON id = passage
        WHERE source IN (SELECT value FROM json_each(?)) AND model = ? ORDER BY passage LIMIT ?`,
    ),
    sources: db.prepare<[], Omit<IndexedSource, "unread"> & { readonly id: number }>(
      `SELECT id, name AS source, (SELECT count(*) FROM knowledge_documents WHERE source = knowledge_sources.id) AS documents,
          (SELECT count(*) FROM knowledge_passages WHERE source = knowledge_sources.id) AS passages
        FROM knowledge_sources ORDER BY name`,
    ),
    unread: db.prepare<[number, number], IndexedSource["unread"][number]>(
      "SELECT name, title, problem FROM knowledge_documents WHERE source = ? AND problem <> '' ORDER BY name LIMIT ?",
    ),
  };
}

/**
 * The passages of these sources, whose numbers are words of the index too, that have this word. It is a quoted string of FTS5's, hence no part of its
 * syntax, whatever it is made of.
 */
function matchOf(sources: readonly number[], word: string, isBeginning: boolean): string {
  const quoted = `"${word.replaceAll('"', '""').replaceAll("\0", "")}"`;
  const ids = sources.map((source) => `"${source}"`).join(" OR ");
  return `source : (${ids}) AND words : ${isBeginning && word.length >= PREFIX_CHARS_MIN ? `${quoted} *` : quoted}`;
}
