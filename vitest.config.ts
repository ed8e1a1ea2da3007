import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/support/requirements.ts"],
    reporters: ["default", "./test/support/closing-report.ts"],
    // Most tests wait for sockets, containers and pages rather than for a processor.
    maxWorkers: 3,
    // Journeys start a browser, an engine or child processes; on a loaded machine of two cores that takes its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    teardownTimeout: 20_000,
  },
});
