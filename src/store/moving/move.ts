import { currentRun } from "../../engine/reading/transcript.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { AuditCheck } from "../audit.ts";
import { StoreError } from "../store.ts";
import { IS_OF_PLACE, keyOf, TABLES, type Key, type Row, type Table } from "./tables.ts";

/** The rows of a database, as they are at one instant. */
export interface Source {
  /** For people: where it is. */
  readonly shown: string;
  /** What tells it from another one that was moved to the same place. */
  readonly id: string;
  /** Behind this key, in the order of keys; no more than are moved at once. */
  readonly page: (table: Table, behind: Key | undefined) => Promise<readonly Row[]>;
  readonly count: (table: Table) => Promise<number>;
  /** The largest number that a note of an agent's has had: none is given twice. */
  readonly lastNote: () => Promise<number>;
  readonly audit: () => Promise<AuditCheck>;
  /** Throws StoreError where somebody has written to it since it was opened. */
  readonly refuseChanged: () => Promise<void>;
}

/** Where they go: nobody can take it for a database of Parley's before it is {@link Draft.publish}ed. */
export interface Draft {
  readonly shown: string;
  /** Of which source it has a part, where it has one; and of each table how far. */
  readonly begun: () => Promise<{ readonly from: Begun | undefined; readonly reached: ReadonlyMap<string, Reached> }>;
  readonly begin: (from: Begun) => Promise<void>;
  /** Rows, and how far the table has come with them, in one transaction. */
  readonly put: (table: Table, rows: readonly Row[], reached: Reached) => Promise<void>;
  /** The rows with these keys, in their order; those that are missing are left out. */
  readonly find: (table: Table, keys: readonly Key[]) => Promise<readonly Row[]>;
  readonly count: (table: Table) => Promise<number>;
  readonly audit: () => Promise<AuditCheck>;
  /** It is whole: makes it what stands at the address, where nothing does yet. */
  readonly publish: (more: { readonly lastNote: number }) => Promise<void>;
}

export type Begun = Pick<Source, "shown" | "id">;

export interface Reached {
  readonly behind: Key;
  readonly rows: number;
}

/** What is being done, for whoever waits: of so many rows so many. */
export interface Progress {
  readonly doing: "copy" | "compare";
  readonly table: string;
  readonly rows: number;
  readonly of: number;
}

export interface Moved {
  readonly threads: number;
  readonly events: number;
  /** Of all tables. */
  readonly rows: number;
}

/**
 * Copies every row, from where an earlier move of the same source was broken off; then compares both row by row, folds every log on both sides, reads the
 * audit log's chain through, and only then lets the copy stand at its address. It can be broken off at any moment.
 * @throws StoreError where they differ, or the draft has a part of another source.
 */
export async function move(from: Source, to: Draft, told: (progress: Progress) => void): Promise<Moved> {
  const { from: before, reached } = await to.begun();
  if (before && before.id !== from.id)
    throw new StoreError(
      `${to.shown}: holds a part of another move, from ${before.shown}. Go on with that one, or begin anew with --anew, which throws the part away.`,
    );
  if (!before) await to.begin({ shown: from.shown, id: from.id });
  for (const table of TABLES) await copy(from, to, { table, reached: reached.get(table.name), told });
  const moved = await compare(from, to, told);
  await from.refuseChanged();
  await to.publish({ lastNote: await from.lastNote() });
  return moved;
}

interface Step {
  readonly table: Table;
  readonly told: (progress: Progress) => void;
}

async function copy(from: Source, to: Draft, { table, reached, told }: Step & { readonly reached: Reached | undefined }): Promise<void> {
  const of = await from.count(table);
  let { behind, rows } = reached ?? { behind: undefined, rows: 0 };
  for (;;) {
    const page = await from.page(table, behind);
    const last = page.at(-1);
    if (!last) return;
    behind = keyOf(table, last);
    rows += page.length;
    await to.put(
      table,
      page.filter((row) => isMoved(table, row)),
      { behind, rows },
    );
    told({ doing: "copy", table: table.name, rows, of });
  }
}

const isMoved = (table: Table, row: Row): boolean => table.name !== IS_OF_PLACE.table || row[0] !== IS_OF_PLACE.key;

/** What was copied is what is there: each row, how many there are, what each log comes to, and the chain of the audit log. */
async function compare(from: Source, to: Draft, told: (progress: Progress) => void): Promise<Moved> {
  const counts = new Map<string, number>();
  for (const table of TABLES) counts.set(table.name, await compareTable(from, to, { table, told }));
  const [ours, theirs] = [await from.audit(), await to.audit()];
  if (ours.head !== theirs.head || ours.problems.join("\n") !== theirs.problems.join("\n")) throw differs(from, "the audit log");
  return {
    threads: counts.get("threads") ?? 0,
    events: counts.get("events") ?? 0,
    rows: [...counts.values()].reduce((sum, count) => sum + count, 0),
  };
}

async function compareTable(from: Source, to: Draft, { table, told }: Step): Promise<number> {
  const of = await from.count(table);
  const logs = table.name === "events" ? logsOfBoth(from) : undefined;
  let behind: Key | undefined;
  let [rows, walked] = [0, 0];
  for (;;) {
    const page = await from.page(table, behind);
    const last = page.at(-1);
    if (!last) break;
    behind = keyOf(table, last);
    walked += page.length;
    const moved = page.filter((row) => isMoved(table, row));
    const found = await to.find(
      table,
      moved.map((row) => keyOf(table, row)),
    );
    rows += moved.length;
    for (const [index, row] of moved.entries()) {
      const other = found[index];
      if (!other || !isSame(row, other)) throw differs(from, `${table.name} ${keyOf(table, row).join(" ")}`);
      logs?.add(row, other);
    }
    told({ doing: "compare", table: table.name, rows: walked, of });
  }
  logs?.end();
  if ((await to.count(table)) !== rows) throw differs(from, `how many ${table.name} there are`);
  return rows;
}

const differs = (from: Source, what: string): StoreError =>
  new StoreError(
    `${from.shown}: ${what} is not what was copied: it was changed since this move began. See that nothing runs on it, and begin anew with --anew.`,
  );

const isSame = (one: Row, other: Row): boolean =>
  one.every((value, index) => {
    const its = other[index];
    return value instanceof Uint8Array && its instanceof Uint8Array ? Buffer.compare(value, its) === 0 : value === its;
  });

/** Folds each log on either side, once all of its events are there. */
function logsOfBoth(from: Source) {
  let thread: Row[number] | undefined;
  let [own, others]: [string[], string[]] = [[], []];
  const end = (): void => {
    if (own.length > 0 && folded(own) !== folded(others)) throw differs(from, `what the log of thread ${String(thread)} comes to`);
    [own, others] = [[], []];
  };
  return {
    end,
    add([of = null, , body]: Row, [, , other]: Row): void {
      if (of !== thread) end();
      thread = of;
      own.push(String(body));
      others.push(String(other));
    },
  };
}

/** What a log comes to; of one that cannot be folded, why. */
function folded(bodies: readonly string[]): string {
  try {
    return JSON.stringify(currentRun({ events: bodies.map((body) => JSON.parse(body) as RunEvent) }));
  } catch (error) {
    return `cannot be folded: ${String(error)}`;
  }
}
