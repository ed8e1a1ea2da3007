import { expect, test } from "vitest";
import { seedOf } from "../../support/chance.ts";
import { tellFigures } from "../../support/report/figures.ts";
import { stormSuite } from "../../support/storm/suite.ts";

/** Some two seconds each, three at once; on one core, beside other work, some five times as long. */
const STORMS = 24;
const TIMEOUT_MS = 1_800_000;

/** `npm run soak` has many more, by other seeds. */
test(
  "through refusals, lost answers, lost sockets, repeated and late events, outages, clock jumps and restarts every word is heard and said once",
  { timeout: TIMEOUT_MS },
  async () => {
    const startedAtMs = performance.now();
    const storms = await stormSuite({ storms: STORMS, seed: seedOf(1) });
    const violations = storms.flatMap(({ weather, violations: found, log }) => found.map((violation) => ({ violation, weather, log })));
    tellFigures({
      suite: "storms in Slack",
      tried: storms.length,
      checked: storms.reduce((sum, { checked }) => sum + checked, 0),
      violations: violations.length,
      seconds: (performance.now() - startedAtMs) / 1_000,
    });
    expect(violations).toEqual([]);
  },
);
