import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEnv } from "../../src/config/env.ts";
import { loadSettings, secretNames } from "../../src/config/load.ts";
import { createRedactor } from "../../src/config/secrets.ts";
import { folderWith, SMALL } from "./team-files.ts";

describe("secrets in files", () => {
  test("NAME_FILE names the file that holds NAME, for keys, tokens and secrets, in the environment and in .env", () => {
    const cwd = folderWith({ key: "sk-ant-from-file\n", token: " xoxb-1 \n", ".env": "SLACK_BOT_TOKEN_FILE=token\n" });
    const env = readEnv(cwd, { ANTHROPIC_API_KEY_FILE: join(cwd, "key"), SSL_CERT_FILE: join(cwd, "key"), PARLEY_FILE: "key" });
    expect(env).toMatchObject({ ANTHROPIC_API_KEY: "sk-ant-from-file", SLACK_BOT_TOKEN: "xoxb-1" });
    expect(env).not.toHaveProperty("SSL_CERT");
    expect(env).not.toHaveProperty("PARLEY");
  });

  test("the address of a database holds a password, and can be in a file too", () => {
    const cwd = folderWith({ db: "postgres://parley:s3cret@db.example/parley\n" });
    expect(readEnv(cwd, { PARLEY_DB_FILE: "db" })["PARLEY_DB"]).toBe("postgres://parley:s3cret@db.example/parley");
    expect(() => readEnv(cwd, { PARLEY_DB_FILE: "gone" })).toThrow("PARLEY_DB_FILE");
  });

  test("a key that the team file names can be in a file too, and is then found by the one that needs it", () => {
    const file = SMALL.replace("claude-sonnet-5-5 }", "claude-sonnet-5-5, apiKeyEnv: OUR_API_KEY }");
    const cwd = folderWith({ "parley.yml": file, key: "k" });
    const settings = loadSettings({ env: readEnv(cwd, { OUR_API_KEY_FILE: "key" }), cwd });
    expect(settings.warnings).toEqual([]);
    expect(secretNames(settings)).toEqual(["OUR_API_KEY"]);
  });

  test("a variable that is set goes before its file", () => {
    const cwd = folderWith({ key: "from file" });
    expect(readEnv(cwd, { OPENAI_API_KEY: "set", OPENAI_API_KEY_FILE: "key" })["OPENAI_API_KEY"]).toBe("set");
  });

  test.each([
    ["is not there", "gone", "cannot be read (ENOENT); fix the path or its rights."],
    ["is empty", "empty", "names an empty file"],
    ["is far too big", "big", "at most 65536 are read"],
  ])("a file that %s is told with the variable's name, and with nothing of what is in it", (_what, file, message) => {
    const cwd = folderWith({ empty: " \n", big: "s3cret".repeat(20_000) });
    expect(() => readEnv(cwd, { OPENAI_API_KEY_FILE: file })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`OPENAI_API_KEY_FILE`) as string }) as Error,
    );
    expect(() => readEnv(cwd, { OPENAI_API_KEY_FILE: file })).toThrow(message);
  });

  test("of somebody else's variable a file that is not there is none of our business", () => {
    expect(readEnv(folderWith({}), { AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere" })).toEqual({ AWS_WEB_IDENTITY_TOKEN_FILE: "/nowhere" });
  });
});

describe("redaction", () => {
  const redact = createRedactor(
    {
      ANTHROPIC_API_KEY: "correct horse/battery",
      DB_PASSWORD: 'pass"word9',
      SHORT_TOKEN: "none",
      HOME: "/home/maria",
      OURS: "our own secret",
    },
    ["OURS"],
  );

  test("of a secret that begins as another one does, nothing is left", () => {
    const both = createRedactor({ SHORT_KEY: "battery-horse", LONG_KEY: "battery-horse-staple" });
    expect(both("it was battery-horse-staple")).toBe("it was [redacted]");
  });

  test("values of the environment's secrets are masked wherever they stand, also quoted in JSON and encoded in an address", () => {
    for (const text of [
      "key correct horse/battery was wrong",
      `{"k":${JSON.stringify('pass"word9')}}`,
      `https://x.example/?key=${encodeURIComponent("correct horse/battery")}`,
      "our own secret",
    ]) {
      expect(redact(text)).toContain("[redacted]");
      expect(redact(text)).not.toMatch(/horse|word9|our own/);
    }
  });

  test.each([
    "xoxb-1234567890-abcdefghij",
    "xoxe.xoxp-1-Mi0yLTEyMzQ1Njc4OTA",
    "xapp-1-A012345-678901-abcdef",
    "sk-ant-api03-abcdefghijklmnop1234",
    "sk-proj-AbCdEf0123456789AbCdEf01",
    "ghp_abcdefghijklmnopqrst1234",
    "github_pat_11ABCDEFG0123456789abc",
    "AIzaSyA1234567890abcdefghijklmnopqrstuvw",
    "AKIAIOSFODNN7EXAMPLE",
  ])("%s is a token by its shape", (token) => {
    expect(redact(`The token "${token}", and more`)).toBe('The token "[redacted]", and more');
  });

  test("a password in an address is masked, and the address stays", () => {
    expect(redact("write postgres://user:password@host/database")).toBe("write postgres://user:password@host/database");
    expect(redact("see http://maria:geheim@proxy.example:8080/x")).toBe("see http://[redacted]@proxy.example:8080/x");
  });

  test.each([
    "Install sk-learn and task-runner; ask-me-anything-about-risk-management-and-desk-research.",
    "none of /home/maria is secret: it is a path",
    "Basic income, bearer bonds, pk_customer_id, sk_sp_SK",
    "https://example.com/@maria and mail maria@example.com",
    "ratio 3:4@2x, xoxo",
  ])("ordinary words stay as they are: %s", (text) => {
    expect(redact(text)).toBe(text);
  });

  test("JSON stays JSON, whatever is in it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('pass"word9', "xoxb-1234567890-abcdefghij", "http://a:b@c/"), (value, secret) => {
        const clean = redact(JSON.stringify({ value, secret, both: `${secret} ${secret}` }));
        expect(() => JSON.parse(clean) as unknown).not.toThrow();
        expect(clean).not.toContain("word9");
      }),
    );
  });
});
