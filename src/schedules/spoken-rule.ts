import type { Rule } from "./rule.ts";
import { isPlace, zoneAt } from "./spoken-zone.ts";

/** What words at the beginning of a text say of when; `rest` is what stands behind them. */
export type SpokenRule =
  | { readonly kind: "rule"; readonly rule: Rule; readonly words: string; readonly rest: string }
  | { readonly kind: "unclear"; readonly why: Unclear };

/** What is wrong with the words: what is missing or too much, or a time zone that there is not. */
export type Unclear =
  | { readonly kind: "when" | "unevenMinutes" | "unevenHours" | "timeOfDate" | "timeOrEvery" | "timeOfDay" | "minutesDiffer" }
  | { readonly kind: "noZone"; readonly zone: string };

export interface SpeakingAt {
  readonly nowMs: number;
  /** Where the words name none. */
  readonly timeZone: string;
}

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const DAY = "(?:sun(?:day)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs?(?:day)?)?|fri(?:day)?|sat(?:urday)?)s?";
const NTH = { first: 1, "1st": 1, second: 2, "2nd": 2, third: 3, "3rd": 3, fourth: 4, "4th": 4 } as const;
const MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec";
const AND = String.raw`\s*(?:,\s*and\s|,|\band\b|&)\s*`;

/** What each kind of words gives: fields of cron, in which `M` and `H` stand for the time of the day. */
type Days =
  | { readonly fields: string; readonly needsTime: boolean }
  | { readonly date: string }
  | { readonly uneven: "unevenMinutes" | "unevenHours" };

interface Kind {
  readonly words: RegExp;
  read(found: readonly string[], today: string): Days | undefined;
}

const kind = (words: string, read: Kind["read"]): Kind => ({ words: new RegExp(String.raw`^(?:${words})(?![\p{L}\p{N}])`, "iu"), read });
const daily = (days: string): Days => ({ fields: `M H * * ${days}`, needsTime: true });
const monthly = (day: string): Days => ({ fields: `M H ${day} * *`, needsTime: true });

