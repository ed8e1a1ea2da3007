import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bytesOf, textIn } from "../../src/engine/guards/text-files.ts";
import { looking } from "../../src/guards/masking.ts";
import { findPersonalData, PERSONAL_DATA } from "../../src/guards/personal-data.ts";
import { findSecrets } from "../../src/guards/secrets.ts";

const secrets = async (words: string, settings = { entropy: true, allowed: [] as string[] }) => {
  const verdict = await looking((text) => findSecrets(text, settings), { found: "mask", shown: "secret" })(words);
  return verdict && "words" in verdict ? verdict.words : words;
};
const personal = async (words: string, settings: Partial<Parameters<typeof findPersonalData>[1]> = {}) => {
  const whole = { kinds: PERSONAL_DATA, allowedDomains: [], ...settings };
  const verdict = await looking((text) => findPersonalData(text, whole), { found: "mask", shown: "personal data" })(words);
  return verdict && "words" in verdict ? verdict.words : words;
};

/** Put together here, so that no scanner takes this file for a leak. */
const join = (...parts: readonly string[]) => parts.join("");

describe("a secret", () => {
  test.each([
    ["a GitHub token", join("ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"), "github secret"],
    ["an npm token", join("npm_", "abcdefghijklmnopqrstuvwxyz0123456789"), "npm secret"],
    ["an AWS access key", join("AKIA", "IOSFODNN7ABCDEFG"), "AWS access key"],
    ["an Anthropic key", join("sk-ant-api03-", "a1".repeat(46), "aAA"), "anthropic secret"],
    ["a Slack token", join("xoxb-", "1234567890-abcdefghij"), "slack secret"],
    [
      "a JSON web token",
      join("eyJhbGciOiJIUzI1NiJ9", ".eyJzdWIiOiIxMjM0NTY3ODkwIn0", ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"),
      "JSON web token",
    ],
    ["a private key", join("-----BEGIN RSA PRIVATE", " KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----"), "private key"],
    ["a random word as long as a key", join("k9Xw2LmQ7vR4tY8u", "B3nZ6cV1aS5dF0gH"), "likely key"],
  ])("%s is known by its form", async (_what, secret, name) => {
    expect(await secrets(`before ${secret} after`)).toBe(`before [secret: ${name}] after`);
  });

  test("is known by its name, and a password in an address by its place", async () => {
    expect(await secrets("password = hunter2hunter")).toBe("password = [secret: secret by its name]");
    expect(await secrets("OUR_API_KEY=abcd1234efgh\nAWS_SECRET_KEY: 'x9y8z7w6v5u4'")).toBe(
      "OUR_API_KEY=[secret: secret by its name]\nAWS_SECRET_KEY: '[secret: secret by its name]'",
    );
    expect(await secrets('{"api_key": "abcd1234efgh"}')).toBe('{"api_key": "[secret: secret by its name]"}');
    expect(await secrets("ftp://bob:s3cretpw@example.com/x")).toBe("[secret: basicauth secret]/x");
  });

  test.each([
    "The password is the first word of the book.",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "id 123e4567-e89b-12d3-a456-426614174000",
    "src/engine/agents/leaders/selector-choice.ts holds selectorChoiceOfTheAgentThatSpeaksNext",
    "https://example.org/a/very/long/path/with/many/parts/and/Words2026/index.html",
    "Donaudampfschifffahrtsgesellschaftskapitän",
    "token: yes, please",
    "The api key: ask Maria",
  ])("is not seen in %s", async (words) => {
    expect(await secrets(words)).toBe(words);
  });

  test("that is allowed, or only looks random where that does not count, is left alone", async () => {
    const word = join("k9Xw2LmQ7vR4tY8u", "B3nZ6cV1aS5dF0gH");
    expect(await secrets(word, { entropy: true, allowed: [word] })).toBe(word);
    expect(await secrets(word, { entropy: false, allowed: [] })).toBe(word);
  });

  test("is named in a stop, and is not in it", async () => {
    const secret = join("ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    const look = looking((text) => findSecrets(text, { entropy: true, allowed: [] }), { found: "stop", shown: "secret" });
    const verdict = await look(`My key is ${secret}.`);
    expect(verdict).toEqual({ stop: "it holds one github secret. Nothing went there; take that out and say it again." });
  });

  test("is masked wherever it stands, once and for all", async () => {
    const secret = join("ghp_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
    const words = fc.string({ maxLength: 60 }).filter((text) => !/[A-Za-z0-9_]$/.test(text));
    const after = fc.string({ maxLength: 60 }).filter((text) => !/^[A-Za-z0-9_]/.test(text));
    await fc.assert(
      fc.asyncProperty(words, after, async (before, behind) => {
        const masked = await secrets(`${before}${secret}${behind}`);
        expect(masked).not.toContain(secret);
        expect(await secrets(masked)).toBe(masked);
      }),
      { numRuns: 60 },
    );
  });
});

describe("personal data", () => {
  test.each([
    ["Write to maria.lopez@example.org.", "Write to [personal data: email address]."],
    ["Call +49 30 901820 today.", "Call [personal data: telephone number] today."],
    ["IBAN DE89 3704 0044 0532 0130 00, please", "IBAN [personal data: IBAN], please"],
    ["Card 4111-1111-1111-1111!", "Card [personal data: card number]!"],
  ])("is masked: %s", async (words, masked) => {
    expect(await personal(words)).toBe(masked);
  });

  test.each([
    "Order 4111-1111-1111-1112 was sent.",
    "IBAN DE88 3704 0044 0532 0130 00 has a wrong checksum",
    "Version 1.2.3, 12345 items, 3.14159265358979",
    "user@localhost and @maria",
  ])("is not seen where no checksum and no form holds: %s", async (words) => {
    expect(await personal(words, { kinds: ["email", "iban", "card"] })).toBe(words);
  });

  test("a number without a country code is known by the country that the file names", async () => {
    expect(await personal("Ring 030 901820.")).toBe("Ring 030 901820.");
    expect(await personal("Ring 030 901820.", { country: "DE" })).toBe("Ring [personal data: telephone number].");
  });

  test("addresses of a domain that is allowed may be seen", async () => {
    expect(await personal("desk@Example.org and me@example.com", { allowedDomains: ["example.org"] })).toBe(
      "desk@Example.org and [personal data: email address]",
    );
  });
});

test("text that is made to be slow to look through is looked through", async () => {
  for (const words of [
    "a".repeat(50_000),
    "a@".repeat(20_000),
    "1 ".repeat(20_000),
    "password=".repeat(5_000),
    `x://${"a:".repeat(20_000)}`,
  ]) {
    const begin = process.threadCpuUsage();
    await secrets(words);
    await personal(words);
    const { user, system } = process.threadCpuUsage(begin);
    expect({ words: words.slice(0, 10), isSlow: (user + system) / 1_000 > SLOW_MS }).toEqual({ words: words.slice(0, 10), isSlow: false });
  }
});
const SLOW_MS = 5_000; // Of a processor, whatever else the machine does; a search that backtracks takes minutes.

describe("the text of a file", () => {
  const key = join("npm_", "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");
  const utf16 = (text: string, bigEndian: boolean) => {
    const bytes = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, "utf16le")]);
    return bigEndian ? bytes.swap16() : bytes;
  };
  test.each([
    ["UTF-8, whatever its type is said to be", "application/octet-stream", Buffer.from(`ключ ${key}`)],
    ["UTF-16", "application/octet-stream", utf16(`ключ ${key}`, false)],
    ["UTF-16 the other way", "text/plain", utf16(`ключ ${key}`, true)],
    ["another encoding, said to be text", "text/csv", Buffer.from(`Schl\xfcssel;${key}`, "latin1")],
    ["text with a NUL in it, said to be JSON", "application/json; charset=utf-8", Buffer.from(`\0{"a":"${key}"}`)],
  ])("is read from %s", (_what, mediaType, content) => {
    expect(textIn({ mediaType, content })).toContain(key);
  });

  test("is none for an image or an archive", () => {
    const png = Buffer.from("89504e470d0a1a0a0000000d49484452", "hex");
    expect(textIn({ mediaType: "image/png", content: png })).toBeUndefined();
    expect(textIn({ mediaType: "application/zip", content: Buffer.from("504b0304140000000800", "hex") })).toBeUndefined();
  });

  test("property: what is UTF-8 comes back as it was, byte for byte", () =>
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 200 }), (text) => {
        fc.pre(!text.includes("\0"));
        expect(bytesOf(textIn({ mediaType: "", content: bytesOf(text) }) ?? "?")).toEqual(bytesOf(text));
      }),
    ));
});

test("telephone numbers are found where they are, also in a text as long as a table", async () => {
  const line = "id 7, name Ana, phone +49 30 1234567, ok\n";
  const text = line.repeat(1_000);
  const found = await findPersonalData(text, { kinds: ["phone"], allowedDomains: [] });
  expect(found).toHaveLength(1_000);
  for (const { from, to } of found) expect(text.slice(from, to)).toBe("+49 30 1234567");
});
