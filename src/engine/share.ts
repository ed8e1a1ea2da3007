/**
 * This process's share of a limit that holds for all processes together, such as a provider's calls in a minute: 1 where it is alone, a half where there
 * are two. Asked at each use, since processes come and go. Each process keeps to its share by itself, so no other is asked before a call; what one does
 * not use, the others do not get.
 */
export type Share = () => number;

export const ALONE: Share = () => 1;

/** The share of a limit that is a whole number, such as calls at once: at least one, or some processes could do nothing. So many processes may exceed the limit. */
export const partOf = (whole: number, share: Share): number => Math.max(1, Math.floor(whole * share()));
