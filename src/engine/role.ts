/**
 * What a process does. `door`: takes what people say and do, and answers what must be answered at once. `worker`: takes turns, posts, and keeps cards and
 * signs up to date. `all`: both.
 */
export type Role = "all" | "door" | "worker";

/** How a process has a store open. A `reader` only looks, so it counts for no share of a limit. */
export type Presence = Role | "reader";

/**
 * When a process may bring the database up to its version. `alone`: only where no other process has it open. `beside others`: also beside processes of an
 * older version, which take no more work from then on.
 */
export type Updates = "alone" | "beside others";

export const ROLES: readonly Role[] = ["all", "door", "worker"];

export const isDoor = (role: Role): boolean => role !== "worker";
export const isWorker = (role: Role): boolean => role !== "door";

/** How many threads a process works on at once: a turn mostly waits for a model, and the sandbox has a queue of its own. */
export const THREADS_AT_ONCE = 200;
/** With more, one process would be late for those who wait. */
export const THREADS_AT_ONCE_MAX = 1_000;
