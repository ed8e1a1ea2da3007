/** Runs the suite for `npm run test:real`, and writes what passed as JSON to the file that it is given. */
import { startVitest } from "vitest/node";

const TEST_SECONDS_MAX = 120;

const vitest = await startVitest("test", [], {
  config: false,
  testTimeout: TEST_SECONDS_MAX * 1_000,
  include: ["test/real/*.real.ts"],
  exclude: [],
  reporters: ["json"],
  outputFile: process.argv[2] ?? "report.json",
  watch: false,
  fileParallelism: false,
});
await vitest.close();
