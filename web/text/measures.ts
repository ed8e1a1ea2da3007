/** "1.4 MB" of a number of bytes. */
export function bytes(size: number): string {
  if (!(size >= 0)) return "";
  if (size < 1000) return `${size} B`;
  if (size < 1_000_000) return `${(size / 1000).toFixed(size < 10_000 ? 1 : 0)} kB`;
  return `${(size / 1_000_000).toFixed(1)} MB`;
}

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const WHOLE = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** Slack's ts is seconds and a counter: "1700000000.000100". */
export function dateOf(ts: string): Date {
  const seconds = Number.parseFloat(ts);
  return new Date(Number.isFinite(seconds) ? seconds * 1000 : 0);
}

export const clock = (ts: string): string => CLOCK.format(dateOf(ts));
export const wholeTime = (ts: string): string => WHOLE.format(dateOf(ts));

export function day(ts: string, now = new Date()): string {
  const date = dateOf(ts);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (date.toDateString() === now.toDateString()) return "Today";
  if (date.toDateString() === yesterday.toDateString()) return "Yesterday";
  return DAY.format(date);
}
