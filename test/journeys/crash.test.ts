import { describe, expect, test } from "vitest";
import { crashSuite, type CrashReport } from "../support/crash-suite.ts";
import { dockerAvailable, sandboxImage } from "../support/docker.ts";

/** Some two seconds a kill, two at once; a loaded machine of two cores takes its time. */
const TIMEOUT_MS = 600_000;

/** `node test/journeys/soak.ts` kills at many more points, and by other seeds. */
test(
  "killed at any of its steps and at random instants, and started again, Parley says everything once and forgets nothing",
  { timeout: TIMEOUT_MS },
  async () => {
    const report = await crashSuite({ points: 50, randomDeaths: 18, seed: 1, image: undefined });
    expect(violationsOf(report)).toEqual([]);
    expect(report.kills).toBeGreaterThan(45);
  },
);

describe.skipIf(!(await dockerAvailable()))("with code that runs in containers", () => {
  test(
    "killed before, in and after a code run, Parley has the code run again, brings its file once, and leaves no container behind",
    { timeout: TIMEOUT_MS },
    async () => {
      const report = await crashSuite({ points: 10, only: "code", randomDeaths: 2, seed: 1, image: sandboxImage() });
      expect(violationsOf(report)).toEqual([]);
      expect(report.kills).toBeGreaterThan(6);
    },
  );
});

/** Each with what it takes to have it again. */
const violationsOf = ({ plays }: CrashReport): readonly object[] =>
  plays.flatMap(({ violations, points, deaths, ended, log }) => violations.map((violation) => ({ violation, points, deaths, ended, log })));
