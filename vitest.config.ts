import { existsSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { PATIENCE_MS, TEST_MS_MAX, HEAVY_TEST_MS_MAX } from "./test/support/patience.ts";

/**
 * Files that take a processor for themselves for a long while: children that are killed, storms, crowds, Python in WebAssembly, attacks on the
 * sandbox. They come after all others, as many at a time as a small machine has cores, so that they neither starve others nor are starved.
 */
const HEAVY = [
  "test/cli/sandbox/sandbox.test.ts",
  "test/config/build/offline.test.ts",
  "test/docs/guide.test.ts",
  "test/journeys/trouble/crash.test.ts",
  "test/journeys/trouble/load.test.ts",
  "test/journeys/trouble/offline.test.ts",
  "test/journeys/trouble/provider-storms.test.ts",
  "test/journeys/trouble/shutdown.test.ts",
  "test/journeys/trouble/storms.test.ts",
  "test/live/main.test.ts",
  "test/package/package.test.ts",
  "test/sandbox/docker/attacks.test.ts",
  "test/sandbox/wasm/executor.test.ts",
];
const HEAVY_AT_ONCE = 2;
const missing = HEAVY.filter((file) => !existsSync(join(import.meta.dirname, file)));
if (missing.length > 0) throw new Error(`vitest.config.ts names ${missing.join(", ")} among the heavy files; it has another name by now.`);

/**
 * Journeys start a browser, an engine or child processes; on a loaded machine of two cores that takes its time. What fails is tried once more,
 * and the report names what passed only then: each is to be looked into.
 */
const patience = {
  retry: 1,
  setupFiles: ["test/support/report/tell-outputs.ts", "test/support/end-children.ts"],
  testTimeout: TEST_MS_MAX,
  hookTimeout: TEST_MS_MAX,
  expect: { poll: { timeout: PATIENCE_MS } },
};

export default defineConfig({
  test: {
    globalSetup: ["test/support/report/requirements.ts", "test/support/browser/pages.ts"],
    reporters: ["default", "./test/support/report/closing-report.ts"],
    teardownTimeout: 20_000,
    projects: [
      {
        extends: false,
        // Most tests wait for sockets, containers and pages rather than for a processor.
        test: { ...patience, name: "tests", include: ["test/**/*.test.ts"], exclude: HEAVY, maxWorkers: 3, sequence: { groupOrder: 0 } },
      },
      {
        extends: false,
        test: {
          ...patience,
          testTimeout: HEAVY_TEST_MS_MAX,
          name: "heavy",
          include: HEAVY,
          maxWorkers: HEAVY_AT_ONCE,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