/** The first that fits is taken: longer words stand before shorter ones. */
const KINDS: readonly Kind[] = [
  kind(String.raw`(?:every|each)\s+(\d{1,3})\s*(?:min|mins|minutes)`, ([, n = ""]) => every(Number(n), 60, `*/${n} * * * *`)),
  kind(String.raw`(?:every|each)\s+half\s+(?:an\s+)?hour`, () => ({ fields: "*/30 * * * *", needsTime: false })),
  kind(String.raw`(?:every|each)\s+(\d{1,2})\s*(?:hours|hrs|h)`, ([, n = ""]) => every(Number(n), 24, `0 */${n} * * *`)),
  kind(String.raw`(?:every|each)\s+hour|hourly`, () => ({ fields: "0 * * * *", needsTime: false })),
  kind(String.raw`(?:on\s+)?(?:(?:every|each)\s+)?(?:weekday|working\s+day|workday)s?`, () => daily("1-5")),
  kind(String.raw`(?:on\s+)?(?:(?:every|each)\s+)?weekends?`, () => daily("0,6")),
  kind(String.raw`(?:every|each)\s+(?:day|morning|evening)|daily`, () => daily("*")),
  kind(
    String.raw`(?:on\s+)?(?:(?:the|every)\s+)?(first|1st|second|2nd|third|3rd|fourth|4th|last)\s+(${DAY})\s+(?:of\s+)?(?:every|each|the|a)\s+month`,
    ([, nth = "", day = ""]) => {
      const number = NTH[nth.toLowerCase() as keyof typeof NTH];
      return daily(`${nameOf(day)}${number === undefined ? "L" : `#${number}`}`);
    },
  ),
  kind(String.raw`(?:on\s+)?the\s+last\s+day\s+of\s+(?:every|each|the)\s+month`, () => monthly("L")),
  kind(
    String.raw`(?:monthly\s+)?(?:on\s+)?the\s+(\d{1,2}(?:st|nd|rd|th)?(?:${AND}(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?){0,5})\s+(?:day\s+)?of\s+(?:every|each|the)\s+month`,
    ([, days = ""]) => monthly((days.match(/\d+/g) ?? []).join(",")),
  ),
  kind(
    String.raw`(?:every|each)\s+month\s+on\s+the\s+(\d{1,2})(?:st|nd|rd|th)?|monthly\s+on\s+the\s+(\d{1,2})(?:st|nd|rd|th)?`,
    ([, a, b]) => monthly(a ?? b ?? ""),
  ),
  kind(String.raw`(?:on\s+)?(?:(?:every|each)\s+)?(${DAY})\s*(?:-|–|to|until|through)\s*(${DAY})`, ([, from = "", to = ""]) =>
    daily(range(dayOf(from), dayOf(to))),
  ),
  kind(String.raw`(?:on\s+)?(?:(?:every|each)\s+)?(${DAY}(?:${AND}(?:(?:every|each)\s+)?${DAY}){0,6})`, ([, days = ""]) =>
    daily((days.match(new RegExp(DAY, "giu")) ?? []).map(dayOf).join(",")),
  ),
  kind(String.raw`(?:once\s+)?(?:on\s+)?(\d{4}-\d{2}-\d{2})`, ([, date = ""]) => ({ date })),
  kind(String.raw`(?:once\s+)?(today|tomorrow)`, ([, word = ""], today) => ({
    date: word.toLowerCase() === "today" ? today : dayAfter(today),
  })),
];

const TIME = String.raw`(?:\d{1,2}(?:[:.]\d{2})?\s*(?:am|pm|o'clock)|\d{1,2}[:.]\d{2}|noon|midnight)`;
const TIMES = new RegExp(String.raw`^(?:at\s+)?(${TIME}(?:${AND}(?:at\s+)?${TIME}){0,5})(?:\s*h)?(?![\p{L}\p{N}]|:\d)`, "iu");
/** An hour alone is one only where it is said to be. */
const HOUR = /^at\s+(\d{1,2})(?![\p{L}\p{N}]|[:.]\d)/iu;
const CRON_FIELD = String.raw`[\d*][\d*/,\-]*`;
const CRON = new RegExp(
  String.raw`^(?:cron\s+)?(${CRON_FIELD}\s+${CRON_FIELD}\s+(?:${CRON_FIELD}|L|\d{1,2}W)\s+(?:${CRON_FIELD}|(?:${MONTHS})[a-z,\-]*)\s+(?:[\d*][\d*/,\-#L]*|(?:${DAYS.join("|")})[a-z,\-#\dL]*))(?=\s|$)`,
  "i",
);
const QUOTED_CRON = /^(?:cron\s+)?`([^`]{1,100})`/i;
/** A sixth field of cron: it makes the first one seconds, so that the five before it say something else than was meant. */
const SIXTH_FIELD = new RegExp(
  String.raw`^\s+(?:\*[\d*/,\-]*|\?|\d-\d[\d,\-]*|(?:${DAYS.join("|")})[-,](?:${DAYS.join("|")})[a-z,\-]*)(?=\s|$)`,
  "i",
);
/** Reads when something is to begin. What people write in another way is asked about rather than guessed. */
export function readSpokenRule(text: string, { nowMs, timeZone }: SpeakingAt): SpokenRule {
  let left = text.trim();
  const take = (length: number) => void (left = left.slice(length).replace(/^[\s,]+/, ""));
  const cron = QUOTED_CRON.exec(left) ?? CRON.exec(left);
  if (cron) {
    const sixth = SIXTH_FIELD.exec(left.slice(cron[0].length))?.[0] ?? "";
    take(cron[0].length + sixth.length);
    const zone = takeZone();
    if (zone !== undefined && !isPlace(zone)) return noZone(zone);
    return ruled({ pattern: `${cron[1] ?? ""}${sixth}`.trim().replaceAll(/\s+/g, " "), timeZone: zone ?? timeZone });
  }
  let zone = takeZone();
  let times = takeTimes();
  zone ??= takeZone();
  const today = dateIn(nowMs, zone !== undefined && isPlace(zone) ? zone : timeZone);
  const found = takeDays(today);
  if (found === undefined) return unclear("when");
  if ("uneven" in found) return unclear(found.uneven);
  times ??= takeTimes();
  zone ??= takeZone();
  times ??= takeTimes();
  if (zone !== undefined && !isPlace(zone)) return noZone(zone);
  const at = zone ?? timeZone;
  if ("date" in found) {
    const [only, second] = times ?? [];
    if (!only || second) return unclear("timeOfDate");
    return ruled({ pattern: `${found.date}T${two(only.hour)}:${two(only.minute)}:00`, timeZone: at });
  }
  if (!found.needsTime) return times === undefined ? ruled({ pattern: found.fields, timeZone: at }) : unclear("timeOrEvery");
  if (!times) return unclear("timeOfDay");
  const [first] = times;
  if (times.some(({ minute }) => minute !== first?.minute)) return unclear("minutesDiffer");
  const hours = times.map(({ hour }) => hour).join(",");
  return ruled({ pattern: found.fields.replace("M", String(first?.minute ?? 0)).replace("H", hours), timeZone: at });

  function ruled(rule: Rule): SpokenRule {
    const said = text.trim();
    const words = said.slice(0, said.length - left.length).replace(/(?<![\s,])[\s,]+$/, "");
    return { kind: "rule", rule, words, rest: left.replace(/^[:;–—-]\s*/, "").trim() };
  }
  function takeZone(): string | undefined {
    const spoken = zoneAt(left);
    if (spoken) take(spoken.chars);
    return spoken && (spoken.zone ?? timeZone);
  }
  function takeTimes(): readonly Time[] | undefined {
    const match = TIMES.exec(left) ?? HOUR.exec(left);
    const read = match && (match[1]?.match(new RegExp(String.raw`${TIME}|^\d{1,2}$`, "giu")) ?? []).map(timeOf);
    if (!match || !read || read.some((time) => time === undefined)) return undefined;
    take(match[0].length);
    return read.filter((time) => time !== undefined);
  }
  function takeDays(today: string): Days | undefined {
    for (const { words, read } of KINDS) {
      const match = words.exec(left);
      const days = match && read(match, today);
      if (!days) continue;
      take(match[0].length);
      return days;
    }
    return undefined;
  }
}

const unclear = (kind: Exclude<Unclear["kind"], "noZone">): SpokenRule => ({ kind: "unclear", why: { kind } });
const noZone = (zone: string): SpokenRule => ({ kind: "unclear", why: { kind: "noZone", zone } });

interface Time {
  readonly hour: number;
  readonly minute: number;
}

function timeOf(words: string): Time | undefined {
  const plain = words.toLowerCase();
  if (plain === "noon") return { hour: 12, minute: 0 };
  if (plain === "midnight") return { hour: 0, minute: 0 };
  const [, hours = "", minutes = "0", half] = /^(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm|o'clock)?$/.exec(plain) ?? [];
  const isHalf = half === "am" || half === "pm";
  const minute = Number(minutes);
  const given = Number(hours);
  if (hours === "" || minute > 59 || given > 23 || (isHalf && (given < 1 || given > 12))) return undefined;
  return { hour: isHalf ? (given % 12) + (half === "pm" ? 12 : 0) : given, minute };
}

/** Of steps that do not come out even the first of an hour or a day would be another. */
const every = (step: number, of: number, fields: string): Days | undefined =>
  step > 0 && of % step === 0 && step < of ? { fields, needsTime: false } : { uneven: of === 60 ? "unevenMinutes" : "unevenHours" };

const dayOf = (word: string): number => DAYS.findIndex((day) => word.toLowerCase().startsWith(day));
const nameOf = (word: string): string => (DAYS[dayOf(word)] ?? "mon").toUpperCase();
/** A week may be gone round: friday to monday. */
function range(from: number, to: number): string {
  const days: number[] = [];
  for (let day = from; ; day = (day + 1) % 7) {
    days.push(day);
    if (day === to) return days.join(",");
  }
}

const two = (number: number): string => String(number).padStart(2, "0");
const dateIn = (ms: number, timeZone: string): string => new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short" }).format(ms);
const dayAfter = (date: string): string => new Date(Date.parse(`${date}T00:00:00Z`) + 24 * 3_600_000).toISOString().slice(0, 10);
