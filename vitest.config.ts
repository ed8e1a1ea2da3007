import { defineConfig } from "vitest/config";

/**
 * Files that take a processor for themselves for a long while: children that are killed, storms by a clock that runs faster than the machine's,
 * Python in WebAssembly, crowds. They come after all others, one at a time, so that they neither starve others nor are starved.
 */
const HEAVY = [
  "test/config/offline.test.ts",
  "test/journeys/crash.test.ts",
  "test/journeys/load.test.ts",
  "test/journeys/offline.test.ts",
  "test/journeys/provider-storms.test.ts",
  "test/journeys/shutdown.test.ts",
  "test/journeys/storms.test.ts",
];

/** Journeys start a browser, an engine or child processes; on a loaded machine of two cores that takes its time. */
const patience = { testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ["test/support/requirements.ts"],
    reporters: ["default", "./test/support/closing-report.ts"],
    teardownTimeout: 20_000,
    projects: [
      {
        extends: false,
        // Most tests wait for sockets, containers and pages rather than for a processor.
        test: { ...patience, name: "tests", include: ["test/**/*.test.ts"], exclude: HEAVY, maxWorkers: 3, sequence: { groupOrder: 0 } },
      },
      { extends: false, test: { ...patience, name: "heavy", include: HEAVY, maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
