import { describe, expect, test } from "vitest";
import { createDockerExecutor } from "../../src/sandbox/docker.ts";
import { dockerAvailable, sandboxImage } from "../support/docker.ts";
import { CODING, codingReplies, openJourney } from "../support/journey.ts";
import { doorToEngine, processesOf } from "../support/sandboxes.ts";
import { wordsOf } from "../support/thread.ts";

const REPLIES = codingReplies("print(6 * 7)", "I saw: {{last}}");

test("where no engine answers, the thread says that the code was not run and how to enable it, and the team goes on", async () => {
  const journey = await openJourney({
    file: { ...CODING, sandbox: { executor: "docker" } },
    replies: REPLIES,
    env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
  });
  const thread = await journey.mention("@parley multiply");
  await thread.ended();
  const report = wordsOf(thread.ofKind("turn")[1] as never);
  expect(report).toMatch(/^\*\*python\*\* · not run\n/);
  expect(report).toContain(
    "No Docker engine answers at unix:///nowhere/docker.sock (ENOENT). Start Docker, or set DOCKER_HOST to an engine that runs",
  );
  expect(report).toContain(
    `without Docker, set "sandbox: { executor: os }" (Linux, with bubblewrap) or "{ executor: wasm }" in the team file.`,
  );
  expect(wordsOf(thread.ofKind("turn")[2] as never)).toContain("I saw: ");
  expect(thread.ofKind("notice").map(wordsOf).join()).toContain("Code is not run in this installation");
  expect(thread.ofKind("notice")).toHaveLength(1);
});

test("where the team file says that code is off, it is said, with what to write to have it run", async () => {
  const journey = await openJourney({ file: CODING, replies: REPLIES });
  const thread = await journey.mention("@parley multiply");
  await thread.ended();
  const mend = 'To enable it, set "sandbox: { executor: docker }" in the team file.';
  expect(wordsOf(thread.ofKind("turn")[1] as never)).toContain(`**python** · not run\n\nCode is not run here. ${mend}`);
  expect(thread.ofKind("notice").map(wordsOf)).toEqual([
    `(Code is not run in this installation, so agents only reason about it. Code is not run here. ${mend})`,
  ]);
});

describe.skipIf(!(await dockerAvailable()))("with an engine", () => {
  test("an engine that dies while the code runs is told in the thread, with what to do, and the team goes on", async () => {
    const engine = await doorToEngine();
    const instance = crypto.randomUUID();
    const executor = await createDockerExecutor({ image: sandboxImage(), instance, poolSize: 0, dockerHost: engine.address });
    const journey = await openJourney({ file: CODING, replies: codingReplies("while True:\n    pass", "It never ended."), executor });
    const thread = await journey.mention("@parley multiply for ever");
    await expect.poll(async () => (await processesOf(instance)).some((line) => line.includes("main.py"))).toBe(true);
    engine.shut();
    await thread.ended();
    const report = wordsOf(thread.ofKind("turn")[1] as never);
    expect(report).toMatch(/^\*\*python\*\* · not run\n/);
    expect(report).toContain(`The Docker engine at ${engine.address} stopped answering`);
    expect(report).toContain("start it again, then run the code again");
    expect(thread.turns()[2]).toBe("Critic: It never ended.");
    // What the dead engine left is removed at the next start of the same installation.
    await (await createDockerExecutor({ image: sandboxImage(), instance, poolSize: 0 })).close();
    expect(await processesOf(instance)).toEqual([]);
  });
});
