import PQueue from "p-queue";
import type { Clock } from "../../engine/clock.ts";
import { tokensOf, type Spent } from "../../engine/limits/usage.ts";
import { totalOf } from "../../engine/limits/spending.ts";
import type { Logs } from "../../store/runs/logs.ts";
import { placeOf } from "../../store/fair-queue.ts";
import type { ThreadSpending } from "../../store/spending.ts";
import { seesWorkspace, type Sight } from "../access.ts";
import type { CostsAnswer, CostsQuery } from "../api/cost-shapes.ts";
import { TooManyRequests } from "../runs/requests.ts";
import { daysOf } from "./days.ts";

/** What was added up is told again that long. */
const KEPT_MS = 10_000;
const KEPT_MAX = 50;
/** A year of a busy workspace is read in a second; so many wait for their turn. */
const WAITING_MAX = 20;
const GROUPS_MAX = 1_000;
/** More colours than these nobody tells apart. */
const PARTS_MAX = 6;

export interface Costs {
  /** What was spent in places that whoever asks may see. Rejects with {@link TooManyRequests}. */
  of(query: CostsQuery, sight: Sight): Promise<CostsAnswer>;
}

/** With the days that are meant. */
type Wanted = CostsQuery & ReturnType<typeof daysOf>;

export function createCosts({ runs }: Pick<Logs, "runs">, clock: Pick<Clock, "now">): Costs {
  const kept = new Map<string, { readonly read: Promise<readonly ThreadSpending[]>; readonly atMs: number }>();
  const queue = new PQueue({ concurrency: 1 });

  function spending({ workspace, by, from, to }: Wanted, places: readonly string[] | undefined) {
    const key = JSON.stringify([workspace, by, from, to, places]);
    const before = kept.get(key);
    if (before && clock.now() - before.atMs < KEPT_MS) return before.read;
    if (queue.size >= WAITING_MAX) throw new TooManyRequests("Much is being added up for others. Try again in a moment.");
    const read = queue.add(() => runs.spending({ workspace, since: from, until: to, by: ["day", by], ...(places ? { places } : {}) }));
    void read.catch(() => kept.delete(key));
    kept.delete(key);
    kept.set(key, { read, atMs: clock.now() });
    if (kept.size > KEPT_MAX) kept.delete(kept.keys().next().value ?? "");
    return read;
  }

  return {
    async of(query, sight) {
      const wanted = { ...query, ...daysOf(query, clock) };
      const places = sight.kind === "all" ? undefined : sight.places;
      const found = seesWorkspace(sight, query.workspace) && wanted.from <= wanted.to ? await spending(wanted, places) : [];
      return answerOf(found, wanted, sight);
    },
  };
}

function answerOf(spending: readonly ThreadSpending[], { by, from, to }: Wanted, sight: Sight): CostsAnswer {
  const keyOf = (one: ThreadSpending): string => {
    switch (by) {
      case "person":
        return one.person.id;
      case "place":
        return placeOf(one.thread);
      case "team":
      case "agent":
      case "model":
        return one[by];
    }
  };
  const nameOf = (key: string, of: readonly ThreadSpending[]): string | undefined =>
    by === "person" ? of.at(-1)?.person.name : by === "place" ? sight.names?.get(key) : undefined;
  const groups = [...Map.groupBy(spending, keyOf)]
    .map(([key, of]) => ({ key, name: nameOf(key, of), spent: totalOf(of) }))
    .toSorted(byCost);
  const shown = new Set(groups.slice(0, PARTS_MAX).map(({ key }) => key));
  const days = [...Map.groupBy(spending, ({ day }) => day)].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return {
    from,
    to,
    total: told(totalOf(spending)),
    groups: groups.slice(0, GROUPS_MAX).map(({ key, name, spent }) => ({ key, ...(name === undefined ? {} : { name }), ...told(spent) })),
    more: Math.max(0, groups.length - GROUPS_MAX),
    days: days.map(([day, of]) => ({
      day,
      ...told(totalOf(of)),
      parts: [...Map.groupBy(of, (one) => (shown.has(keyOf(one)) ? keyOf(one) : undefined))].map(([key, ones]) => {
        const { usage } = totalOf(ones);
        return { ...(key === undefined ? {} : { key }), usd: usage.usd, tokens: tokensOf(usage) };
      }),
    })),
  };
}

const byCost = ({ key, spent: one }: Ranked, { key: otherKey, spent: other }: Ranked): number =>
  other.usage.usd - one.usage.usd || tokensOf(other.usage) - tokensOf(one.usage) || (key < otherKey ? -1 : 1);
interface Ranked {
  readonly key: string;
  readonly spent: Spent;
}

function told({ usage, priced }: Spent): CostsAnswer["total"] {
  const { estimated = false, ...counts } = usage;
  return { ...counts, priced, estimated };
}
