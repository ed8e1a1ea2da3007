import { describe, expect, test } from "vitest";
import { seedOf } from "../../support/chance.ts";
import { inOwnNetwork } from "../../support/crash/together/own-network.ts";
import type { TogetherReport } from "../../support/crash/together/suite.ts";
import { countedDeaths, figuresOf, keptEvidence, leftOut, toldViolations } from "../../support/crash/together/told.ts";
import { tellFigures } from "../../support/report/figures.ts";
import { missingParts } from "../../support/report/requirements.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

const hasPostgres = !missingParts().some(({ name }) => name === "postgres");
const image = (await dockerAvailable()) ? sandboxImage() : undefined;
const [POINTS, PARTITIONS, PLAYS_AT_ONCE] = [24, 4, 2];
/** Some four minutes, most of which somebody stands still or is missed, so that it takes little longer beside much else. Twice in vain, and CI still ends in time. */
const TIMEOUT_MS = 660_000;
const END_MS = 20_000;
const NEEDS = "it takes Linux, root, iproute2, iptables and mount";

/** `npm run soak -- --postgres` has many more, by other seeds. */
describe.skipIf(!hasPostgres)("two and three processes on one Postgres, their clocks half a minute apart", () => {
  let had: TogetherReport | undefined;

  test(
    "killed, frozen, stopped and cut off, on a server that restarts, is slow, full and drops connections, they say everything once and forget nothing",
    { timeout: TIMEOUT_MS },
    async () => {
      const startedAtMs = performance.now();
      const seed = seedOf(1);
      const suite = { points: POINTS, partitions: PARTITIONS, seed, playsAtOnce: PLAYS_AT_ONCE, image };
      const report = await inOwnNetwork(suite, TIMEOUT_MS - END_MS);
      had = report;
      const deaths = [...countedDeaths(report)].map(([kind, times]) => `${times} ${kind}`).join(", ");
      console.info(`seed ${seed}, ${report.plays.length} plays: ${deaths}`);
      tellFigures(figuresOf("several processes", report, startedAtMs));
      // What is told of a first try is cut long before it comes to them.
      for (const { violations, evidence } of [...report.handovers, ...report.plays]) {
        for (const one of violations) console.error(`violation: ${one}`);
        if (violations.length > 0) console.error(`what its processes told: ${keptEvidence(evidence)}`);
      }
      expect(toldViolations(report)).toEqual([]);
      expect(leftOut(report)).toEqual([]);
    },
  );

  test("this machine let the way between them and the server be cut and lose packets, and the server's disk be full", (context) => {
    if (had === undefined) return context.skip("there were no plays");
    const lacking = Object.entries(had.has).flatMap(([what, isHad]) => (isHad ? [] : [what]));
    // No part that Parley needs: where it is missing, the report names this test.
    context.skip(lacking.length > 0, `this machine cannot do all of it: ${NEEDS}`);
    expect(lacking).toEqual([]);
  });
});
