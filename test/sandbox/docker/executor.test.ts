import { describe } from "vitest";
import { createDockerExecutor } from "../../../src/sandbox/docker/executor.ts";
import { executorContract } from "../../contracts/executor.ts";
import { workspaceContract } from "../../contracts/workspace.ts";
import { dockerAvailable, sandboxImage } from "../../support/sandbox/docker.ts";

const hasDocker = await dockerAvailable();

describe.skipIf(!hasDocker)("with a Docker engine", () => {
  executorContract("Docker", () => createDockerExecutor({ image: sandboxImage(), instance: crypto.randomUUID() }), {
    languages: ["python", "sh", "bash", "javascript", "typescript"],
  });
  workspaceContract("Docker", () => createDockerExecutor({ image: sandboxImage(), instance: crypto.randomUUID(), poolSize: 0 }));
});
