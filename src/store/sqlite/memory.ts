import { type Memory, type Note, type NoteDraft, NOTES_PER_SCOPE_MAX, QUERY_CHARS_MAX, type Remembered } from "../../engine/memory.ts";
import type { Connection } from "./connection.ts";
import { checkMemory } from "../records/sizes.ts";
import { PREFIX_CHARS_MIN, QUERY_WORDS_MAX, rankedByRarity, wordsOf } from "../records/words.ts";

interface NoteRow extends Omit<Note, "askedBy"> {
  readonly askerId: string;
  readonly askerName: string;
}

/** The notes of each scope, and an index of their words. */
export function sqliteMemory({ db, write, read }: Connection, now: () => number): Memory {
  // Prepared when first used: SQLite reads the index for it, and a damaged one is no reason to keep the logs closed.
  let prepared: ReturnType<typeof statementsOn> | undefined;
  const on = () => (prepared ??= statementsOn(db));

  const keep = (draft: NoteDraft): Remembered => {
    const { byCall, byText, byId, findScope, addScope, count, add } = on();
    const before = byCall.get(draft.thread, draft.call);
    if (before) return { kind: "kept", note: noteOf(before) };
    const same = byText.get(draft.scope, draft.text);
    if (same) return { kind: "known", note: noteOf(same) };
    const scope = findScope.get(draft.scope) ?? Number(addScope.run(draft.scope).lastInsertRowid);
    if ((count.get(scope) ?? 0) >= NOTES_PER_SCOPE_MAX) return { kind: "full" };
    const { agent, text, thread, call, askedBy } = draft;
    const words = wordsOf(text).join(" ");
    const at = new Date(now()).toISOString();
    const added = byId.get(add.run(scope, agent, text, words, thread, call, askedBy.id, askedBy.name, at).lastInsertRowid);
    if (!added) throw new Error("a note that was just added is not there");
    return { kind: "kept", note: noteOf(added) };
  };

  /**
   * Ids of the notes that have some of the words, best first: a word counts for more the fewer notes of the scope have it. FTS5's own bm25 counts
   * over all scopes, and so would cost what they all hold: 72 ms against 6 at 100,000 notes.
   */
  const ranked = (scope: number, words: readonly string[], also?: "and what begins with them"): number[] => {
    const { matching, count } = on();
    const found = [...new Set(words)].map((word) => matching.all(matchOf(scope, word, also !== undefined)));
    return rankedByRarity(found, count.get(scope) ?? 0);
  };

  return {
    remember: async (draft) => {
      checkMemory(draft);
      return write("normal", () => keep(draft));
    },
    recall: async (scope, { query, limit }) => {
      const words = wordsOf(query.slice(0, QUERY_CHARS_MAX)).slice(0, QUERY_WORDS_MAX);
      return read(() => {
        const { findScope, newest, byId } = on();
        const scopeId = findScope.get(scope);
        if (scopeId === undefined) return [];
        if (words.length === 0) return newest.all(scope, limit, 0).map(noteOf);
        const found = ranked(scopeId, words);
        return (found.length > 0 ? found : ranked(scopeId, words, "and what begins with them"))
          .slice(0, limit)
          .flatMap((id) => byId.get(id) ?? [])
          .filter((row) => row.scope === scope)
          .map(noteOf);
      });
    },
    list: async (scope, { limit, offset }) =>
      read(() => {
        const { findScope, newest, count } = on();
        const id = findScope.get(scope);
        return { notes: newest.all(scope, limit, offset).map(noteOf), total: id === undefined ? 0 : (count.get(id) ?? 0) };
      }),
    // What a person has seen disappear must not come back with a power cut.
    forget: async (scope, id) =>
      write("full", () => {
        const row = Number.isSafeInteger(id) ? on().byId.get(id) : undefined;
        return row && on().remove.run(id, scope).changes > 0 ? noteOf(row) : undefined;
      }),
    scopes: async () => read(() => on().scopes.all()),
  };
}

function statementsOn(db: Connection["db"]) {
  const note = `SELECT memories.id, memory_scopes.name AS scope, agent, text, thread, memories.at, asker_id AS askerId, asker_name AS askerName
    FROM memories JOIN memory_scopes ON memory_scopes.id = memories.scope`;
  const byId = db.prepare<[number | bigint], NoteRow>(`${note} WHERE memories.id = ?`);
  const byCall = db.prepare<[string, string], NoteRow>(`${note} WHERE thread = ? AND call = ?`);
  const byText = db.prepare<[string, string], NoteRow>(`${note} WHERE memory_scopes.name = ? AND text = ? ORDER BY memories.id LIMIT 1`);
  const newest = db.prepare<[string, number, number], NoteRow>(
    `${note} WHERE memory_scopes.name = ? ORDER BY memories.id DESC LIMIT ? OFFSET ?`,
  );
  const matching = db.prepare<[string], number>("SELECT rowid FROM memory_words WHERE memory_words MATCH ?").pluck();
  const findScope = db.prepare<[string], number>("SELECT id FROM memory_scopes WHERE name = ?").pluck();
  const addScope = db.prepare("INSERT INTO memory_scopes (name) VALUES (?)");
  const count = db.prepare<[number], number>("SELECT count(*) FROM memories WHERE scope = ?").pluck();
  const add = db.prepare(
    "INSERT INTO memories (scope, agent, text, words, thread, call, asker_id, asker_name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  );
  const remove = db.prepare<[number, string]>(
    "DELETE FROM memories WHERE id = ? AND scope = (SELECT id FROM memory_scopes WHERE name = ?)",
  );
  const scopes = db.prepare<[], { scope: string; notes: number }>(
    `SELECT name AS scope, count(*) AS notes FROM memories JOIN memory_scopes ON memory_scopes.id = memories.scope
      GROUP BY memory_scopes.id ORDER BY name`,
  );
  return { byId, byCall, byText, newest, matching, findScope, addScope, count, add, remove, scopes };
}

function noteOf({ askerId, askerName, ...note }: NoteRow): Note {
  return { ...note, askedBy: { id: askerId, name: askerName } };
}

/**
 * The notes of a scope, whose number is a word of the index too, that have this word. It is a quoted string of FTS5's, hence no part of its
 * syntax, whatever it is made of.
 */
function matchOf(scope: number, word: string, isBeginning: boolean): string {
  const quoted = `"${word.replaceAll('"', '""').replaceAll("\0", "")}"`;
  return `scope : "${scope}" AND words : ${isBeginning && word.length >= PREFIX_CHARS_MIN ? `${quoted} *` : quoted}`;
}
