import { describe, expect, test } from "vitest";
import { crashSuite, type CrashReport } from "../../support/crash/suite.ts";
import { seedOf } from "../../support/chance.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { tellFigures } from "../../support/report/figures.ts";

/** Where every part is required, as in CI, Parley is killed five hundred times; elsewhere the suite is to end while somebody waits for it. */
const isThorough = (process.env.PARLEY_REQUIRE ?? "") !== "";
const [POINTS, RANDOM] = isThorough ? [570, 50] : [50, 18];
const KILLS_IN_CI = 500;
/** About a second of processor time a kill, two at once; a loaded machine of two cores takes its time. */
const TIMEOUT_MS = isThorough ? 1_500_000 : 600_000;

/** `node test/journeys/trouble/soak.ts` kills at many more points, and by other seeds. */
test(
  "killed at any of its steps and at random instants, and started again, Parley says everything once and forgets nothing",
  { timeout: TIMEOUT_MS },
  async () => {
    const startedAtMs = performance.now();
    const report = await crashSuite({ points: POINTS, randomDeaths: RANDOM, seed: seedOf(1), image: undefined });
    tell("kills", report, startedAtMs);
    expect(violationsOf(report)).toEqual([]);
    // Of two points that lie close together, one kill may stand for both.
    expect(report.kills).toBeGreaterThan(isThorough ? KILLS_IN_CI : (POINTS + RANDOM) * 0.7);
  },
);

test(
  "killed before, while and after turns grow in a direct message, Parley has each of them there once, and nothing beside them",
  { timeout: TIMEOUT_MS },
  async () => {
    const startedAtMs = performance.now();
    const report = await crashSuite({ points: isThorough ? 60 : 24, only: "direct", randomDeaths: 6, seed: seedOf(1), image: undefined });
    tell("kills around streams", report, startedAtMs);
    expect(violationsOf(report)).toEqual([]);
    expect(report.kills).toBeGreaterThan(15);
  },
);

describe.skipIf(!(await dockerAvailable()))("with code that runs in containers", () => {
  test(
    "killed before, in and after a code run, Parley has the code run again, brings its file once, and leaves no container behind",
    { timeout: TIMEOUT_MS },
    async () => {
      const startedAtMs = performance.now();
      const report = await crashSuite({ points: 10, only: "code", randomDeaths: 2, seed: seedOf(1), image: sandboxImage() });
      tell("kills around containers", report, startedAtMs);
      expect(violationsOf(report)).toEqual([]);
      expect(report.kills).toBeGreaterThan(6);
    },
  );
});

/** Each with what it takes to have it again. */
const violationsOf = ({ plays }: CrashReport): readonly object[] =>
  plays.flatMap(({ violations, points, deaths, ended, log }) => violations.map((violation) => ({ violation, points, deaths, ended, log })));

function tell(suite: string, { kills, checked, plays }: CrashReport, startedAtMs: number): void {
  const violations = plays.reduce((sum, one) => sum + one.violations.length, 0);
  tellFigures({ suite, tried: kills, checked, violations, seconds: (performance.now() - startedAtMs) / 1_000 });
}
