import { setImmediate as eventLoopTurn } from "node:timers/promises";
import type { Person, RunEvent } from "../../engine/events/events.ts";
import { spendingOf } from "../../engine/limits/spending.ts";
import { beginOf, type LastRun } from "../records/last-run.ts";
import type { SpendingWanted, ThreadSpending } from "../spending.ts";
import type { Store } from "../store.ts";
import { addTo, spentOf, sumOf, unpacked, type PackedSpending, type Sum } from "./packed-spending.ts";

/** How what was spent is added up off an index of runs, whatever database it is in. */

/** A run of the index, with what it has spent. */
export interface SpendingRow {
  readonly id: number;
  readonly thread: number;
  readonly place: string;
  readonly run: string;
  readonly team: string;
  readonly starter: string;
  readonly endedAt: string;
  readonly spending: string;
}

/** A thread whose log tells of money behind what is entered of it, or of which nothing is; with the last run that is. */
export interface Tail extends LastRun {
  readonly thread: string;
}

/** Behind what a page begins: the end of the last row, and its id. */
export interface Behind {
  readonly at: string;
  readonly id: number;
}

/** Of one reading, in a database as it is when the reading begins. */
export interface SpendingSource {
  /** The workspaces of which there are runs or logs, but what was imported. */
  workspaces(): Promise<readonly string[]>;
  /** Asked before the first page: what ends from then on is in no page, for it is told as a tail. */
  tails(workspace: string): Promise<readonly Tail[]>;
  /** Rows that end on the first day or later, behind this one, oldest end first: {@link SPENDING_PAGE_ROWS}. */
  page(workspace: string, behind: Behind): Promise<readonly SpendingRow[]>;
  /** How each of these began, as its row shows it, with the names that were learned since. */
  shown(ids: readonly number[]): Promise<ReadonlyMap<number, { readonly thread: string; readonly shown: string }>>;
  /** A text with the names that were learned since. */
  named(thread: string, text: string): Promise<string>;
}

/** Rows of one page: other work goes on between two, for a page takes some milliseconds to add up. */
export const SPENDING_PAGE_ROWS = 2_000;

/**
 * What `readSpending` reads off the logs, of runs that are over off their index, and there added up: what is in no index yet is read, so that it is
 * the same to the cent.
 */
export async function summedSpending(
  source: SpendingSource,
  { load }: Pick<Store, "load">,
  wanted: SpendingWanted,
): Promise<readonly ThreadSpending[]> {
  for (let nth = 1; ; nth++) {
    const { groups, tails } = await readThrough(source, wanted);
    const found = [...(await shownOf(source, groups))];
    // A thread was put anew meanwhile: what its rows told is told by others.
    if (found.length < groups.length && nth < READINGS_MAX) continue;
    for (const tail of tails) found.push(...(await ofTail(tail)));
    return found;
  }

  async function ofTail({ thread, ...last }: Tail): Promise<readonly ThreadSpending[]> {
    const events = await load(thread, last.until ?? 0);
    const shown = last.shown === null ? null : await source.named(thread, last.shown);
    const before: RunEvent | undefined = beginOf({ ...last, shown });
    return spendingOf(before ? [before, ...events] : events)
      .filter(({ day }) => day >= wanted.since && day <= (wanted.until ?? LAST_DAY))
      .map((one) => ({ ...one, thread }));
  }
}

/** Forgetting goes on for a while, and each thread that is put anew may fall into a reading. */
const READINGS_MAX = 5;

async function readThrough(source: SpendingSource, wanted: SpendingWanted) {
  const groups = new Map<string, Group>();
  const tails: Tail[] = [];
  for (const workspace of wanted.workspace === undefined ? await source.workspaces() : [wanted.workspace]) {
    tails.push(...(await source.tails(workspace)));
    for (let behind: Behind | undefined = { at: "", id: 0 }; behind;) {
      const rows = await source.page(workspace, behind);
      addRows(groups, rows, wanted);
      const last = rows.at(-1);
      behind = last && rows.length === SPENDING_PAGE_ROWS ? { at: last.endedAt, id: last.id } : undefined;
      await eventLoopTurn();
    }
  }
  return { groups: [...groups.values()], tails };
}

/** Those of which the row is still there. */
async function shownOf(source: SpendingSource, groups: readonly Group[]): Promise<readonly ThreadSpending[]> {
  const rows = await source.shown([...new Set(groups.map(({ row }) => row))]);
  const found: ThreadSpending[] = [];
  for (const { row, one, run, ...sum } of groups) {
    const [day, agent, model, of] = one;
    const kept = rows.get(row);
    if (!kept) continue;
    const { thread, shown } = kept;
    const whose = of ? await source.named(thread, JSON.stringify(of)) : shown;
    const { team, startedBy, person = startedBy } = JSON.parse(whose) as Shown & { readonly person?: Person };
    found.push({ ...spentOf(sum), run: of ? of.run : run, team, person, agent, model, day, thread });
  }
  return found;
}

const LAST_DAY = "~";

/** Of a run that is entered. */
interface Shown {
  readonly team: string;
  readonly startedBy: Person;
}

/** What is not told apart. All but the sum is the first one's. */
interface Group extends Sum {
  readonly row: number;
  readonly run: string;
  readonly one: PackedSpending;
}

function addRows(groups: Map<string, Group>, rows: readonly SpendingRow[], { since, until = LAST_DAY, by }: SpendingWanted): void {
  const parts = new Set(by);
  for (const { id, thread, place, run, team, starter, spending } of rows) {
    const key = (ofRun: string, ofTeam: string, ofPerson: string) =>
      (parts.has("place") ? `${place}\n` : "") +
      (parts.has("person") ? `${ofPerson}\n` : "") +
      (parts.has("team") ? `${ofTeam}\n` : "") +
      (parts.has("run") ? `${thread} ${ofRun}\n` : "");
    const own = key(run, team, starter);
    for (const one of unpacked(spending)) {
      const [day, agent, model, of] = one;
      if (day < since || day > until) continue;
      const whole =
        (of ? key(of.run, of.team, of.person.id) : own) +
        (parts.has("day") ? `${day}\n` : "") +
        (parts.has("model") ? `${model}\n` : "") +
        (parts.has("agent") ? agent : "");
      const group = groups.get(whole);
      if (group) addTo(group, one);
      else groups.set(whole, { row: id, run, one, ...sumOf(one) });
    }
  }
}
