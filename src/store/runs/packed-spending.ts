import type { Spending } from "../../engine/limits/spending.ts";
import type { RunRecord } from "./run-records.ts";

/** Whose spending is, where it is another run's: the one before, behind whose end it came. */
type Of = Pick<Spending, "run" | "team" | "person">;

/** One agent's of one model on one day: `of`, its marks, then its counts in the order of {@link COUNTS}. In one list: two take half as long again to read. */
export type PackedSpending = readonly [day: string, agent: string, model: string, of: Of | 0, marks: number, ...counts: number[]];

const COUNTS = ["calls", "inputTokens", "outputTokens", "cachedTokens", "cacheWriteTokens", "reasoningTokens", "usd"] as const;
const COUNTS_FROM = 5;
const ESTIMATED = 1;
const UNPRICED = 2;

/**
 * The spending of a run that is over as its row keeps it, and adds it up: JSON without the names of the counts, and without what stands in the row.
 * A year of it is read in a fifth of a second, which takes five times as long with all of that.
 */
export function packed({ spending, run, team, startedBy }: Pick<RunRecord, "spending" | "run" | "team" | "startedBy">): string {
  const isOwn = (one: Of) => one.run === run && one.team === team && one.person.id === startedBy.id && one.person.name === startedBy.name;
  return JSON.stringify(
    spending.map((one): PackedSpending => {
      const { day, agent, model, usage, priced, person } = one;
      const marks = (usage.estimated ? ESTIMATED : 0) + (priced ? 0 : UNPRICED);
      return [day, agent, model, isOwn(one) ? 0 : { run: one.run, team: one.team, person }, marks, ...COUNTS.map((count) => usage[count])];
    }),
  );
}

/** Throws for what is no JSON. What was put down at length, as a process of an older version beside does, tells of no model. */
export function unpacked(spending: string): readonly PackedSpending[] {
  return (JSON.parse(spending) as readonly (PackedSpending | Omit<Spending, "model">)[]).map((one) =>
    isPacked(one) ? one : packedOf(one),
  );
}

const isPacked = (one: PackedSpending | Omit<Spending, "model">): one is PackedSpending => Array.isArray(one);

function packedOf({ day, agent, run, team, person, usage, priced }: Omit<Spending, "model">): PackedSpending {
  const marks = (usage.estimated ? ESTIMATED : 0) + (priced ? 0 : UNPRICED);
  return [day, agent, "", { run, team, person }, marks, ...COUNTS.map((count) => usage[count])];
}

/** What several took together. */
export interface Sum {
  marks: number;
  readonly counts: number[];
}

export const sumOf = ([, , , , marks, ...counts]: PackedSpending): Sum => ({ marks, counts });

export function addTo(sum: Sum, one: PackedSpending): void {
  for (let nth = 0; nth < COUNTS.length; nth++)
    sum.counts[nth] = (sum.counts[nth] ?? 0) + ((one[nth + COUNTS_FROM] as number | undefined) ?? 0);
  sum.marks |= one[4];
}

export function spentOf({ counts, marks }: Sum): Pick<Spending, "usage" | "priced"> {
  const [calls = 0, inputTokens = 0, outputTokens = 0, cachedTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0, usd = 0] = counts;
  const usage = { inputTokens, outputTokens, cachedTokens, cacheWriteTokens, reasoningTokens, usd, calls };
  return { usage: (marks & ESTIMATED) === 0 ? usage : { ...usage, estimated: true }, priced: (marks & UNPRICED) === 0 };
}
