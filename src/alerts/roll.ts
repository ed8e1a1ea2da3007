import { z } from "zod";
import { ALERTS, keyOf, type AlertKind, type Trouble } from "./kinds.ts";

/**
 * The processes that say that they are there, in one note, with what each sees: by what is said there the one who tells knows what all see, and that one
 * has gone without a goodbye. Times in it are of the clocks of those who wrote them.
 */
export type Roll = { readonly [process: string]: Entry };

export interface Entry {
  /** For people: `worker on host-a`. */
  readonly name: string;
  readonly startedMs: number;
  readonly beatMs: number;
  readonly troubles: readonly (Trouble & { readonly sinceMs: number })[];
  /** When it was found to be gone, by the clock of whoever found it. */
  readonly goneMs?: number | undefined;
}

/** A host that hangs for a moment, or a database that is slow, makes nobody gone: so many looks in a row, half a minute each. */
const SILENT_LOOKS_MAX = 4;
/** Told at least for so long, also where another has taken its place. */
const GONE_MS_MIN = 60_000;
/** Nobody has come in its place: it was meant so. */
const GONE_MS_MAX = 24 * 3_600_000;
/** A fleet is tens of processes; more entries than this are what a crash loop leaves. */
const ENTRIES_MAX = 300;
/** What one process may see at once. */
export const TROUBLES_MAX = 20;
/** A restart in place is later than the last word of the one before; clocks of two hosts are apart by less. */
const CLOCKS_APART_MS = 60_000;

/** Of one who looks again and again: which are silent is counted by its own looks, whatever clocks say. */
export interface RollCall {
  /** The roll with those that have gone marked, and without those of whom all has been told. */
  look(roll: Roll, nowMs: number): Roll;
}

export function createRollCall(): RollCall {
  const silent = new Map<string, { readonly beatMs: number; readonly looks: number }>();
  return {
    look(roll, nowMs) {
      for (const process of silent.keys()) if (!(process in roll)) silent.delete(process);
      return Object.fromEntries(
        Object.entries(roll)
          .map(([process, entry]): readonly [string, Entry] => {
            if (entry.goneMs !== undefined) return [process, entry];
            const before = silent.get(process);
            const looks = before?.beatMs === entry.beatMs ? before.looks + 1 : 0;
            silent.set(process, { beatMs: entry.beatMs, looks });
            return [process, looks >= SILENT_LOOKS_MAX ? { ...entry, troubles: [], goneMs: nowMs } : entry];
          })
          .filter(([, entry]) => entry.goneMs === undefined || isStillTold(entry, roll, nowMs)),
      );
    },
  };
}

function isStillTold(entry: Entry & { readonly goneMs?: number | undefined }, roll: Roll, nowMs: number): boolean {
  const goneForMs = nowMs - (entry.goneMs ?? nowMs);
  return goneForMs < GONE_MS_MIN || (goneForMs < GONE_MS_MAX && !successorOf(entry, roll));
}

/** One of the same role that has come since. */
const successorOf = (gone: Entry, roll: Roll): Entry | undefined =>
  Object.values(roll).find(
    (one) =>
      one.goneMs === undefined &&
      roleOf(one) === roleOf(gone) &&
      one.startedMs > gone.beatMs - CLOCKS_APART_MS &&
      one.startedMs > gone.startedMs,
  );

const roleOf = ({ name }: Entry): string => name.split(" ")[0] ?? "";

/** What all of them see, each once, with who sees it; and who has gone. */
export function troublesIn(roll: Roll): readonly Trouble[] {
  const seen = new Map<string, { readonly trouble: Trouble; readonly by: string[]; readonly sinceMs: number }>();
  for (const { name, troubles } of Object.values(roll))
    for (const trouble of troubles) {
      const before = seen.get(keyOf(trouble));
      before?.by.push(name);
      const sinceMs = Math.min(before?.sinceMs ?? Infinity, trouble.sinceMs);
      seen.set(keyOf(trouble), { trouble: before?.trouble ?? trouble, by: before?.by ?? [name], sinceMs });
    }
  const gone = Object.values(roll).flatMap((entry): Trouble[] => {
    if (entry.goneMs === undefined) return [];
    const others = Object.values(roll).filter((one) => one.goneMs === undefined);
    const detail = `Its last word is of ${new Date(entry.beatMs).toISOString().slice(11, 19)} UTC. ${
      successorOf(entry, roll)
        ? "Another one of its role has started since."
        : `There are ${others.length} left: ${others.map(({ name }) => name).join(", ") || "none"}.`
    }`;
    return [{ kind: "process-gone", subject: entry.name, detail, sinceMs: entry.goneMs }];
  });
  return [
    ...gone,
    ...[...seen.values()].map(({ trouble, by, sinceMs }) => ({
      ...trouble,
      sinceMs,
      detail: `${trouble.detail} Seen by: ${by.toSorted().slice(0, BY_MAX).join(", ")}${by.length > BY_MAX ? ` and ${by.length - BY_MAX} more` : ""}.`,
    })),
  ];
}

const BY_MAX = 6;

const Shape = z.record(
  z.string(),
  z.object({
    name: z.string(),
    startedMs: z.number(),
    beatMs: z.number(),
    goneMs: z.number().optional(),
    troubles: z
      .array(
        z.object({
          kind: z.enum(Object.keys(ALERTS) as [AlertKind, ...AlertKind[]]),
          subject: z.string(),
          detail: z.string(),
          sinceMs: z.number(),
        }),
      )
      // A newer version may see what this one has no words for.
      .catch([]),
  }),
);

export function readRoll(noted: string | undefined): Roll {
  if (!noted) return {};
  try {
    return Object.fromEntries(Object.entries(Shape.parse(JSON.parse(noted))).slice(-ENTRIES_MAX));
  } catch {
    return {};
  }
}
