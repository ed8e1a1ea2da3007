/**
 * What part of a limit on what all processes do together, such as calls of one provider in a minute, is this process's: 1 where it is alone, a
 * half where there are two. Asked at each use, since processes come and go. Each keeps to its part by itself, so nothing is asked of others before
 * a call; what one does not use the others do not get.
 */
export type Share = () => number;

export const ALONE: Share = () => 1;

/** Of things that are whole, such as calls at once: at least one, or some would never get on. With more processes than things that is more in all. */
export const partOf = (whole: number, share: Share): number => Math.max(1, Math.floor(whole * share()));
