import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./test/support/report/longest-first.ts";
import { postgresPrograms } from "./test/support/postgres/programs.ts";
import { PATIENCE_MS, TEST_MS_MAX, HEAVY_TEST_MS_MAX } from "./test/support/patience.ts";

/**
 * Files that take a processor for themselves for a long while: children that are killed, storms, crowds, Python in WebAssembly, attacks on the
 * sandbox. They come after all others, as many at a time as a small machine has cores, so that they neither starve others nor are starved.
 */
const HEAVY = [
  "test/cli/sandbox/sandbox.test.ts",
  "test/config/build/offline.test.ts",
  "test/docs/guide.test.ts",
  "test/eval/killed-on-postgres.test.ts",
  "test/journeys/machines/kills.test.ts",
  "test/journeys/trouble/crash.test.ts",
  "test/journeys/trouble/load.test.ts",
  "test/journeys/trouble/offline.test.ts",
  "test/journeys/trouble/provider-storms.test.ts",
  "test/journeys/trouble/shutdown.test.ts",
  "test/journeys/trouble/storms.test.ts",
  "test/live/main.test.ts",
  "test/package/checkout.test.ts",
  "test/package/package.test.ts",
  "test/sandbox/docker/attacks.test.ts",
  "test/sandbox/wasm/executor.test.ts",
];
const HEAVY_AT_ONCE = 2;
const missing = HEAVY.filter((file) => !existsSync(join(import.meta.dirname, file)));
if (missing.length > 0) throw new Error(`vitest.config.ts names ${missing.join(", ")} among the heavy files; it has another name by now.`);

/** Browsers, engines and child processes all the way through: on a loaded machine of two cores that takes its time. */
const JOURNEYS = "test/journeys/**/*.test.ts";

/** What is mocked is mocked for all that its process has loaded; and who watches what a module makes when it is loaded must be the first to load it. */
const OWN_MODULES = globSync("test/**/*.test.ts", { cwd: import.meta.dirname }).filter((file) =>
  /vi\.mock\(|globalThis\.RegExp = /.test(readFileSync(join(import.meta.dirname, file), "utf8")),
);

/**
 * Files in one process, one after the other: each in a process of its own would load and compile the same modules anew, which costs as much as
 * the tests. So a module's state is that of all of them, and a test that changes its process (its environment, its listeners) changes it back.
 */
const ONE_AFTER_THE_OTHER = { isolate: false };

/**
 * They look into the file itself, or at what a process on it does; or they have a Postgres of their own, or no store, or bring SQLite along (the demo, what
 * runs in virtual time); or they count posts of answers whose end is recorded before they are sent, as it is on SQLite always, and on Postgres mostly.
 */
const ON_NO_OTHER_STORE = [
  "test/journeys/machines/*.test.ts",
  "test/journeys/page/browser.test.ts",
  "test/journeys/people/forgetting.test.ts",
  "test/journeys/people/secrets.test.ts",
  "test/journeys/schedules/trouble.test.ts",
  "test/journeys/trouble/busy-channel.test.ts",
  "test/journeys/trouble/crash-compare.test.ts",
  "test/journeys/trouble/missed.test.ts",
  "test/journeys/work/act-once.test.ts",
  "test/journeys/work/threads.test.ts",
  "test/journeys/work/waiting-threads.test.ts",
];

/** Most tests wait for sockets, containers and pages rather than for a processor. */
const SIDE_BY_SIDE = { maxWorkers: 3, sequence: { groupOrder: 0 } };
const AFTER_THEM = { maxWorkers: HEAVY_AT_ONCE, testTimeout: HEAVY_TEST_MS_MAX, sequence: { groupOrder: 1 } };

/** A journey that fails is tried once more, and the report names what passed only then: each is to be looked into. Nothing else is tried twice. */
const AGAIN = { retry: 1 };

const heavyJourneys = HEAVY.filter((file) => file.startsWith("test/journeys/"));
const heavyRooms = HEAVY.filter((file) => !heavyJourneys.includes(file));

/** Journeys are had again on Postgres where there is one: all but those that take a processor for themselves, and those that are about another store. */
const onPostgres = {
  ...SIDE_BY_SIDE,
  ...ONE_AFTER_THE_OTHER,
  ...AGAIN,
  exclude: [...HEAVY, ...ON_NO_OTHER_STORE],
  env: { PARLEY_TEST_STORE: "postgres" },
  globalSetup: ["test/support/postgres/for-journeys.ts"],
};

const project = (
  name: string,
  include: readonly string[],
  { exclude, ...more }: TestOptions & { readonly exclude: readonly string[] },
) => ({
  extends: false as const,
  test: {
    setupFiles: ["test/support/same-seed.ts", "test/support/report/tell-outputs.ts", "test/support/end-children.ts"],
    testTimeout: TEST_MS_MAX,
    hookTimeout: TEST_MS_MAX,
    expect: { poll: { timeout: PATIENCE_MS } },
    retry: 0,
    name,
    include: [...include],
    exclude: [...exclude],
    ...more,
  },
});
type TestOptions = Partial<
  typeof SIDE_BY_SIDE & typeof AFTER_THEM & typeof AGAIN & typeof ONE_AFTER_THE_OTHER & Pick<typeof onPostgres, "env" | "globalSetup">
>;

export default defineConfig({
  test: {
    globalSetup: ["test/support/report/requirements.ts", "test/support/browser/pages.ts"],
    reporters: ["default", "./test/support/report/closing-report.ts"],
    teardownTimeout: 20_000,
    sequence: { sequencer: LongestFirst },
    projects: [
      project("rooms", ["test/**/*.test.ts"], { ...SIDE_BY_SIDE, ...ONE_AFTER_THE_OTHER, exclude: [...HEAVY, ...OWN_MODULES, JOURNEYS] }),
      project("modules of their own", OWN_MODULES, { ...SIDE_BY_SIDE, exclude: HEAVY }),
      project("journeys", [JOURNEYS], { ...SIDE_BY_SIDE, ...ONE_AFTER_THE_OTHER, ...AGAIN, exclude: HEAVY }),
      ...(postgresPrograms() === undefined ? [] : [project("journeys on postgres", [JOURNEYS], onPostgres)]),
      project("heavy rooms", heavyRooms, { ...AFTER_THEM, exclude: [] }),
      project("heavy journeys", heavyJourneys, { ...AFTER_THEM, ...AGAIN, exclude: [] }),
    ],
  },
});
