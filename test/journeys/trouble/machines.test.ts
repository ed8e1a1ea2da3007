import { describe, expect, test } from "vitest";
import { togetherSuite } from "../../support/crash/together/suite.ts";
import { countedDeaths, figuresOf, tally, toldViolations } from "../../support/crash/together/told.ts";
import { seedOf } from "../../support/chance.ts";
import { missingParts } from "../../support/report/requirements.ts";
import { tellFigures } from "../../support/report/figures.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

/** Six plays side by side, of two and of three processes; `npm run soak -- --postgres` has many more, by other seeds. */
const [POINTS, PARTITIONS, PLAYS_AT_ONCE] = [66, 12, 6];
const TIMEOUT_MS = 1_800_000;
const isRequired = (process.env.PARLEY_REQUIRE ?? "").includes("postgres");

describe.skipIf(missingParts().some(({ name }) => name === "postgres"))("several processes on one Postgres", () => {
  test(
    "killed, frozen, cut off and stopped at any step, with a server that restarts, fills up and is slow, Parley says everything once and forgets nothing",
    { timeout: TIMEOUT_MS },
    async () => {
      const startedAtMs = performance.now();
      const image = (await dockerAvailable()) ? sandboxImage() : undefined;
      const report = await togetherSuite({
        points: POINTS,
        partitions: PARTITIONS,
        playsAtOnce: PLAYS_AT_ONCE,
        seed: seedOf(1),
        image,
      });
      tellFigures(figuresOf("several processes", report, startedAtMs));
      expect(toldViolations(report)).toEqual([]);
      const counts = countedDeaths(report);
      // Of two points that lie close together, one may stand for both.
      expect(tally(counts, "killed")).toBeGreaterThan(POINTS * 0.5);
      expect(tally(counts, "frozen")).toBeGreaterThan(POINTS * 0.15);
      expect(tally(counts, "connections cut")).toBe(PLAYS_AT_ONCE);
      expect(tally(counts, "server restarted")).toBeGreaterThan(0);
      // The firewall and file systems are root's, as in CI; elsewhere they are left out.
      if (isRequired && process.getuid?.() === 0) expect(tally(counts, "partition")).toBe(PARTITIONS);
    },
  );
});
