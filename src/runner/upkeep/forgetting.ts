import type { Person } from "../../engine/events/events.ts";
import type { Forgetter, Forgetting, Target } from "../../store/forgetting.ts";
import type { Decision } from "../../store/settings.ts";
import type { Store } from "../../store/store.ts";

/** Forgetting beside what goes on: in the database, and in what is held in memory of it. One after the other, of all processes. */
export interface Forgets {
  /** Stops what goes on there, and forgets it. Resolves once nothing of it is left. */
  forget(target: Target, by: Decision): Promise<void>;
  /** The words of one message, in the forks of its thread too; a run goes on. How many events have changed. See {@link Forgetter.message}. */
  message(thread: string, message: Parameters<Forgetter["message"]>[1]): Promise<number>;
  /** Carries on what a crash has broken off, and writes the file anew where that is due. */
  resume(): Promise<void>;
}

/** Under which key of the store one is alone that forgets, or copies what could be forgotten meanwhile. */
export const FORGETTING = "forgetting";

/** Who stops a run that is forgotten where no person does. */
const PARLEY: Person = { id: "parley", name: "Parley" };

export function createForgetting(parts: {
  readonly store: Pick<Store, "exclusively">;
  /** See the runner's. */
  readonly rewrite: <T>(thread: string, rewrite: () => Promise<T>, stoppedBy?: Person) => Promise<T>;
  readonly forgetter: Forgetter;
  /** When the file may be written anew; see {@link Forgetter.compact}. */
  readonly compacts: "now" | "if small";
}): Forgets {
  const { store, rewrite, forgetter, compacts } = parts;
  /** What another process is at is not broken off, and is not to be carried on by this one. */
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => store.exclusively(FORGETTING, job);

  async function carryOut(forgetting: Forgetting, stoppedBy: Person): Promise<void> {
    for (const thread of await forgetter.threads(forgetting.target))
      await rewrite(thread, () => forgetter.rewrite(forgetting, thread), stoppedBy);
    await forgetter.finish(forgetting);
  }

  return {
    forget: (target, by) =>
      inTurn(async () => {
        await carryOut(await forgetter.begin(target, by), by.person);
        await forgetter.compact(compacts);
      }),
    message: (thread, message) =>
      inTurn(async () => {
        let changed = 0;
        // By what stands in the thread itself it is found in its forks, so it goes there last.
        for (const fork of await forgetter.forks(thread))
          // What was played would go on to be.
          changed += await rewrite(fork.thread, () => forgetter.message(thread, message, fork), fork.isPlayed ? PARLEY : undefined);
        changed += await rewrite(thread, () => forgetter.message(thread, message));
        if (changed > 0) await forgetter.compact("log");
        return changed;
      }),
    resume: () =>
      inTurn(async () => {
        for (const forgetting of await forgetter.underWay()) await carryOut(forgetting, PARLEY);
        await forgetter.compact("if due");
      }),
  };
}
