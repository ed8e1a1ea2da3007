/**
 * What a process does of all that is to be done: `door` takes in what people say and do, and answers what is to be answered at once; `worker` takes turns, posts,
 * and keeps what is shown; `all` does both.
 */
export type Role = "all" | "door" | "worker";

/** How a process has a store open; a `reader` looks on and does nothing, so that nothing is parted with it. */
export type Presence = Role | "reader";

/**
 * Who brings a database up to date that processes of an older version have open, which take nothing more from then on: whoever takes over from them, `beside others`;
 * `alone`: where there is none.
 */
export type Updates = "alone" | "beside others";

export const ROLES: readonly Role[] = ["all", "door", "worker"];

export const isDoor = (role: Role): boolean => role !== "worker";
export const isWorker = (role: Role): boolean => role !== "door";

/** Threads that a process works on: a turn is mostly waiting for a model; the sandbox has a queue of its own. */
export const THREADS_AT_ONCE = 200;
/** What one process can have in hand without being late for those who wait. */
export const THREADS_AT_ONCE_MAX = 1_000;
