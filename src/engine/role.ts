/**
 * What a process does of all that is to be done: `door` takes in what people say and do, and answers what is to be answered at once; `worker` takes turns, posts,
 * and keeps what is shown; `all` does both.
 */
export type Role = "all" | "door" | "worker";

/** How a process has a store open; a `reader` looks on and does nothing, so that nothing is parted with it. */
export type Presence = Role | "reader";

export const ROLES: readonly Role[] = ["all", "door", "worker"];

export const isDoor = (role: Role): boolean => role !== "worker";
export const isWorker = (role: Role): boolean => role !== "door";
