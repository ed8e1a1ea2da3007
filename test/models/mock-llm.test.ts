import { afterAll, beforeAll, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { createModel } from "../../src/models/create.ts";
import { modelContract } from "../contracts/model.ts";
import { ask, request } from "./servers/asking.ts";
import { startMockLlm, type MockLlm } from "./servers/mock-llm.ts";

let server: MockLlm;
beforeAll(async () => {
  server = await startMockLlm();
});
afterAll(() => server.close());

const model = () =>
  createModel({ provider: "openai-compatible", model: "gpt-5.2", baseUrl: server.url, attempts: 1 }, { env: {}, clock: systemClock });

modelContract(
  "mock-llm, a server that was not written here",
  async () => {
    let told: Promise<void> = Promise.resolve();
    const asked = model();
    return {
      model: {
        name: asked.name,
        async *call(...call) {
          await told;
          return yield* asked.call(...call);
        },
      },
      will: (...replies) => void (told = server.will(...replies)),
      close: () => told,
    };
  },
  { lacking: ["usage", "calls", "broken calls"] },
);

test("what is sent is what that server understands: unasked, it says the last message again", async () => {
  await server.will();
  const { reply } = await ask(model(), request());
  expect(reply).toMatchObject({ kind: "answer", text: "Ada: What is 6 × 7?" });
});
