import { hostname } from "node:os";
import { z } from "zod";
import type { Clock } from "../engine/clock.ts";
import type { Store } from "../store/store.ts";

/** Who works on an evaluation, and since when (ISO 8601). */
const Holder = z.object({ by: z.string(), since: z.string() });
type Holder = z.output<typeof Holder>;

/** Another process works on the evaluation. The message is for people. */
export class EvaluationHeld extends Error {
  override readonly name = "EvaluationHeld";
}

/** Nobody is told to wait who does not have to. */
const TOLD_AFTER_MS = 1_000;
/** A process that is gone without a word is taken for gone by then, and what it had is free. */
const WAIT_MS_MAX = 20_000;

const keyOf = (id: string): string => `evaluation/${id}/held`;

/**
 * Works on an evaluation as the only one of all processes that have the store open. Where another one does, `waits` is told who, and since when,
 * and if that goes on, this rejects with {@link EvaluationHeld}; so it does where this process was taken for gone meanwhile, and another may go on.
 */
export async function alone<T>(
  { store, clock }: { readonly store: Pick<Store, "note" | "putNote" | "exclusively">; readonly clock: Clock },
  { id, signal, waits }: { readonly id: string; readonly signal: AbortSignal; readonly waits: (words: string) => void },
  job: (lost: AbortSignal) => Promise<T>,
): Promise<T> {
  const entered = Promise.withResolvers<boolean>();
  const waiting = new AbortController();
  let [isIn, isGivenUp] = [false, false];
  const done = store.exclusively(keyOf(id), async (lost): Promise<{ readonly result: T } | undefined> => {
    // The line was longer than this one waits, and it has gone.
    if (isGivenUp) return undefined;
    isIn = true;
    entered.resolve(true);
    await store.putNote(keyOf(id), JSON.stringify({ by: ME, since: new Date(clock.now()).toISOString() } satisfies Holder));
    try {
      return { result: await job(lost) };
    } catch (error) {
      if (lost.aborted && !signal.aborted)
        throw new EvaluationHeld(
          `${id}: this process was not heard of for too long, and another may go on with it. The same command does.`,
        );
      throw error;
    }
  });
  done.catch(entered.reject);
  const within = (ms: number): Promise<boolean> =>
    Promise.race([entered.promise, clock.sleep(ms, AbortSignal.any([signal, waiting.signal])).then(() => isIn)]);
  try {
    if (!(await within(TOLD_AFTER_MS))) {
      const held = heldBy(id, await holderOf(store, id));
      waits(held);
      if (!(await within(WAIT_MS_MAX))) {
        isGivenUp = true;
        signal.throwIfAborted();
        throw new EvaluationHeld(`${held}. Wait for its end, or end it: the same command then goes on from there.`);
      }
    }
  } finally {
    waiting.abort();
  }
  const got = await done;
  if (!got) throw new Error(`${id} was given up while it was entered`);
  return got.result;
}

/** `suite-1 is worked on by process 12 on db1, since 2026-11-30 00:12 UTC`. One that has just come to it has not said yet who it is. */
const heldBy = (id: string, holder: Holder | undefined): string =>
  holder
    ? `${id} is worked on by ${holder.by}, since ${holder.since.slice(0, 16).replace("T", " ")} UTC`
    : `${id} is worked on by another process`;

async function holderOf(store: Pick<Store, "note">, id: string): Promise<Holder | undefined> {
  const text = await store.note(keyOf(id));
  return text === undefined ? undefined : Holder.parse(JSON.parse(text));
}

const ME = `process ${process.pid} on ${hostname()}`;
