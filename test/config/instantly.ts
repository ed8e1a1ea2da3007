import type { Clock } from "../../src/engine/clock.ts";

/** A clock on which nothing takes time. */
export const instantly: Clock = { now: () => Date.UTC(2026, 0, 1), sleep: async () => {} };
