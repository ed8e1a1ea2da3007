import { z } from "zod";
import { ALERTS, keyOf, type AlertKind, type Trouble } from "./kinds.ts";

/** One trouble, from when it was first seen until it has been away for a while. */
export interface Incident {
  readonly kind: AlertKind;
  readonly subject: string;
  readonly detail: string;
  readonly sinceMs: number;
  /** It is in a message, which is posted or will be. */
  readonly isTold: boolean;
  /** Since when it has not been seen. */
  readonly goneMs?: number | undefined;
}

/** What all processes know of alerts, in one note. */
export interface Incidents {
  readonly open: readonly Incident[];
  /** When the messages of the last hour were made. */
  readonly toldMs: readonly number[];
  /** Made, and not known to be posted: it comes before any other. */
  readonly telling?: Telling | undefined;
}

export interface Telling {
  readonly id: string;
  readonly text: string;
  /** When it was made, so that an earlier try is found. */
  readonly atMs: number;
  /** The last try failed with this code, then; `isSure`: and it is not there. */
  readonly refused?: { readonly code: string; readonly atMs: number; readonly isSure: boolean } | undefined;
}

export interface News {
  readonly began: readonly Incident[];
  readonly ended: readonly (Incident & { readonly goneMs: number })[];
}

/** Seen for so long before it is told: what passes by itself within a minute is nobody's business. */
const HOLD_MS = 60_000;
/** Where what is seen has lasted already, or comes but once. */
const AT_ONCE: ReadonlySet<AlertKind> = new Set(["process-gone", "provider-down", "events-dropped", "spending-jump", "budget-near"]);
/** Away for so long before its end is told: what comes and goes is one incident. */
export const CALM_MS = 120_000;
/** More are held back until there is room, and told in one. */
export const MESSAGES_PER_HOUR_MAX = 10;
/** What nobody sees an end of, such as of a workspace that is gone, is forgotten. */
const OPEN_MAX = 200;
const HOUR_MS = 3_600_000;

export const NOTHING: Incidents = { open: [], toldMs: [] };

/** The incidents after a look at what is so now, and what is to be told of them. Nothing is new while a message is not posted, and while there were too many. */
export function advance(
  before: Incidents,
  troubles: readonly Trouble[],
  nowMs: number,
): { readonly after: Incidents; readonly news: News | undefined } {
  const seen = new Map(troubles.map((trouble) => [keyOf(trouble), trouble]));
  const known = before.open.flatMap((incident): Incident[] => {
    const trouble = seen.get(keyOf(incident));
    if (trouble) return [{ ...incident, goneMs: undefined, ...(incident.isTold ? {} : { detail: trouble.detail }) }];
    // Gone before anybody was told.
    return incident.isTold ? [{ ...incident, goneMs: incident.goneMs ?? nowMs }] : [];
  });
  const keys = new Set(known.map(keyOf));
  const fresh = [...seen.values()]
    .filter((trouble) => !keys.has(keyOf(trouble)))
    // A clock that is ahead makes nothing young.
    .map(({ kind, subject, detail, sinceMs = nowMs }): Incident => ({
      kind,
      subject,
      detail,
      sinceMs: Math.min(sinceMs, nowMs),
      isTold: false,
    }));
  const open = [...known, ...fresh].slice(0, OPEN_MAX);
  const toldMs = before.toldMs.filter((at) => nowMs - at < HOUR_MS);
  const began = open.filter((one) => !one.isTold && (AT_ONCE.has(one.kind) || nowMs - one.sinceMs >= HOLD_MS));
  const ended = open.flatMap((one) => (one.goneMs !== undefined && nowMs - one.goneMs >= CALM_MS ? [{ ...one, goneMs: one.goneMs }] : []));
  if (before.telling || toldMs.length >= MESSAGES_PER_HOUR_MAX || began.length + ended.length === 0)
    return { after: { ...before, open, toldMs }, news: undefined };
  const gone = new Set(ended.map(keyOf));
  const told = new Set(began.map(keyOf));
  return {
    after: {
      open: open.filter((one) => !gone.has(keyOf(one))).map((one) => (told.has(keyOf(one)) ? { ...one, isTold: true } : one)),
      toldMs: [...toldMs, nowMs],
    },
    news: { began, ended },
  };
}

const kind = z.enum(Object.keys(ALERTS) as [AlertKind, ...AlertKind[]]);
const Shape = z.object({
  open: z.array(
    z.object({
      kind,
      subject: z.string(),
      detail: z.string(),
      sinceMs: z.number(),
      isTold: z.boolean(),
      goneMs: z.number().optional(),
    }),
  ),
  toldMs: z.array(z.number()),
  telling: z
    .object({
      id: z.string(),
      text: z.string(),
      atMs: z.number(),
      refused: z.object({ code: z.string(), atMs: z.number(), isSure: z.boolean() }).optional(),
    })
    .optional(),
});

/** As it stands in the note; anew where another version has written what this one does not know. */
export function readIncidents(noted: string | undefined): Incidents {
  if (!noted) return NOTHING;
  try {
    return Shape.parse(JSON.parse(noted));
  } catch {
    return NOTHING;
  }
}
