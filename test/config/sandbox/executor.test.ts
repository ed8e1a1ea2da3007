import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { BUILT_IN } from "../../../src/config/built-in/built-in.ts";
import { schemasOf } from "../../../src/config/registry/schemas.ts";
import { createExecutor } from "../../../src/config/sandbox/executor.ts";
import { createDemoExecutor } from "../../../src/config/sandbox/demo-executor.ts";
import { missingParts } from "../../support/report/requirements.ts";
import { openSqlite } from "../../../src/store/sqlite/store.ts";
import { createWorkspaceKeeper } from "../../../src/store/workspaces/keeper.ts";
import { SandboxUnavailable } from "../../../src/sandbox/executor.ts";
import { IDLE_STAYS } from "../../support/idle-connections.ts";

const sandbox = (asked: object) => schemasOf(BUILT_IN).file.parse({ sandbox: { timeoutSeconds: 5, memoryMb: 128, ...asked } }).sandbox;
const settings = sandbox({ executor: "docker" });

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
  const engine = createServer(IDLE_STAYS, (_, response) => {
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
  expect(await executor.answers?.()).toBe(false);
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

test.each([
  ["docker", { DOCKER_HOST: "tcp://127.0.0.1:1" }, "No Docker engine answers"],
  ["e2b", {}, "Set E2B_API_KEY in the environment"],
  ["e2b", { E2B_API_KEY: `e2b_${"0".repeat(40)}`, E2B_API_URL: "http://127.0.0.1:1" }, "E2B does not answer as expected"],
  ["kubernetes", { KUBECONFIG: "/nowhere/config" }, "The kubeconfig /nowhere/config cannot be read"],
])("where %s cannot be had nothing else takes its place, and what to do is told", async (executor, env, told) => {
  const made = await createExecutor(sandbox({ executor, image: "registry.example/sandbox:1" }), env);
  expect(made.capabilities.grade).toBe("off");
  expect(made.capabilities.label).toMatch(/^off\b/);
  await expect(made.open("t")).rejects.toThrow(told);
  await made.close();
});

test.skipIf(missingParts().some(({ name }) => name === "os"))(
  "the demo takes the machine's own namespaces where no engine answers, and says so",
  async () => {
    const executor = await createDemoExecutor(settings, { DOCKER_HOST: "tcp://127.0.0.1:1" });
    expect(executor.capabilities).toMatchObject({ grade: "process" });
    expect(executor.capabilities.label).toContain("shared kernel, no memory limit per tree");
    await executor.close();
  },
);

test.skipIf(missingParts().some(({ name }) => name === "os"))("what is kept of a thread's files is as much as the file says", async () => {
  const { store, workspaces } = openSqlite({ path: ":memory:" });
  const executor = await createExecutor(sandbox({ executor: "os", keptFilesMax: 2, keptMbMax: 1 }), {});
  const session = await executor.open("t", createWorkspaceKeeper(store, workspaces));
  const sh = (code: string) => session.run({ language: "sh", code }, { timeoutMs: 20_000, signal: new AbortController().signal });
  await sh("echo 1 > a; echo 2 > b; echo 3 > c");
  expect((await sh("cat a b c")).notices.join()).toContain("at most 2 files and folders of 1 MiB together");
  expect((await workspaces.load("t"))?.files).toHaveLength(2);
  await executor.close();
  await store.close();
});
