import type { Clock } from "../../engine/clock.ts";
import type { DaysQuery } from "../api/cost-shapes.ts";

const DAY_MS = 86_400_000;
const DAYS = 30;

/** The days that are asked for, UTC; the last 30 up to today when nothing is said. */
export function daysOf(
  { from, to }: Pick<DaysQuery, "from" | "to">,
  { now }: Pick<Clock, "now">,
): { readonly from: string; readonly to: string } {
  const last = to ?? dayAt(now());
  return { from: from ?? dayAt(Date.parse(last) - (DAYS - 1) * DAY_MS), to: last };
}

export const dayAfter = (day: string): string => dayAt(Date.parse(day) + DAY_MS);

const dayAt = (ms: number): string => new Date(ms).toISOString().slice(0, "2026-11-23".length);
