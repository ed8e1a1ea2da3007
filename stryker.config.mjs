/**
 * Mutation testing of the engine and the runner: `npm run mutants -- FOLDER` (scripts/mutants/main.ts, docs/mutants.md).
 * Only the unit tests of those rooms run against a mutant: what no unit test notices counts as survived, also where a journey would notice it.
 */
export default {
  testRunner: "vitest",
  vitest: { configFile: "scripts/mutants/vitest.config.ts", pool: "threads", related: false },
  // The second is the first one for a drawn sample of the mutants.
  plugins: ["@stryker-mutator/vitest-runner", "./scripts/mutants/drawn-runner.ts"],
  coverageAnalysis: "perTest",
  concurrency: 1,
  // A mutant that waits for what never comes: the whole run of its tests takes this much longer than without it.
  timeoutMS: 2_000,
  // On a machine that has other work by then it takes longer without it, too: what only was slow is not to count as noticed.
  timeoutFactor: 3,
  reporters: ["clear-text", "progress-append-only", "html"],
  htmlReporter: { fileName: "data/mutants/report.html" },
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false, skipFull: true },
  tempDirName: "data/mutants/sandbox",
  // Its preprocessor asks TypeScript's programming interface, which TypeScript 7 does not have, when there is such a file.
  tsconfigFile: "none.json",
  // Not needed by those tests, so not copied.
  ignorePatterns: ["bench", "bin", "dist*", "data", "docs", "findings", "local-slack", "web", "test/journeys", "test/fixtures/logs"],
  allowEmpty: false,
};
