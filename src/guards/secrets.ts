import type { Finding } from "./masking.ts";

/**
 * Keys, tokens and passwords in a text: by their forms, as secretlint's recommended rules and a few of our own have them, and by how little a long
 * word looks like language. `allowed`: harmless words that look like one.
 */
export async function findSecrets(
  words: string,
  { entropy, allowed }: { readonly entropy: boolean; readonly allowed: readonly string[] },
): Promise<readonly Finding[]> {
  const found = [...(await byRules(words)), ...byForm(words), ...(entropy ? byEntropy(words) : [])];
  return found.filter(({ from, to }) => !allowed.includes(words.slice(from, to)));
}

/** Loaded when it is first needed: who has no such guard does not wait for the rules. */
async function byRules(content: string): Promise<Finding[]> {
  const [{ lintSource }, { creator }] = await Promise.all([
    import("@secretlint/core"),
    import("@secretlint/secretlint-rule-preset-recommend"),
  ]);
  const { messages } = await lintSource({
    source: { filePath: "words.txt", content, ext: ".txt", contentType: "text" },
    options: {
      config: { rules: [{ id: "@secretlint/secretlint-rule-preset-recommend", rule: creator, options: {} }] },
      noPhysicFilePath: true,
    },
  });
  return messages.map(({ range: [from, to], ruleId }) => ({ from, to, what: nameOf(ruleId) }));
}

/** `@secretlint/secretlint-rule-github` → `github secret`. */
const nameOf = (ruleId: string): string => `${ruleId.replace(/^.*secretlint-rule-/, "").replaceAll("-", " ")} secret`;

const FORMS: readonly { readonly form: RegExp; readonly what: string }[] = [
  { form: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^-]{0,20000}(?:-----END [A-Z ]{0,40}PRIVATE KEY-----)?/g, what: "private key" },
  { form: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, what: "AWS access key" },
  { form: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, what: "Google API key" },
  { form: /\b(?:sk|gsk|xai|rk|pk)[-_](?=[A-Za-z_-]{0,40}\d)[A-Za-z0-9_-]{20,200}/g, what: "API key" },
  { form: /\bxox[a-z](?:\.xox[a-z])?-[A-Za-z0-9-]{10,200}|\bxapp-[A-Za-z0-9-]{10,200}/g, what: "Slack token" },
  { form: /\beyJ[A-Za-z0-9_-]{10,2000}\.eyJ[A-Za-z0-9_-]{10,4000}\.[A-Za-z0-9_-]{10,1000}/g, what: "JSON web token" },
  { form: /(?<=\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s/@:"']{1,200}:)[^\s/@"']{1,200}(?=@)/gi, what: "password in an address" },
];

const byForm = (words: string): Finding[] =>
  FORMS.flatMap(({ form, what }) =>
    [...words.matchAll(form)].map((match) => ({ from: match.index, to: match.index + match[0].length, what })),
  );

/** What is said to be a secret: `password = …`, `"api_key": "…"`. */
const NAMED =
  /(?<![A-Za-z])(?:pass(?:word|wd)?|secret|token|api[-_ ]?key|access[-_ ]?key|private[-_ ]?key|auth(?:orization)?|credentials?)(?:[-_][A-Za-z]{1,20})?(?![A-Za-z])["']?[ \t]{0,3}[:=][ \t]{0,3}["']?(?:bearer[ \t]{1,3})?([^\s"'`,;]{8,200})/gi;
/** Anything as long as a key, of the letters that keys are made of. */
const LONG = /(?<![A-Za-z0-9+/=_.-])[A-Za-z0-9+/_-]{32,200}={0,2}(?![A-Za-z0-9+/=_-])/g;

/** Bits a character. English words have about 3 to 3.6 at these lengths, a random key of 62 letters from 4.2 at 32 characters on. */
const BITS_MIN = 4.2;
const NAMED_BITS_MIN = 2.5; // What stands behind `password =` needs to be no more than not a plain word.

function byEntropy(words: string): Finding[] {
  const named = [...words.matchAll(NAMED)].flatMap((match) => {
    const [whole, value = ""] = match;
    const from = match.index + whole.length - value.length;
    const isMixed = /\d/.test(value) && /[A-Za-z]/.test(value);
    return isMixed && bitsOf(value) >= NAMED_BITS_MIN ? [{ from, to: from + value.length, what: "secret by its name" }] : [];
  });
  const long = [...words.matchAll(LONG)].flatMap(({ 0: value, index }) =>
    looksRandom(value) ? [{ from: index, to: index + value.length, what: "likely key" }] : [],
  );
  return [...named, ...long];
}

/** Of all three sorts of characters, and no path, hash in hex or name in parts. */
function looksRandom(value: string): boolean {
  if (!/[a-z]/.test(value) || !/[A-Z]/.test(value) || !/\d/.test(value)) return false;
  if (/^[0-9a-f-]+$/i.test(value) || value.split("/").length > 3) return false;
  return bitsOf(value) >= BITS_MIN;
}

/** Shannon's entropy. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
