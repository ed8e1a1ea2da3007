import { StoreError } from "../store/store.ts";

/**
 * The disk or the database, which may be better at the next try; not an event that is over a limit of the store, which never will be.
 * Only what SQLite or the system said has a cause.
 */
export const isStoreTrouble = (error: unknown): error is StoreError => error instanceof StoreError && error.cause !== undefined;
