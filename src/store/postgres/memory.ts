import { type Memory, type Note, type NoteDraft, NOTES_PER_SCOPE_MAX, QUERY_CHARS_MAX, type Remembered } from "../../engine/memory.ts";
import { checkMemory } from "../records/sizes.ts";
import { PREFIX_CHARS_MIN, QUERY_WORDS_MAX, rankedByRarity, wordsOf } from "../records/words.ts";
import type { Connection, Query } from "./server/connection.ts";
import { matchOf, stemsOf, textStemsOf, vectorOf } from "./words.ts";

interface NoteRow extends Omit<Note, "askedBy"> {
  readonly askerId: string;
  readonly askerName: string;
}

const COLUMNS = 'id, scope, agent, text, thread, at, asker_id AS "askerId", asker_name AS "askerName"';
const NOTE = `SELECT ${COLUMNS} FROM memories`;

/** The notes of each scope, and an index of their words. */
export function postgresMemory({ query, transaction }: Connection, now: () => number): Memory {
  const keep = async (within: Query, draft: NoteDraft): Promise<Remembered> => {
    const { scope, agent, text, thread, call, askedBy } = draft;
    // What is kept in a place is counted by one after the other.
    await within("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [`memory/${scope}`]);
    const [before] = await within<NoteRow>(`${NOTE} WHERE thread = $1 AND call = $2`, [thread, call]);
    if (before) return { kind: "kept", note: noteOf(before) };
    const [same] = await within<NoteRow>(`${NOTE} WHERE scope = $1 AND text = $2 ORDER BY id LIMIT 1`, [scope, text]);
    if (same) return { kind: "known", note: noteOf(same) };
    if ((await countIn(within, scope)) >= NOTES_PER_SCOPE_MAX) return { kind: "full" };
    const [added] = await within<NoteRow>(
      `INSERT INTO memories (scope, agent, text, words, thread, call, asker_id, asker_name, at) VALUES ($1, $2, $3, $4::tsvector, $5, $6, $7, $8, $9)
        RETURNING ${COLUMNS}`,
      [
        scope,
        agent,
        text,
        vectorOf(await textStemsOf(within, text)),
        thread,
        call,
        askedBy.id,
        askedBy.name,
        new Date(now()).toISOString(),
      ],
    );
    if (!added) throw new Error("a note that was just added is not there");
    return { kind: "kept", note: noteOf(added) };
  };

  /** Ids of the notes that have some of the words, best first. */
  const ranked = async (scope: string, words: readonly string[], also?: "and what begins with them"): Promise<number[]> => {
    const asked = [...new Set(words)];
    const stems = await stemsOf(query, asked);
    const matches = stems.flatMap((own, index) =>
      own.length === 0 ? [] : [matchOf(own, also !== undefined && (asked[index]?.length ?? 0) >= PREFIX_CHARS_MIN)],
    );
    const rows = await query<{ id: number; n: number }>(
      `SELECT id, n FROM unnest($2::text[]) WITH ORDINALITY AS asked (match, n) JOIN memories ON scope = $1 AND words @@ match::tsquery`,
      [scope, matches],
    );
    const found = matches.map((_match, index) => rows.flatMap(({ id, n }) => (n === index + 1 ? [id] : [])));
    return rankedByRarity(found, await countIn(query, scope));
  };

  return {
    async remember(draft) {
      checkMemory(draft);
      return transaction((within) => keep(within, draft));
    },
    async recall(scope, { query: asked, limit }) {
      const words = wordsOf(asked.slice(0, QUERY_CHARS_MAX)).slice(0, QUERY_WORDS_MAX);
      if (words.length === 0) return newest(query, scope, limit, 0);
      let ids = await ranked(scope, words);
      if (ids.length === 0) ids = await ranked(scope, words, "and what begins with them");
      const rows = await query<NoteRow>(`${NOTE} WHERE id = ANY($1::bigint[])`, [ids.slice(0, limit)]);
      const byId = new Map(rows.map((row) => [row.id, noteOf(row)]));
      return ids.slice(0, limit).flatMap((id) => byId.get(id) ?? []);
    },
    list: async (scope, { limit, offset }) => ({ notes: await newest(query, scope, limit, offset), total: await countIn(query, scope) }),
    async forget(scope, id) {
      if (!Number.isSafeInteger(id)) return undefined;
      const [row] = await query<NoteRow>(`DELETE FROM memories WHERE id = $1 AND scope = $2 RETURNING ${COLUMNS}`, [id, scope]);
      return row && noteOf(row);
    },
    scopes: async () => [
      ...(await query<{ scope: string; notes: number }>("SELECT scope, count(*) AS notes FROM memories GROUP BY scope ORDER BY scope")),
    ],
  };
}

async function newest(query: Query, scope: string, limit: number, offset: number): Promise<Note[]> {
  return (await query<NoteRow>(`${NOTE} WHERE scope = $1 ORDER BY id DESC LIMIT $2 OFFSET $3`, [scope, limit, offset])).map(noteOf);
}

async function countIn(query: Query, scope: string): Promise<number> {
  return (await query<{ notes: number }>("SELECT count(*) AS notes FROM memories WHERE scope = $1", [scope]))[0]?.notes ?? 0;
}

function noteOf({ askerId, askerName, ...note }: NoteRow): Note {
  return { ...note, askedBy: { id: askerId, name: askerName } };
}
