import { QUERY_CHARS_MAX } from "../../engine/memory.ts";
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
import { bytesOf, vectorIn } from "../records/vectors.ts";
import { PREFIX_CHARS_MIN, QUERY_WORDS_MAX, rankedByRarity, spacedWordsOf, wordsOf } from "../records/words.ts";
import type { Connection, Query } from "./server/connection.ts";
import { matchOf, stemsOf, vectorOf } from "./words.ts";

/** In one statement: each is a row of seven arrays. */
const PASSAGES_AT_ONCE = 500;

const PASSAGE = `SELECT p.id, s.name AS source, d.name AS document, d.title, d.link, p.position, p.place, p.text, p.overlap
  FROM knowledge_passages p JOIN knowledge_documents d ON d.id = p.document JOIN knowledge_sources s ON s.id = p.source`;

/** The documents of each source, and an index of their words as memories have one. */
export function postgresKnowledge({ query, transaction }: Connection, now: () => number): KnowledgeIndex {
  async function put(within: Query, source: string, document: DocumentDraft, passages: readonly PassageDraft[]): Promise<"kept" | "full"> {
    // What is kept of a source is counted by one after the other.
    await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`knowledge/${source}`]);
    const [own] = await within<{ id: number }>(
      "INSERT INTO knowledge_sources (name, used_at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id",
      [source, now()],
    );
    if (!own) throw new Error("a source that was just added is not there");
    const [others] = await within<{ passages: number }>(
      `SELECT count(*) AS passages FROM knowledge_passages WHERE source = $1
        AND document NOT IN (SELECT id FROM knowledge_documents WHERE source = $1 AND name = $2)`,
      [own.id, document.name],
    );
    if ((others?.passages ?? 0) + passages.length > PASSAGES_PER_SOURCE_MAX) return "full";
    await within("DELETE FROM knowledge_documents WHERE source = $1 AND name = $2", [own.id, document.name]);
    const { name, version, hash, title, link, problem, part } = document;
    const [added] = await within<{ id: number }>(
      `INSERT INTO knowledge_documents (source, name, version, hash, title, link, problem, part, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id`,
      [own.id, name, version, hash, title, link, problem, part, now()],
    );
    if (!added) throw new Error("a document that was just added is not there");
    for (let first = 0; first < passages.length; first += PASSAGES_AT_ONCE)
      await addPassages(within, {
        source: own.id,
        document: added.id,
        title,
        first,
        some: passages.slice(first, first + PASSAGES_AT_ONCE),
      });
    return "kept";
  }

  async function addPassages(
    within: Query,
    {
      source,
      document,
      title,
      first,
      some,
    }: {
      readonly source: number;
      readonly document: number;
      readonly title: string;
      readonly first: number;
      readonly some: readonly PassageDraft[];
    },
  ): Promise<void> {
    const stems = await stemsOf(
      within,
      some.map(({ place, text }) => spacedWordsOf(`${title}\n${place}\n${text}`)),
    );
    await within(
      `INSERT INTO knowledge_passages (source, document, position, place, text, overlap, words)
        SELECT $1, $2, position, place, text, overlap, words::tsvector
        FROM unnest($3::integer[], $4::text[], $5::text[], $6::integer[], $7::text[]) AS one (position, place, text, overlap, words)`,
      [
        source,
        document,
        some.map((_one, index) => first + index),
        some.map(({ place }) => place),
        some.map(({ text }) => text),
        some.map(({ overlap }) => overlap),
        stems.map(vectorOf),
      ],
    );
  }

  /** Ids of the passages that have some of the words, best first. */
  async function ranked(sources: readonly number[], words: readonly string[], also?: "and what begins with them"): Promise<number[]> {
    const asked = [...new Set(words)];
    const stems = await stemsOf(query, asked);
    const matches = stems.flatMap((own, index) =>
      own.length === 0 ? [] : [matchOf(own, also !== undefined && (asked[index]?.length ?? 0) >= PREFIX_CHARS_MIN)],
    );
    const rows = await query<{ id: number; n: number }>(
      `SELECT id, n FROM unnest($2::text[]) WITH ORDINALITY AS asked (match, n)
        JOIN knowledge_passages ON source = ANY($1::bigint[]) AND words @@ match::tsquery`,
      [sources, matches],
    );
    const found = matches.map((_match, index) => rows.flatMap(({ id, n }) => (n === index + 1 ? [id] : [])));
    const [all] = await query<{ passages: number }>(
      "SELECT count(*) AS passages FROM knowledge_passages WHERE source = ANY($1::bigint[])",
      [sources],
    );
    return rankedByRarity(found, all?.passages ?? 0);
  }

  async function passagesById(ids: readonly number[]): Promise<readonly FoundPassage[]> {
    const rows = await query<FoundPassage>(`${PASSAGE} WHERE p.id = ANY($1::bigint[])`, [ids]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  const documentOf = async (source: string, name: string): Promise<number | undefined> =>
    (
      await query<{ id: number }>(
        "SELECT id FROM knowledge_documents WHERE source = (SELECT id FROM knowledge_sources WHERE name = $1) AND name = $2",
        [source, name],
      )
    )[0]?.id;

  return {
    async documents(source) {
      const [own] = await query<{ id: number }>("UPDATE knowledge_sources SET used_at = $2 WHERE name = $1 RETURNING id", [source, now()]);
      if (!own) return [];
      return query<IndexedDocument>(
        `SELECT name, version, hash, title, link, problem, part, at,
            (SELECT count(*) FROM knowledge_passages WHERE knowledge_passages.document = knowledge_documents.id) AS passages
          FROM knowledge_documents WHERE source = $1 ORDER BY name`,
        [own.id],
      );
    },
    async has(source, document) {
      if (document !== undefined) return (await documentOf(source, document)) !== undefined;
      return (await query("SELECT 1 FROM knowledge_sources WHERE name = $1", [source])).length > 0;
    },
    async put(source, document, passages) {
      checkKnowledge(source, document, passages);
      return transaction((within) => put(within, source, document, passages));
    },
    async retitle(source, { name, version, title, link }) {
      await query(
        `UPDATE knowledge_documents SET version = $3, title = $4, link = $5
          WHERE source = (SELECT id FROM knowledge_sources WHERE name = $1) AND name = $2`,
        [source, name, version, title, link],
      );
    },
    remove: async (source, names) =>
      (
        await query(
          `DELETE FROM knowledge_documents WHERE source = (SELECT id FROM knowledge_sources WHERE name = $1) AND name = ANY($2::text[])
            RETURNING id`,
          [source, names],
        )
      ).length,
    async find(sources, { query: asked, limit }) {
      const words = wordsOf(asked.slice(0, QUERY_CHARS_MAX)).slice(0, QUERY_WORDS_MAX);
      if (words.length === 0) return [];
      const own = (await query<{ id: number }>("SELECT id FROM knowledge_sources WHERE name = ANY($1::text[])", [sources])).map(
        ({ id }) => id,
      );
      if (own.length === 0) return [];
      let ids = await ranked(own, words);
      if (ids.length === 0) ids = await ranked(own, words, "and what begins with them");
      return passagesById(ids.slice(0, limit));
    },
    async passages(source, document, { position, limit }) {
      const id = await documentOf(source, document);
      if (id === undefined) return undefined;
      const [all] = await query<{ passages: number }>("SELECT count(*) AS passages FROM knowledge_passages WHERE document = $1", [id]);
      return {
        passages: await query<FoundPassage>(`${PASSAGE} WHERE p.document = $1 AND p.position >= $2 ORDER BY p.position LIMIT $3`, [
          id,
          position,
          limit,
        ]),
        total: all?.passages ?? 0,
      };
    },
    async withoutVector(source, model, limit) {
      const inSource = "source = (SELECT id FROM knowledge_sources WHERE name = $1)";
      const has = "EXISTS (SELECT 1 FROM knowledge_vectors WHERE passage = knowledge_passages.id AND model = $2)";
      const [embedded] = await query<{ count: number }>(`SELECT count(*) AS count FROM knowledge_passages WHERE ${inSource} AND ${has}`, [
        source,
        model,
      ]);
      const missing = await query<{ id: number; text: string }>(
        `SELECT id, text FROM knowledge_passages WHERE ${inSource} AND NOT ${has} ORDER BY id LIMIT $3`,
        [source, model, limit],
      );
      return { embedded: embedded?.count ?? 0, missing };
    },
    async putVectors(model, vectors) {
      await transaction(async (within) => {
        for (const { id, text, vector } of vectors)
          await within(
            `INSERT INTO knowledge_vectors (passage, model, vector) SELECT id, $2, $3 FROM knowledge_passages WHERE id = $1 AND text = $4
              ON CONFLICT (passage) DO UPDATE SET model = excluded.model, vector = excluded.vector`,
            [id, model, bytesOf(vector), text],
          );
      });
    },
    async vectors(sources, model, limit) {
      const rows = await query<{ id: number; vector: Buffer }>(
        `SELECT passage AS id, vector FROM knowledge_vectors JOIN knowledge_passages ON id = passage
          WHERE source IN (SELECT id FROM knowledge_sources WHERE name = ANY($1::text[])) AND model = $2 ORDER BY passage LIMIT $3`,
        [sources, model, limit],
      );
      return rows.map(({ id, vector }): StoredVector => ({ id, vector: vectorIn(vector) }));
    },
    passagesById,
    async sources() {
      const rows = await query<Omit<IndexedSource, "unread"> & { id: number }>(
        `SELECT id, name AS source, (SELECT count(*) FROM knowledge_documents WHERE source = knowledge_sources.id) AS documents,
            (SELECT count(*) FROM knowledge_passages WHERE source = knowledge_sources.id) AS passages
          FROM knowledge_sources ORDER BY name`,
      );
      return Promise.all(
        rows.map(async ({ id, ...one }) => ({
          ...one,
          unread: await query<IndexedSource["unread"][number]>(
            "SELECT name, title, problem FROM knowledge_documents WHERE source = $1 AND problem <> '' ORDER BY name LIMIT $2",
            [id, UNREAD_SHOWN_MAX],
          ),
        })),
      );
    },
    dropUnused: async (before) => (await query("DELETE FROM knowledge_sources WHERE used_at < $1 RETURNING id", [before])).length,
  };
}
