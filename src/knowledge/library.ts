import { withinMs } from "../engine/clock.ts";
import type { Embedder, Knowledge, KnowledgeAnswer, KnowledgePassage, KnowledgeSource } from "../engine/knowledge.ts";
import type { FoundPassage, IndexedDocument } from "../store/knowledge/knowledge-index.ts";
import type { Store } from "../store/store.ts";
import { bringUpToDate, type IndexingParts, type Progress } from "./indexing.ts";
import { createPurses, isOfPayer, purseOf, type Purse, type Purses } from "./purse.ts";
import { SourceTrouble, type DocumentSource } from "./source.ts";
import { embedMissing, fused, nearest, RANKED_MAX } from "./vectors.ts";

/** What a team looks things up in, for all teams and threads of a process. */
export interface Library {
  /** `sources`: those of a team, in one thread. */
  of(sources: readonly OfferedSource[]): Knowledge;
  /** Something there is another than it was: where it is indexed, the index is brought up to it. Never rejects. */
  changed(source: DocumentSource): Promise<void>;
  /** What is being indexed ends where it is; the next process goes on. */
  close(): Promise<void>;
}

/** A source as a team was given it. `ready`: where its documents lie, or why nobody can say, a sentence. Never rejects. */
export interface OfferedSource extends KnowledgeSource {
  ready(): Promise<DocumentSource | string>;
}

/** A source is looked at no more often; what has changed since is found after that. */
export const LOOKED_AT_MS_MIN = 60_000;
/** A search waits for what is being indexed; behind that it tells what is there. */
const INDEXING_MS_WAITED = 20_000;
/** What nobody has searched for so long is thrown away. */
const UNUSED_MS_MAX = 90 * 24 * 3_600_000;
const DAY_MS = 24 * 3_600_000;
/** A file that is being fetched is not waited for; what it would have become is made again. */
const CLOSING_MS_MAX = 3_000;
/** Sources that are remembered; of more, the one that was looked at longest ago is looked at anew. */
const LOOKS_MAX = 1_000;
/** Named in an answer; the rest is counted. */
const UNREAD_NAMED_MAX = 5;

interface Look {
  /** When it was last looked at, ms since the epoch. */
  at: number;
  underWay: Promise<void> | undefined;
  progress: Progress | undefined;
  /** For whoever searches: what was left out, or why nobody could look. */
  notes: readonly string[];
  /** Of those who wait for it, and pay for its vectors. */
  readonly purses: Purses;
}

