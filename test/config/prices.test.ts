import { describe, expect, test } from "vitest";
import type { ModelSettings } from "../../src/config/load.ts";
import { priceOf, shippedPrice } from "../../src/config/prices.ts";
import { load, mistakesOf, SMALL } from "./team-files.ts";

const modelOf = (model: string): ModelSettings => {
  const found = load({ "parley.yml": SMALL.replace("{ provider: anthropic, model: claude-sonnet-5-5 }", model) }).models.get("m");
  if (!found) throw new Error("the file has a model m");
  return found;
};

describe("what a model costs", () => {
  test("the shipped list knows the models of the shipped teams, with a day and who says so", () => {
    for (const [provider, model] of [
      ["anthropic", "claude-sonnet-5-5"],
      ["anthropic", "claude-haiku-5-5"],
      ["openai", "gpt-5.5"],
      ["openai", "gpt-5-mini"],
    ] as const) {
      const known = shippedPrice(provider, model);
      expect(known?.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
      expect(known?.source).toMatch(/^https:\/\//);
      expect(known?.price.inputPerMTokUsd).toBeGreaterThan(0);
      expect(known?.price.outputPerMTokUsd).toBeGreaterThan(known?.price.inputPerMTokUsd ?? Infinity);
      expect(known?.price.cachedPerMTokUsd).toBeLessThan(known?.price.inputPerMTokUsd ?? 0);
    }
  });

  test("a dated snapshot costs what its model does; a name that only begins alike is another model", () => {
    expect(shippedPrice("openai", "gpt-5-mini-2025-08-07")).toEqual(shippedPrice("openai", "gpt-5-mini"));
    expect(shippedPrice("anthropic", "claude-haiku-4-5-20251001")).toEqual(shippedPrice("anthropic", "claude-haiku-4-5"));
    for (const name of ["gpt-5-mini-high", "claude-sonnet-9", "constructor", ""]) expect(shippedPrice("openai", name)).toBeUndefined();
  });

  test("long prompts cost more where the provider says so", () => {
    expect(shippedPrice("anthropic", "claude-haiku-5-5")?.price).toMatchObject({
      inputPerMTokUsd: 0.1,
      long: { inputTokensAbove: 100_000, inputPerMTokUsd: 0.5, outputPerMTokUsd: 2.5 },
    });
  });

  test("the team file's price goes before the list, and says of when and by whom it is", () => {
    const model = modelOf(
      "{ provider: anthropic, model: claude-sonnet-5-5, price: { inputPerMTokUsd: 1, outputPerMTokUsd: 3, asOf: 2026-11-01, source: our contract } }",
    );
    expect(priceOf(model, {})).toEqual({ price: { inputPerMTokUsd: 1, outputPerMTokUsd: 3 }, asOf: "2026-11-01", source: "our contract" });
  });

  test.each([
    ["another address in the file", '{ provider: openai, model: gpt-5-mini, baseUrl: "https://gateway.example/v1" }', {}],
    ["another address in the environment", "{ provider: openai, model: gpt-5-mini }", { OPENAI_BASE_URL: "https://gateway.example/v1" }],
    ["a compatible server", '{ provider: openai-compatible, model: gpt-5-mini, baseUrl: "http://127.0.0.1:1/v1" }', {}],
    ["a cloud's deployment", '{ provider: azure, model: gpt-5-mini, baseUrl: "https://x.openai.azure.com" }', {}],
    ["a model that is not listed", "{ provider: anthropic, model: claude-next }", {}],
  ])("%s has no known price", (_what, model, env) => {
    expect(priceOf(modelOf(model), env)).toBeUndefined();
  });

  test("a price that cannot be one is a mistake with its place", () => {
    const file = SMALL.replace(
      "claude-sonnet-5-5 }",
      "claude-sonnet-5-5, price: { inputPerMTokUsd: -1, outputPerMTokUsd: 3, asOf: yesterday } }",
    );
    const mistakes = mistakesOf({ "parley.yml": file }).join("\n");
    expect(mistakes).toContain("models.m.price.inputPerMTokUsd");
    expect(mistakes).toContain("a day, such as 2026-10-24");
  });
});
