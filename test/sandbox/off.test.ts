import { expect, test } from "vitest";
import { createOffExecutor } from "../../src/sandbox/off.ts";
import { runIn } from "../contracts/executor.ts";

test("where code is not run, a block is rejected with the reason and the mend", async () => {
  const executor = createOffExecutor("The team file says executor: off. Set it to docker to run code in containers.");
  expect(executor.capabilities).toMatchObject({ grade: "off", languages: ["python", "sh", "bash"] });
  const session = await executor.open("thread");
  await session.put([{ name: "a.txt", mediaType: "text/plain", content: new Uint8Array() }]);
  const result = await runIn(session, "print(1)");
  expect(result).toMatchObject({ outcome: "rejected", exitCode: 1, stdout: "", files: [] });
  expect(result.output).toBe("Code is not run here. The team file says executor: off. Set it to docker to run code in containers.");
  await session.end();
  await executor.close();
});
