import { setImmediate } from "node:timers/promises";
import type { Finding } from "./masking.ts";

export const PERSONAL_DATA = ["email", "phone", "iban", "card"] as const;

export interface PersonalDataSettings {
  readonly kinds: readonly (typeof PERSONAL_DATA)[number][];
  /** Where a telephone number without a country code is from: `DE`; such numbers are left alone when absent. */
  readonly country?: string | undefined;
  /** Domains whose addresses may be seen. */
  readonly allowedDomains: readonly string[];
}

/** Addresses, telephone numbers, and numbers of accounts and cards whose checksum holds. */
export async function findPersonalData(words: string, settings: PersonalDataSettings): Promise<readonly Finding[]> {
  const found = await Promise.all(settings.kinds.map((kind) => FINDERS[kind](words, settings)));
  return found.flat();
}

type Finder = (words: string, settings: PersonalDataSettings) => Promise<readonly Finding[]>;

/** Each is loaded when it is first needed. */
const FINDERS: { readonly [Kind in (typeof PERSONAL_DATA)[number]]: Finder } = {
  async email(words, { allowedDomains }) {
    const { default: validator } = await import("validator");
    return matches(words, EMAIL, "email address", (text) => {
      const domain = text.slice(text.lastIndexOf("@") + 1).toLowerCase();
      return validator.isEmail(text, { allow_utf8_local_part: true }) && !allowedDomains.some((one) => one.toLowerCase() === domain);
    });
  },
  async phone(words, { country }) {
    const { findPhoneNumbersInText } = await import("libphonenumber-js/min");
    const settings = country === undefined ? {} : { defaultCountry: country as "DE" };
    const found: Finding[] = [];
    for (const { at, text } of inLines(words)) {
      if (!/\d{2}/.test(text)) continue;
      // A table of numbers takes seconds: others are let in between.
      if (at > 0) await setImmediate();
      for (const { startsAt, endsAt } of findPhoneNumbersInText(text, settings))
        found.push({ from: at + startsAt, to: at + endsAt, what: "telephone number" });
    }
    return found;
  },
  async iban(words) {
    const { default: validator } = await import("validator");
    return matches(words, IBAN, "IBAN", (text) => validator.isIBAN(text.replaceAll(/[ -]/g, "")));
  },
  async card(words) {
    const { default: validator } = await import("validator");
    return matches(words, CARD, "card number", (text) => validator.isCreditCard(text.replaceAll(/[ -]/g, "")));
  },
};

/** A long text in parts that end with a line, where it has any; no number goes on in the next one. */
function* inLines(words: string): Generator<{ readonly at: number; readonly text: string }> {
  for (let at = 0; at < words.length;) {
    const whole = words.length - at <= PART_CHARS;
    const end = whole ? words.length : words.lastIndexOf("\n", at + PART_CHARS) + 1;
    const upTo = end > at ? end : (nextLine(words, at + PART_CHARS) ?? words.length);
    yield { at, text: words.slice(at, upTo) };
    at = upTo;
  }
}

function nextLine(words: string, from: number): number | undefined {
  const end = words.indexOf("\n", from);
  return end === -1 ? undefined : end + 1;
}

const PART_CHARS = 16_384;

const EMAIL = /[\p{L}\p{N}._%+'-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,24}/gu;
/** With blanks between groups of four, or none. */
const IBAN = /\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b/g;
const CARD = /(?<![\d.])\d(?:[ -]?\d){12,18}(?![\d])/g;

function matches(words: string, form: RegExp, what: string, holds: (text: string) => boolean): Finding[] {
  return [...words.matchAll(form)].flatMap(({ 0: text, index }) => (holds(text) ? [{ from: index, to: index + text.length, what }] : []));
}
