import { describe, expect, test } from "vitest";
import { seedOf } from "../../support/chance.ts";
import { inOwnNetwork } from "../../support/crash/together/own-network.ts";
import { countedDeaths, figuresOf, leftOut, toldViolations } from "../../support/crash/together/told.ts";
import { tellFigures } from "../../support/report/figures.ts";
import { missingParts } from "../../support/report/requirements.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

const hasPostgres = !missingParts().some(({ name }) => name === "postgres");
const image = (await dockerAvailable()) ? sandboxImage() : undefined;
const [POINTS, PARTITIONS, PLAYS_AT_ONCE] = [24, 4, 2];
/** Some two minutes, most of which somebody stands still or is missed; many times that beside much else. */
const TIMEOUT_MS = 900_000;
const END_MS = 20_000;

/** `npm run soak -- --postgres` has many more, by other seeds. */
describe.skipIf(!hasPostgres)("two and three processes on one Postgres, their clocks half a minute apart", () => {
  test(
    "killed, frozen, stopped and cut off, on a server that restarts, is slow, full and drops connections, they say everything once and forget nothing",
    { timeout: TIMEOUT_MS },
    async () => {
      const startedAtMs = performance.now();
      const seed = seedOf(1);
      const suite = { points: POINTS, partitions: PARTITIONS, seed, playsAtOnce: PLAYS_AT_ONCE, image };
      const report = await inOwnNetwork(suite, TIMEOUT_MS - END_MS);
      const had = [...countedDeaths(report)].map(([kind, times]) => `${times} ${kind}`).join(", ");
      console.info(`seed ${seed}, ${report.plays.length} plays: ${had}`);
      tellFigures(figuresOf("several processes", report, startedAtMs));
      expect(toldViolations(report)).toEqual([]);
      expect(leftOut(report)).toEqual([]);
    },
  );
});
