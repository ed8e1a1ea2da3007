import { describe, expect, test } from "vitest";
import { seedOf } from "../../support/chance.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";
import { engineStorm } from "../../support/storm/engine-storm.ts";
import { tellFigures } from "../../support/report/figures.ts";
import { modelStorm } from "../../support/storm/model-storm.ts";

/** Each takes about half a second alone. */
const MODEL_STORMS = 20;
/** Each takes some seven seconds, most of it making and removing containers. */
const ENGINE_STORMS = 3;
const TIMEOUT_MS = 900_000;

/** `npm run soak` has many more. */
test(
  "with a model that hangs, dribbles, breaks off, sends garbage or refuses, every turn ends in words or in a failure, and every run in a reason",
  { timeout: TIMEOUT_MS },
  async () => {
    const startedAtMs = performance.now();
    const storms = [];
    for (let nth = 0; nth < MODEL_STORMS; nth++) storms.push(await modelStorm(seedOf(1) + nth));
    expect(reported("storms at the models", storms, startedAtMs)).toEqual([]);
  },
);

describe.skipIf(!(await dockerAvailable()))("with a Docker engine", () => {
  test(
    "that is slow, refuses, breaks off, lacks its image, its room or the container, code runs or says why not, and nothing is left behind",
    { timeout: TIMEOUT_MS },
    async () => {
      const startedAtMs = performance.now();
      const storms = [];
      for (let nth = 0; nth < ENGINE_STORMS; nth++) storms.push(await engineStorm(seedOf(1) + nth, sandboxImage()));
      expect(reported("storms at the Docker engine", storms, startedAtMs)).toEqual([]);
    },
  );
});

/** Tells the figures; returns each violation with the seed that brings it back. */
function reported(
  suite: string,
  storms: readonly { readonly seed: number; readonly checked: number; readonly violations: readonly string[] }[],
  startedAtMs: number,
): readonly object[] {
  const violations = storms.flatMap(({ seed, violations: found }) => found.map((violation) => ({ seed, violation })));
  const checked = storms.reduce((sum, one) => sum + one.checked, 0);
  tellFigures({ suite, tried: storms.length, checked, violations: violations.length, seconds: (performance.now() - startedAtMs) / 1_000 });
  return violations;
}
