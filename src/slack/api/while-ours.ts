import { AsyncLocalStorage } from "node:async_hooks";
import { StoreError } from "../../store/store.ts";

const work = new AsyncLocalStorage<AbortSignal>();

/**
 * Makes one call that changes something in Slack, as part of work whose signal is aborted once it is another process': then the call is not made, also where that
 * is found out in between. Between the caller's last look and the call there may be a wait, for a token or for a line that is dead, and a process that
 * stood still meanwhile is a new one when it is asked whether it is still here. Around one call alone: what begins in it and lasts would be stopped too.
 */
export const whileOurs = <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => work.run(signal, call);

/** Looked at last of all, in the call itself. Nothing is anybody's where it was not said. */
export const isOursNoMore = (): boolean => work.getStore()?.aborted === true;

/**
 * Thrown where work has become another process' before it was done: nobody is told here that it was not, for that one does it. As trouble of the store
 * it is tried again, where it is this one's after all.
 */
export const takenOver = (what: string, lost: AbortSignal): StoreError =>
  new StoreError(`${what} is left to another process: this one was taken for gone.`, { cause: lost.reason });
