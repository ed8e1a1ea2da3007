import { z } from "zod";
import { editNote } from "../store/notes.ts";
import type { Store } from "../store/store.ts";
import { Preferred, Result } from "./result.ts";

/** An evaluation as it is kept beside the logs of its runs. */
const Kept = z.object({
  version: z.literal(1),
  id: z.string(),
  name: z.string(),
  /** The file, as it was named. */
  file: z.string(),
  /** The same for the same cases, teams with all that is set in them, scorers, repeats and seed. */
  identity: z.string(),
  at: z.string(),
  endedAt: z.string().optional(),
  /** Its budget, in US dollars, where it has stopped at it; until somebody goes on with it. */
  stoppedAtUsd: z.number().optional(),
  teams: z.array(z.string()),
  /** How many were taken, of how many there are. */
  cases: z.int().positive(),
  casesInAll: z.int().positive(),
  repeats: z.int().positive(),
  seed: z.int(),
  /** Places in the file of the judges that compare two answers, from 1. */
  pairJudges: z.array(z.int()),
  /** What reports call the scorers that are models and judge one answer. */
  judges: z.array(z.string()).default([]),
});
export type Kept = z.output<typeof Kept>;

const LIST = "evaluations";
const EVALUATIONS_MAX = 1_000; // Of those before them the runs and results stay; they are listed no more.

const keyOf = (id: string): string => `evaluation/${id}`;

/** Evaluations in a store that is only read. */
export interface EvaluationReader {
  /** By its id; `last` is the newest one. */
  find(id: string): Promise<Kept | undefined>;
  /** Newest first. */
  list(): Promise<readonly Kept[]>;
  /** Of one run of one case, by the thread in which it was had first ({@link threadOf}). */
  result(id: string, thread: string): Promise<Result | undefined>;
  /** Of two answers, by the thread in which the judge was asked first. */
  preferred(id: string, thread: string): Promise<Preferred | undefined>;
}

/** Evaluations in the store: what each is, and what came of its runs. */
export interface KeptEvaluations extends EvaluationReader {
  /** The newest one of this identity that has not ended, or has too; `undefined`: begin a new one. */
  unfinished(identity: string, orEnded?: boolean): Promise<Kept | undefined>;
  begin(evaluation: Omit<Kept, "version" | "id" | "endedAt" | "stoppedAtUsd">): Promise<Kept>;
  /** In the place of what was there. */
  put(evaluation: Kept): Promise<void>;
  /** By the same thread, in the place of what was there. */
  putResult(id: string, thread: string, result: Result): Promise<void>;
  putPreferred(id: string, thread: string, preferred: Preferred): Promise<void>;
}

const idsIn = (text: string | undefined): readonly string[] => (text === undefined ? [] : z.array(z.string()).parse(JSON.parse(text)));

export function readEvaluations(store: Pick<Store, "note">): EvaluationReader {
  const read = async <Shape extends z.ZodType>(shape: Shape, key: string): Promise<z.output<Shape> | undefined> => {
    const text = await store.note(key);
    return text === undefined ? undefined : shape.parse(JSON.parse(text));
  };
  return {
    list: async () =>
      (await Promise.all(idsIn(await store.note(LIST)).map((id) => read(Kept, keyOf(id))))).filter((one) => one !== undefined),
    async find(id) {
      if (id !== "last") return read(Kept, keyOf(id));
      // Whoever died right behind entering it into the list has left a name alone.
      for (const one of idsIn(await store.note(LIST))) {
        const kept = await read(Kept, keyOf(one));
        if (kept) return kept;
      }
      return undefined;
    },
    result: (id, thread) => read(Result, `${keyOf(id)}/result/${thread}`),
    preferred: (id, thread) => read(Preferred, `${keyOf(id)}/preferred/${thread}`),
  };
}

const READ_AT_ONCE = 50; // A database over the network is waited for each time.

/** What is kept of these threads, by thread and in their order. */
export async function present<Item>(
  threads: readonly string[],
  read: (thread: string) => Promise<Item | undefined>,
): Promise<ReadonlyMap<string, Item>> {
  const found = new Map<string, Item>();
  for (let at = 0; at < threads.length; at += READ_AT_ONCE) {
    const some = threads.slice(at, at + READ_AT_ONCE);
    for (const [index, item] of (await Promise.all(some.map(read))).entries())
      if (item !== undefined) found.set(some[index] as string, item);
  }
  return found;
}

export function keptEvaluations(store: Pick<Store, "note" | "putNote" | "swapNote">): KeptEvaluations {
  const reader = readEvaluations(store);
  return {
    ...reader,
    unfinished: async (identity, orEnded = false) =>
      (await reader.list()).find((one) => one.identity === identity && (orEnded || one.endedAt === undefined)),
    async begin(evaluation) {
      let id = "";
      await editNote(store, LIST, (text) => {
        const before = idsIn(text);
        id = nextId(evaluation.name, before);
        return JSON.stringify([id, ...before].slice(0, EVALUATIONS_MAX));
      });
      const kept: Kept = { version: 1, id, ...evaluation };
      await store.putNote(keyOf(id), JSON.stringify(kept));
      return kept;
    },
    put: (evaluation) => store.putNote(keyOf(evaluation.id), JSON.stringify(evaluation)),
    putResult: (id, thread, result) => store.putNote(`${keyOf(id)}/result/${thread}`, JSON.stringify(result)),
    putPreferred: (id, thread, preferred) => store.putNote(`${keyOf(id)}/preferred/${thread}`, JSON.stringify(preferred)),
  };
}

/** `gsm8k-3`: what people type, and what begins the names of its threads. */
function nextId(name: string, before: readonly string[]): string {
  const slug =
    name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 40) || "evaluation";
  const numbers = before.flatMap((id) => (id.startsWith(`${slug}-`) ? [Number(id.slice(slug.length + 1))] : [])).filter(Number.isInteger);
  return `${slug}-${Math.max(0, ...numbers) + 1}`;
}
