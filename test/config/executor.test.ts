import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { TeamFile } from "../../src/config/schema.ts";
import { createExecutor } from "../../src/config/executor.ts";
import { SandboxUnavailable } from "../../src/sandbox/executor.ts";

const settings = TeamFile.parse({ sandbox: { executor: "docker", image: "parley-sandbox", timeoutSeconds: 5, memoryMb: 128 } }).sandbox;

test("without an engine it can still be had: it takes up blocks, and says why none can be run", async () => {
  const executor = await createExecutor(settings, { DOCKER_HOST: "tcp://127.0.0.1:1" });
  expect(executor.capabilities).toMatchObject({ grade: "off", languages: ["python", "sh", "bash"] });
  await expect(executor.open("t")).rejects.toThrow(SandboxUnavailable);
  await expect(executor.open("t")).rejects.toThrow(/No Docker engine answers at \S*127\.0\.0\.1:1/);
  await executor.close();
});

test("off is off, and says how to enable it", async () => {
  const executor = await createExecutor({ ...settings, executor: "off" }, {});
  const result = await (
    await executor.open("t")
  ).run({ language: "python", code: "print(1)" }, { timeoutMs: 1000, signal: new AbortController().signal });
  expect(result).toMatchObject({ outcome: "rejected" });
  expect(result.output).toContain("sandbox: { executor: docker }");
});

test("an engine that was away is looked for again, but not at every block", async () => {
  let asked = 0;
  const engine = createServer((_, response) => {
    asked++;
    response.writeHead(500).end("{}");
  });
  await new Promise<void>((resolve) => engine.listen(0, "127.0.0.1", resolve));
  let nowMs = 1_000_000;
  const host = `tcp://127.0.0.1:${(engine.address() as AddressInfo).port}`;
  const executor = await createExecutor(settings, { DOCKER_HOST: host }, { now: () => nowMs });
  const atStart = asked;
  expect(atStart).toBeGreaterThan(0);
  await expect(executor.open("t")).rejects.toThrow(SandboxUnavailable);
  expect(asked).toBe(atStart);
  nowMs += 30_000;
  await Promise.all([
    expect(executor.open("t")).rejects.toThrow(SandboxUnavailable),
    expect(executor.open("u")).rejects.toThrow(SandboxUnavailable),
  ]);
  expect(asked).toBe(2 * atStart);
  await executor.close();
  engine.close();
});
