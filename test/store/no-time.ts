import { afterEach, beforeEach, vi } from "vitest";

/** A search enters what has ended for so many ms. In the tests of a file none pass, so that it enters all, on a busy machine too. */
export function letNoTimePass(): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["performance"] }));
  afterEach(() => void vi.useRealTimers());
}
