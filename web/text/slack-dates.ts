/** A date as Slack writes it for whoever reads: `{date_short_pretty} at {time}` of seconds since 1970 (docs.slack.dev, date element). */
export function slackDate(seconds: number, format: string, now = new Date()): string {
  const at = new Date(seconds * 1000);
  return format.replaceAll(/\{([a-z_]+)\}/g, (token, name: string, index: number) => {
    const write = TOKENS[name];
    if (!write) return token;
    const words = write(at, now);
    return index === 0 ? words.charAt(0).toUpperCase() + words.slice(1) : words;
  });
}

const formatted = (options: Intl.DateTimeFormatOptions) => {
  const format = new Intl.DateTimeFormat(undefined, options);
  return (at: Date): string => format.format(at);
};
const LONG = formatted({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const FULL = formatted({ month: "long", day: "numeric", year: "numeric" });
const SHORT = formatted({ month: "short", day: "numeric", year: "numeric" });
const OF_THIS_YEAR = formatted({ weekday: "long", month: "long", day: "numeric" });
const NEAR = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const DAY_MS = 24 * 3_600_000;

/** "today" and its neighbours; nothing for any other day. */
function nearDay(at: Date, now: Date): string | undefined {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  const days = Math.round((midnight(at) - midnight(now)) / DAY_MS);
  return Math.abs(days) <= 1 ? NEAR.format(days, "day") : undefined;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

function ago(at: Date, now: Date): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? (["second", 1] as const);
  return NEAR.format(Math.trunc(seconds / size), unit);
}

const two = (value: number): string => String(value).padStart(2, "0");
const pretty = (otherwise: (at: Date) => string) => (at: Date, now: Date) => nearDay(at, now) ?? otherwise(at);

const TOKENS: { readonly [name: string]: (at: Date, now: Date) => string } = {
  date_num: (at) => `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`,
  date_slash: formatted({ year: "numeric", month: "2-digit", day: "2-digit" }),
  date: FULL,
  date_pretty: pretty(FULL),
  date_short: SHORT,
  date_short_pretty: pretty(SHORT),
  date_long: LONG,
  date_long_full: FULL,
  date_long_pretty: pretty(LONG),
  day_divider_pretty: (at, now) => nearDay(at, now) ?? (at.getFullYear() === now.getFullYear() ? OF_THIS_YEAR(at) : LONG(at)),
  time: formatted({ hour: "numeric", minute: "2-digit" }),
  time_secs: formatted({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};
