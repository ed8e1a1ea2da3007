import { randomInt } from "node:crypto";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { processTable } from "../../../scripts/process-table.ts";
import { processInNamespaces } from "../../../src/sandbox/cases/namespaces.ts";
import { createOsExecutor } from "../../../src/sandbox/os/executor.ts";
import { runIn } from "../../contracts/executor.ts";
import { startChild } from "../../support/children.ts";
import { missingParts } from "../../support/report/requirements.ts";

const hasOs = !missingParts().some(({ name }) => name === "os");

describe.skipIf(!hasOs)("what is left in process sandboxes", () => {
  test("the blocks of another Parley on the machine are none of ours", async () => {
    const executor = await createOsExecutor();
    onTestFinished(() => executor.close());
    await runIn(await executor.open("thread"), "print(1)");
    const seconds = String(randomInt(100_000, 1_000_000));
    startChild(process.execPath, [join(import.meta.dirname, "../../fixtures/endless-os-run.ts"), seconds]);
    await expect.poll(() => processTable().filter(({ command }) => command === `sleep ${seconds}`)).toHaveLength(2);
    expect(await processInNamespaces()).toBeUndefined();
  });

  test("a block of ours that runs is seen, and none after it", async () => {
    const executor = await createOsExecutor();
    onTestFinished(() => executor.close());
    const session = await executor.open("thread");
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    const running = runIn(session, "echo started; sleep 60", { signal: abort.signal, onChunk: () => started.resolve() }, "sh");
    await started.promise;
    expect(await processInNamespaces()).toMatch(/./);
    abort.abort();
    expect(await running).toMatchObject({ outcome: "cancelled" });
    expect(await processInNamespaces()).toBeUndefined();
  });
});
