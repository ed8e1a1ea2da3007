import { vi } from "vitest";

/**
 * How long a test waits for what must come: a hundred times what it takes on an idle machine, so that only what never comes fails. Nothing
 * that holds waits for it.
 */
export const PATIENCE_MS = 45_000;
/** A test may wait more than once. */
export const TEST_MS_MAX = 120_000;
/** A heavy test is many in one. */
export const HEAVY_TEST_MS_MAX = 600_000;
const LOOK_MS = 10;

/** Resolves when the look does not throw any more; with what it threw last, when that does not come. */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> => vi.waitFor(look, { timeout: PATIENCE_MS, interval: LOOK_MS });
