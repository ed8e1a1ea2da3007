import { describe, expect, test } from "vitest";
import fc from "fast-check";
import { createModel, ModelSettingsError, type ModelSettings } from "../../src/models/create.ts";
import { toFailure } from "../../src/models/refusals/failures.ts";
import { redact } from "../../src/models/refusals/secrets.ts";
import { argsObject, jsonIn, safeName } from "../../src/models/structured.ts";
import { fakeClock } from "../../src/store/contracts/fake-clock.ts";

const create = (settings: ModelSettings, env: { [name: string]: string } = {}) => createModel(settings, { env, clock: fakeClock() });

describe("settings that no model can be made from", () => {
  test("a missing key is told with the variable to set", () => {
    const message = 'Model "claude-sonnet-5-5" (anthropic) needs a key: put ANTHROPIC_API_KEY=… into the environment or into .env.';
    expect(() => create({ provider: "anthropic", model: "claude-sonnet-5-5" })).toThrow(new ModelSettingsError(message));
    expect(() => create({ provider: "openai", model: "gpt-5-mini", apiKeyEnv: "OUR_KEY" }, { OPENAI_API_KEY: "x", OUR_KEY: "  " })).toThrow(
      /put OUR_KEY=…/,
    );
    expect(() => create({ provider: "openai-compatible", model: "q", baseUrl: "http://127.0.0.1:1/v1", apiKeyEnv: "OUR_KEY" })).toThrow(
      /put OUR_KEY=…/,
    );
  });

  test("a missing address is told with an example", () => {
    expect(() => create({ provider: "azure", model: "our-gpt" }, { AZURE_OPENAI_API_KEY: "x" })).toThrow(
      /add baseUrl, such as https:\/\/NAME\.openai\.azure\.com/,
    );
    expect(() => create({ provider: "openai-compatible", model: "qwen3" })).toThrow(/add baseUrl/);
  });

  test("a temperature for Anthropic is told, because its API would refuse every call", () => {
    expect(() => create({ provider: "anthropic", model: "claude-sonnet-5-5", temperature: 0 }, { ANTHROPIC_API_KEY: "x" })).toThrow(
      /remove it/,
    );
  });

  test("a model is named as the provider names it", () => {
    expect(create({ provider: "openai", model: "gpt-5-mini" }, { OPENAI_API_KEY: "x" }).name).toBe("gpt-5-mini");
    expect(create({ provider: "openai-compatible", model: "qwen3", baseUrl: "http://127.0.0.1:11434/v1" }).name).toBe("qwen3");
  });
});

describe("secrets", () => {
  test("whatever looks like a key is taken out of a message", () => {
    const texts = [
      "Incorrect API key provided: sk-proj-abc***xyz.",
      'headers: {"Authorization":"Bearer eyJhbGciOi.x.y"}',
      "api-key=0123456789abcdef0123",
      '"x-api-key": "sk-ant-api03-AAAA"',
      "http://user:hunter22@proxy.local/v1",
      "AIzaSyA-1234567890",
      "xoxb-1234-abcd",
    ];
    const clean = texts.map((text) => redact(text, [])).join("\n");
    expect(clean).not.toMatch(/abc\*|eyJ|0123|sk-|hunter22|AIza|1234/);
  });

  test("a known key never shows, wherever it stands", () => {
    const key = fc.stringMatching(/^[A-Za-z0-9]{20,40}$/);
    fc.assert(
      fc.property(key, fc.string(), fc.string(), (secret, before, after) => {
        expect(redact(`${before}${secret}${after}`, [secret])).not.toContain(secret);
      }),
    );
  });

  test("a failure is one short line, whatever was thrown", () => {
    const source = { provider: "OpenAI", model: "m", host: "https://h", address: "https://h", keyName: "K", secrets: [] };
    const looped: { message: string; cause?: unknown } = { message: "a\nb" };
    looped.cause = looped;
    for (const thrown of [looped, undefined, null, "text", 7, { status: 400, message: "x".repeat(10_000) }, new TypeError("terminated")]) {
      const { message } = toFailure(thrown, source, 0).error;
      expect(message).not.toContain("\n");
      expect(message.length).toBeLessThan(500);
    }
  });
});

describe("JSON among words", () => {
  test.each([
    ['{"a":1}', '{"a":1}'],
    [' \n{"a":1} ', '{"a":1}'],
    ['```json\n{"a":1}\n```', '{"a":1}'],
    ['Here:\n```\n{"a":"```"}\n```', '{"a":"```"}'],
    ['I choose {"a":{"b":2}}. Good?', '{"a":{"b":2}}'],
    ["no JSON here", undefined],
    ["{not json}", undefined],
    ['{"a":', undefined],
    ["[1,2]", undefined],
  ])("%j holds %j", (text, found) => {
    expect(jsonIn(text)).toBe(found);
  });

  test("any object is found, bare or fenced or between words", () => {
    const wrap = fc.constantFrom((json: string) => json, (json: string) => `\`\`\`json\n${json}\n\`\`\``, (json: string) => `Well, ${json} it is.`); // prettier-ignore
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), wrap, (object, wrapped) => {
        const json = JSON.stringify(object);
        expect(jsonIn(wrapped(json))).toBe(json);
      }),
    );
  });

  test("arguments go back to a provider as an object, however the model broke them", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (args) => {
        expect(argsObject(args)).toBeTypeOf("object");
        expect(safeName(args)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
      }),
    );
    expect(argsObject("[1]")).toEqual({ broken_arguments: "[1]" });
    expect(argsObject(" ")).toEqual({});
  });
});