export function createLibrary(parts: IndexingParts & { readonly store: Pick<Store, "exclusively"> }): Library {
  const { index, store, clock, log } = parts;
  const looks = new Map<string, Look>();
  const closed = new AbortController();
  let sweptAt = Number.NEGATIVE_INFINITY;

  /** One of all processes looks at a source at a time: those who come next find that nothing is left to do. */
  async function look(source: DocumentSource, state: Look): Promise<void> {
    try {
      await store.exclusively(`knowledge/${source.key}`, async (lost) => {
        const signal = AbortSignal.any([lost, closed.signal]);
        if (signal.aborted) return;
        state.notes = await bringUpToDate(source, parts, signal, (progress) => void (state.progress = progress));
        state.notes = [...state.notes, ...(await embedded(source, state, signal))];
      });
      if (clock.now() - sweptAt < DAY_MS) return;
      sweptAt = clock.now();
      await index.dropUnused(clock.now() - UNUSED_MS_MAX);
    } catch (error) {
      if (closed.signal.aborted) return;
      state.notes = [
        error instanceof SourceTrouble
          ? `${source.name} is searched as it was when it could last be looked at: ${error.message}`
          : `${source.name} is searched as it was when it could last be looked at: something went wrong, which whoever runs Parley is told.`,
      ];
      log(`knowledge ${source.name} could not be looked at`, error);
    } finally {
      state.at = clock.now();
      state.underWay = undefined;
      state.progress = undefined;
    }
  }

  /** Without its vectors a source is found by its words. */
  async function embedded({ name, key, vectors }: DocumentSource, { purses }: Look, signal: AbortSignal): Promise<readonly string[]> {
    if (!vectors) return [];
    const { embedder, max } = vectors;
    try {
      const wanted = { source: key, model: embedder.model, vectorsMax: max };
      const made = await embedMissing(wanted, index, signal, (texts) => purses.embed(embedder, texts, signal));
      return made === "all" ? [] : [`Not all of ${name} is found by its meaning yet, the rest by its words: later searches go on with it.`];
    } catch (error) {
      if (signal.aborted) return [];
      if (!isOfPayer(error)) log(`knowledge ${name}: ${embedder.model} made no vectors of it`, error);
      return [`Not all of ${name} is found by its meaning just now, only by its words.`];
    }
  }

  /** The passages whose meaning is near to the query's, best first. */
  async function near(query: string, open: readonly DocumentSource[], purse: Purse) {
    const lists: (readonly FoundPassage[])[] = [];
    const notes: string[] = [];
    for (const [model, { embedder, keys, max }] of byModel(open)) {
      try {
        const asked = await embedder.embed([query], purse.payer);
        purse.pay(asked.usage, "question");
        const [wanted] = asked.vectors;
        const ids = wanted ? nearest(wanted, await index.vectors(keys, model, max), RANKED_MAX) : [];
        lists.push(await index.passagesById(ids));
      } catch (error) {
        if (isOfPayer(error)) notes.push("It was looked for by words alone: the run has nothing left for the model that knows meanings.");
        else {
          log(`${model} made no vector of a query`, error);
          notes.push("It was looked for by words alone: the model that knows meanings did not answer.");
        }
      }
    }
    return { lists, notes };
  }

  function stateOf({ key }: DocumentSource): Look {
    const state = looks.get(key) ?? {
      at: Number.NEGATIVE_INFINITY,
      underWay: undefined,
      progress: undefined,
      notes: [],
      purses: createPurses(),
    };
    looks.delete(key);
    looks.set(key, state);
    const [oldest] = looks;
    if (oldest && looks.size > LOOKS_MAX && oldest[1].underWay === undefined) looks.delete(oldest[0]);
    return state;
  }

  /** Looks at it where that is due, and waits for a while; what is to be said of it. */
  async function refreshed(source: DocumentSource, tell: ((doing: string) => void) | undefined, purse: Purse): Promise<readonly string[]> {
    const state = stateOf(source);
    const untold = state.purses.untold();
    if (untold) purse.pay(untold, "index");
    const ended = await state.purses.open(purse, async () => {
      if (state.underWay === undefined && clock.now() - state.at >= LOOKED_AT_MS_MIN && !closed.signal.aborted)
        state.underWay = look(source, state);
      if (state.underWay === undefined) return "ended";
      tell?.(`is looking at ${source.name}`);
      const looked = state.underWay.then(() => "ended" as const);
      return await withinMs(clock, INDEXING_MS_WAITED, looked);
    });
    if (ended === "ended") return state.notes;
    const { done = 0, total } = state.progress ?? {};
    return [
      `${source.name} is still being indexed: ${total === undefined ? "it has only begun" : `${done} of ${total} documents are in it`}. Ask again later for the rest.`,
    ];
  }

  async function searched(sources: readonly OfferedSource[], wanted: Parameters<Knowledge["search"]>[0]): Promise<KnowledgeAnswer> {
    const purse = purseOf(wanted.payer);
    const asked = sources.filter(({ name }) => wanted.source === undefined || name === wanted.source);
    const all = await Promise.all(asked.map((source) => openTo(source, wanted)));
    const open = all.filter((one) => typeof one !== "string");
    const closedTo = all.filter((one) => typeof one === "string");
    const notes = await Promise.all(open.map((source) => refreshed(source, wanted.tell, purse)));
    const { query, limit } = wanted;
    const keys = open.map(({ key }) => key);
    const meant = await near(query, open, purse);
    const byWords = await index.find(keys, { query, limit: meant.lists.length > 0 ? RANKED_MAX : limit });
    const found = meant.lists.length > 0 ? fused([byWords, ...meant.lists], limit) : byWords;
    const unread = await Promise.all(open.map(unreadIn));
    return {
      kind: "found",
      passages: found.map((passage) => passageOf(passage, open)),
      notes: [...closedTo, ...notes.flat(), ...meant.notes, ...unread.filter((note) => note !== undefined)],
      // What a title says comes in with the note that names it.
      touched: touchedBy([...found.map(({ source }) => source), ...open.flatMap(({ key }, at) => (unread[at] ? [key] : []))], open),
      ...(purse.spent ? { usage: purse.spent } : {}),
    };
  }

  async function unreadIn({ name, key }: DocumentSource): Promise<string | undefined> {
    const unread = (await index.documents(key)).filter(({ problem }) => problem !== "");
    return unread.length === 0 ? undefined : `In ${name} could not be read: ${unreadShown(unread)}.`;
  }

  /** Where it lies, if everybody who reads the thread may see it; else why nothing of it is given. */
  async function openTo(source: OfferedSource, reader: Parameters<DocumentSource["closedTo"]>[0]): Promise<DocumentSource | string> {
    const found = await source.ready();
    return typeof found === "string" ? found : ((await found.closedTo(reader)) ?? found);
  }

  async function readOn(sources: readonly OfferedSource[], wanted: Parameters<Knowledge["read"]>[0]): Promise<KnowledgeAnswer> {
    const named = sources.find(({ name }) => name === wanted.source);
    if (!named) return { kind: "failed", error: { kind: "not_found", message: `There is no source "${wanted.source}".` } };
    const source = await openTo(named, wanted);
    if (typeof source === "string") return { kind: "failed", error: { kind: "not_allowed", message: source } };
    const { document, passage, limit } = wanted;
    const read = await index.passages(source.key, document, { position: passage, limit });
    if (!read)
      return {
        kind: "failed",
        error: {
          kind: "not_found",
          message: `${source.name} has no document of this name, or no longer. Search it: that gives the names.`,
        },
      };
    const { passages, total } = read;
    const next = passage + passages.length;
    return {
      kind: "found",
      passages: passages.map((one, at) => passageOf(at === 0 ? one : { ...one, text: one.text.slice(one.overlap) }, [source])),
      notes: next < total ? [`There is more of it: passage ${next} of ${total - 1} comes next.`] : [],
      touched: touchedBy(
        passages.map((one) => one.source),
        [source],
      ),
    };
  }

  return {
    of: (sources) => ({
      sources,
      search: (wanted) => unfailing(() => searched(sources, wanted)),
      read: (wanted) => unfailing(() => readOn(sources, wanted)),
    }),
    async changed(source) {
      const state = stateOf(source);
      // What is being looked at may have been read before it changed.
      await state.underWay;
      if (closed.signal.aborted) return;
      state.underWay ??= look(source, state);
      await state.underWay;
    },
    async close() {
      closed.abort();
      const underWay = Promise.all([...looks.values()].flatMap((state) => state.underWay ?? []));
      await withinMs(clock, CLOSING_MS_MAX, underWay);
    },
  };

  async function unfailing(work: () => Promise<KnowledgeAnswer>): Promise<KnowledgeAnswer> {
    try {
      return await work();
    } catch (error) {
      log("what a team was given to look things up in could not be searched", error);
      return { kind: "failed", error: { kind: "unavailable", message: "The documents cannot be searched just now. Go on without." } };
    }
  }
}

