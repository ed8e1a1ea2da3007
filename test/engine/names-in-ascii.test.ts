import { expect, test } from "vitest";
import { asciiName, isSameName, isWrittenTogether, nameKey } from "../../src/engine/names.ts";

test.each([
  ["Data Expert!", "data_expert_"],
  ["web-guy_2", "web-guy_2"],
  ["é", "ue9"],
  ["研", "u7814"],
  ["😀", "u1f600"],
  ["\u007f", "_"],
  ["\u0080", "u80"],
  ["", ""],
])("%j is %j in the letters that every provider allows", (name, ascii) => {
  expect(asciiName(name)).toBe(ascii);
});

test("a name of 52 characters stays, and a longer one is cut and ends with a hash of the whole", () => {
  expect(asciiName("a".repeat(52))).toBe("a".repeat(52));
  // FNV-1a, as the reference implementation has it.
  expect(asciiName("a".repeat(53))).toBe(`${"a".repeat(43)}_${fnv1a("a".repeat(53))}`);
  expect(asciiName("研".repeat(40))).toMatch(/^[a-z0-9]{43}_[0-9a-f]{8}$/);
});

/** In whole numbers of any size, where names.ts has 32 bits. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * 0x01000193n) % 2n ** 32n;
  return hash.toString(16).padStart(8, "0");
}

test("a hash that begins with zeros has as many characters as others", () => {
  const names = Array.from({ length: 400 }, (_, index) => `${"b".repeat(60)}${index}`);
  expect(names.some((name) => fnv1a(name).startsWith("0"))).toBe(true);
  for (const name of names) expect(asciiName(name)).toBe(`${"b".repeat(43)}_${fnv1a(name)}`);
});

test("spellings of one name are the same name: forms of Unicode, and upper and lower case", () => {
  expect(nameKey("Ａda")).toBe("ada");
  expect(isSameName("ﬁn", "FIN")).toBe(true);
  expect(isSameName("straße", "STRASSE")).toBe(true);
  expect(isSameName("e\u0301", "É")).toBe(true);
  expect(isSameName("Σας", "σασ")).toBe(true);
  expect(isSameName("Ada", "Ida")).toBe(false);
});

test("scripts without blanks between words are known, each of them", () => {
  for (const character of ["研", "ら", "ラ", "한", "ไ", "ລ", "ខ", "မ"])
    expect([character, isWrittenTogether(character)]).toEqual([character, true]);
  for (const character of ["a", "é", "Ж", "ب", "1", " "]) expect([character, isWrittenTogether(character)]).toEqual([character, false]);
});
