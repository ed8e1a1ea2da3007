import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createE2bExecutor, type E2bSettings } from "../../../src/sandbox/e2b/executor.ts";
import { executorContract, runIn } from "../../contracts/executor.ts";
import { workspaceContract } from "../../contracts/workspace.ts";
import { dockerAvailable } from "../../support/sandbox/docker.ts";
import { startFakeE2b, type FakeE2b } from "../../support/sandbox/fake-e2b.ts";

const hasDocker = await dockerAvailable();

test("without a key nothing is asked, and the message says where to put one", async () => {
  await expect(createE2bExecutor({ apiKey: undefined, template: "parley" })).rejects.toThrow("Set E2B_API_KEY");
});

describe.skipIf(!hasDocker)("against a fake service with real containers behind it", () => {
  let fake: FakeE2b;
  const settings = (more: Partial<E2bSettings> = {}): E2bSettings => ({
    apiKey: fake.apiKey,
    template: "parley",
    apiUrl: fake.url,
    sandboxUrl: fake.url,
    ...more,
  });
  beforeAll(async () => {
    fake = await startFakeE2b();
  });
  afterAll(() => fake.close());

  executorContract("E2B", () => createE2bExecutor(settings()), { languages: ["python", "sh", "bash", "javascript"] });
  workspaceContract("E2B", () => createE2bExecutor(settings()));

  test("a sandbox is asked for without the internet, for an hour, and the label says that code leaves", async () => {
    const executor = await createE2bExecutor(settings({ instance: "asked" }));
    onTestFinished(() => executor.close());
    const { asked } = [...fake.sandboxes.values()].find((sandbox) => sandbox.asked.metadata?.["parley.instance"] === "asked") ?? {};
    expect(asked).toMatchObject({ templateID: "parley", timeout: 3600, allow_internet_access: false });
    expect(executor.capabilities).toMatchObject({ grade: "microvm" });
    expect(executor.capabilities.label).toContain("leave this machine");
  });

  test("code cannot change what was put in, nor outlive its block", async () => {
    const executor = await createE2bExecutor(settings());
    onTestFinished(() => executor.close());
    const session = await executor.open("thread");
    await runIn(session, "ln -s /etc in; (setsid sleep 1000 &); echo started", {}, "bash");
    await session.put([{ name: "data.csv", mediaType: "text/csv", content: Buffer.from("a,b\n") }]);
    const attempt =
      "echo x >> in/data.csv; rm -rf in; chmod 777 in; cat in/data.csv; ls in; ls /etc/data.csv; cat /proc/[0-9]*/comm | grep -c sleep";
    expect(await runIn(session, attempt, {}, "bash")).toMatchObject({ stdout: "a,b\ndata.csv\n1\n" });
  });

  test("a sandbox that is killed under the code is made again once, and that the files are gone is told", async () => {
    const executor = await createE2bExecutor(settings({ instance: "killed" }));
    onTestFinished(() => executor.close());
    const session = await executor.open("thread");
    await runIn(session, "open('old.txt', 'w').close()");
    const started = Promise.withResolvers<void>();
    const running = runIn(session, "import os, time\nprint('started', flush=True)\nif os.path.exists('old.txt'): time.sleep(60)", {
      onChunk: () => started.resolve(),
    });
    await started.promise;
    const [id, sandbox] = [...fake.sandboxes].find(([, { asked }]) => asked.metadata?.["parley.instance"] === "killed") ?? [];
    fake.sandboxes.delete(id ?? "");
    await sandbox?.container.remove();
    const result = await running;
    expect(result).toMatchObject({ outcome: "ok" });
    expect(result.notices.join()).toContain("The workspace was reset");
    expect(result.notices.join()).toContain("the code was run a second time, from its beginning");
  });

  test("what an earlier process of the same Parley left is removed at start, and nothing of another's", async () => {
    const count = (instance: string): number =>
      [...fake.sandboxes.values()].filter(({ asked }) => asked.metadata?.["parley.instance"] === instance).length;
    const executors = [
      await createE2bExecutor(settings({ instance: "one" })),
      await createE2bExecutor(settings({ instance: "two" })),
      await createE2bExecutor(settings({ instance: "one" })),
    ];
    expect([count("one"), count("two")]).toEqual([1, 1]);
    for (const executor of executors) await executor.close();
    expect([count("one"), count("two")]).toEqual([0, 0]);
  });

  test("a refused key and a missing template say what to do", async () => {
    await expect(createE2bExecutor(settings({ apiKey: `e2b_${"1".repeat(40)}` }))).rejects.toThrow("refuses the key in E2B_API_KEY");
    await expect(createE2bExecutor(settings({ template: "other" }))).rejects.toThrow("Mend sandbox.e2b.template");
  });
});
