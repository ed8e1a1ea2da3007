import { beforeAll, describe, expect, test } from "vitest";
import { ATTACK_DEFAULTS, ATTACKS } from "../../../src/sandbox/cases/attacks.ts";
import { playCases, type Answer } from "../../../src/sandbox/cases/suite.ts";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

describe.skipIf(!(await dockerAvailable()))("attacks on how the sandbox is built", () => {
  const answers = new Map<string, Answer>();

  beforeAll(async () => {
    await playCases({
      cases: ATTACKS,
      defaults: ATTACK_DEFAULTS,
      kind: "docker",
      start: (instance) => createDockerExecutor({ image: sandboxImage(), instance, memoryMb: 256 }),
      report: (id, answer) => void answers.set(id, answer),
    });
  }, 600_000);

  test.each(ATTACKS.map(({ id }) => id))("%s is held, and nothing of it is left", (id) => {
    expect(answers.get(id)).toEqual({ kind: "ok" });
  });
});
