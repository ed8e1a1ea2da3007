import type { Usage } from "../../engine/events/events.ts";
import { tokensOf } from "../../engine/limits/usage.ts";
import type { Language } from "./languages.ts";
import type { Say } from "./messages.ts";
import { typeset } from "./typeset.ts";

/** Numbers, money and time as a reader of the language writes them, by Intl. */
export interface Formats {
  readonly language: Language;
  number(value: number): string;
  /** `950`, `1.2k`, `12k`, `1.3M`. */
  count(value: number): string;
  /** To the cent, whatever it is. */
  money(usd: number): string;
  /** `$1.20`, `1,20 $`; what is less than half a cent, as such. */
  dollars(usd: number): string;
  /** Of a share such as 0.5: `50%`. */
  percent(share: number): string;
  /** `1.2k tokens`; `about 1.2k tokens` where a server counted none and they were estimated. */
  tokens(usage: Usage): string;
  /** What is known of the cost: an unknown price is no price of 0. `undefined` when no model was asked, or nothing is known. */
  cost(usage: Usage, priced: boolean): string | undefined;
  /** `0.4 s`, `12 s`, `3 min 5 s`, `1 h 2 min`: the units' symbols are the same in all languages. */
  duration(ms: number): string;
  /** `640 bytes`, `12 kB`, `3.4 MB`. */
  size(bytes: number): string;
  /** ISO 8601, as each reader's own clock has it, in messages: Slack's mark for it. In UTC where Slack cannot show it so; a date, for Slack's "Tomorrow" begins with a capital in mid-sentence. */
  at(iso: string): string;
  /** The day of an ISO 8601 time, in UTC: `Nov 30, 2026`. */
  day(iso: string): string;
  /** A time (ms since the epoch) by the clocks of a place, an IANA name, with its weekday: `Mon, Nov 30, 09:00`. */
  moment(ms: number, timeZone: string): string;
  /** `a, b, and c`. */
  list(items: readonly string[], kind?: "and" | "or"): string;
  /** Half sentences side by side: `a; b`. */
  clauses(items: readonly string[]): string;
  /** Words under a name or a heading: `a: b`. */
  under(heading: string, words: string): string;
}

const AMOUNTS_MAX = 200;

/** Americans' own for English, as Slack's; of each language what most write. */
const LOCALES: { readonly [language in Language]: string } = { en: "en-US", de: "de-DE", fr: "fr-FR" };

/** Hours as people give them in commands: up to 23. */
const MOMENT = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

/** Something that is at least a cent when it is rounded: "at least nothing" says nothing. */
export const isMoney = (usd: number | undefined): usd is number => usd !== undefined && usd >= 0.005;

export function formatsIn(language: Language, say: Say): Formats {
  const locale = LOCALES[language];
  // Each takes a millisecond to make, and a process may never need it.
  const plain = once(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }));
  const short = once(() => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }));
  const tenths = once(() => new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }));
  const money = once(() => new Intl.NumberFormat(locale, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" }));
  const percent = once(() => new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0, roundingMode: "floor" }));
  const days = once(() => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }));
  const lists = {
    and: once(() => new Intl.ListFormat(locale, { type: "conjunction" })),
    or: once(() => new Intl.ListFormat(locale, { type: "disjunction" })),
  };
  // Most numbers need no rules of a language, which take ten times as long.
  const number = (value: number): string => (Number.isInteger(value) && value >= 0 && value < 1_000 ? `${value}` : plain().format(value));
  const count = (value: number): string => {
    if (value < 1_000) return number(value);
    const [amount, unit] = value < 999_500 ? [value / 1_000, "k"] : [value / 1_000_000, "M"];
    return `${amount < 9.95 ? short().format(amount) : plain().format(Math.round(amount))}${unit}`;
  };
  const about = ({ estimated }: Pick<Usage, "estimated">, what: string): string => (estimated ? say("units.text.about", { what }) : what);
  const amounts = new Map<number, string>();
  /** The same few are said again and again: limits, and what nothing has cost. A cache: without it they are the same. */
  const inWords = (usd: number): string => {
    let words = amounts.get(usd);
    if (words === undefined) {
      if (amounts.size >= AMOUNTS_MAX) amounts.clear();
      amounts.set(usd, (words = money().format(usd)));
    }
    return words;
  };
  const dollars = (usd: number): string => (usd > 0 && usd < 0.005 ? say("units.text.under", { what: inWords(0.01) }) : inWords(usd));
  return {
    language,
    number,
    count,
    money: inWords,
    dollars,
    percent: (share) => percent().format(share),
    tokens: (usage) => about(usage, say("units.text.tokens", { count: count(tokensOf(usage)) })),
    cost(usage, priced) {
      if ((usage.calls ?? 1) === 0) return undefined;
      if (priced) return about(usage, dollars(usage.usd ?? 0));
      return isMoney(usage.usd) ? say("units.text.atLeast", { what: dollars(usage.usd) }) : undefined;
    },
    duration(ms) {
      if (ms < 9_950) return `${tenths().format(ms / 1_000)} s`;
      const seconds = Math.round(ms / 1_000);
      if (seconds < 60) return `${seconds} s`;
      if (seconds < 3_600) return seconds % 60 === 0 ? `${seconds / 60} min` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
      return `${plain().format(Math.floor(seconds / 3_600))} h ${Math.floor((seconds % 3_600) / 60)} min`;
    },
    size(bytes) {
      if (bytes < 1_000) return say("units.text.bytes", { count: bytes });
      return bytes < 999_500
        ? say("units.text.kilobytes", { count: plain().format(Math.round(bytes / 1_000)) })
        : say("units.text.megabytes", { count: tenths().format(bytes / 1_000_000) });
    },
    at(iso) {
      const words = say("units.text.at", { date: "{date_short}", time: "{time}" });
      return `<!date^${Math.floor(Date.parse(iso) / 1_000)}^${words}|${iso.slice(0, 16).replace("T", " ")} UTC>`;
    },
    day: (iso) => days().format(Date.parse(iso)),
    moment: (ms, timeZone) => new Intl.DateTimeFormat(locale, { ...MOMENT, timeZone }).format(ms),
    list: (items, kind = "and") => lists[kind]().format(items),
    clauses: (items) => items.join(typeset(language, language === "fr" ? " ; " : "; ")),
    under: (heading, words) => `${heading}${typeset(language, language === "fr" ? " : " : ": ")}${words}`,
  };
}

/** What `make` gives, made when it is first asked for. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}