/** Each model is asked once, for all of its sources. */
function byModel(open: readonly DocumentSource[]) {
  const models = new Map<string, { readonly embedder: Embedder; readonly keys: string[]; max: number }>();
  for (const { key, vectors } of open) {
    if (!vectors) continue;
    const known = models.get(vectors.embedder.model) ?? { embedder: vectors.embedder, keys: [], max: 0 };
    known.keys.push(key);
    known.max += vectors.max;
    models.set(vectors.embedder.model, known);
  }
  return models;
}

function passageOf({ position, source: key, place, text, ...passage }: FoundPassage, sources: readonly DocumentSource[]): KnowledgePassage {
  const { document, title, link } = passage;
  return { source: sources.find((one) => one.key === key)?.name ?? "", document, passage: position, title, place, link, text };
}

/** `keys`: of the sources whose words are given. */
function touchedBy(keys: readonly string[], sources: readonly DocumentSource[]): DocumentSource["touches"] {
  const from = new Set(keys);
  return [...new Set(sources.flatMap(({ key, touches }) => (from.has(key) ? touches : [])))];
}

function unreadShown(unread: readonly IndexedDocument[]): string {
  const named = unread.slice(0, UNREAD_NAMED_MAX).map(({ title, problem }) => `${title} (${problem})`);
  const rest = unread.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join("; ");
}
