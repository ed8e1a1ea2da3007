import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/engine/clock.ts";
import { createModel, type ModelSettings } from "../../src/models/create.ts";
import { modelContract } from "../contracts/model.ts";
import { ask, failureOf, request } from "../models/servers/asking.ts";
import { obedient } from "./obedient.ts";
import { liveProviders } from "./providers.ts";

const { env, ready } = liveProviders(process.env);

/** 8 × 8, all of it red. */
const RED = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR42mP4z8CAFTEMLQkAKP8/wc53yE8AAAAASUVORK5CYII=", "base64");

for (const { name, settings } of ready) {
  const live = (more: Partial<ModelSettings> = {}) =>
    createModel({ ...settings, ...more } as ModelSettings, { env, clock: systemClock, readFile: async () => RED });

  modelContract(name, async () => ({ ...obedient(live()), close: async () => {} }), {
    lacking: ["usage", "words beside calls", "broken calls", "failure"],
  });

  describe(`${name}, itself`, () => {
    test("counts what it read and wrote", async () => {
      const { reply } = await ask(live(), request({ tools: [] }));
      expect(reply.usage?.inputTokens).toBeGreaterThan(5);
      expect(reply.usage?.outputTokens).toBeGreaterThan(0);
    });

    test("a model that it does not have is a failure of this kind", async () => {
      expect(failureOf((await ask(live({ model: "no-such-model-1" }), request())).reply).kind).toBe("unknown_model");
    });
  });

  // A server of one's own may ask for no key, and have no model that sees.
  describe.runIf(settings.provider !== "openai-compatible")(`${name}, as its provider runs it`, () => {
    test("a key that it does not know is a failure of this kind, and is not shown", async () => {
      const wrong = createModel({ ...settings, apiKeyEnv: "WRONG_KEY" }, { env: { ...env, WRONG_KEY: "sk-not-a-key-0000000000" }, clock: systemClock }); // prettier-ignore
      const error = failureOf((await ask(wrong, request())).reply);
      expect(error).toMatchObject({ kind: "bad_key", message: expect.stringContaining("WRONG_KEY") as string });
      expect(error.message).not.toContain("sk-not-a-key");
    });

    test("sees an image", async () => {
      const images = [{ hash: "red", name: "red.png", mediaType: "image/png", bytes: RED.length }];
      const text = "Which colour is this image? Answer with one word.";
      const { reply } = await ask(live({ images: true }), request({ tools: [], messages: [{ role: "user", text, images }] }));
      expect(reply).toMatchObject({ kind: "answer", text: expect.stringMatching(/red/i) as string });
    });
  });
}
