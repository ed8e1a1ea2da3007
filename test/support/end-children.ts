import { afterAll, afterEach, beforeEach } from "vitest";
import { endChildren, enterTest, leaveTest } from "./children.ts";

/** Runs before each file: no process outlives the test, or the file, that started it. */
beforeEach(() => enterTest());
afterEach(() => leaveTest());
afterAll(() => endChildren());
