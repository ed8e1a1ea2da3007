import { randomUUID } from "node:crypto";
import type { Clock } from "../engine/clock.ts";
import { createLeader } from "../runner/leader.ts";
import { editNote } from "../store/notes.ts";
import type { Store } from "../store/store.ts";
import { advance, readIncidents, type Incidents, type Telling } from "./incidents.ts";
import { lasting, messageOf } from "./message.ts";
import { createRollCall, readRoll, troublesIn, type Roll } from "./roll.ts";
import type { Trouble } from "./kinds.ts";
import type { SeenHere } from "./watch/seen-here.ts";

/** What became of a message: it is there; Slack says no; or nobody can tell, and it is looked for at the next try. */
export type PostedAlert = { readonly kind: "posted" } | { readonly kind: "refused" | "unknown"; readonly code: string };

export interface AlertsParts {
  readonly store: Pick<Store, "note" | "swapNote" | "exclusively">;
  readonly clock: Clock;
  /** This process among those of a fleet, for people: its role, and where it is. */
  readonly name: string;
  readonly seen: SeenHere;
  /** What only this process can look at, before each beat: is the engine there, is there room on its disk. */
  readonly looks: readonly (() => Promise<void>)[];
  /** What one of all looks at for all. Made each time that this one comes to do it. */
  readonly overlook: () => readonly (() => Promise<readonly Trouble[]>)[];
  /** Posts once: `triedSince` says when an earlier try may have done so. */
  readonly post: (message: { readonly id: string; readonly text: string; readonly triedSince: number | undefined }) => Promise<PostedAlert>;
  /** Where the runbook is on the web; its name in the repository is told where it is absent. */
  readonly runbook: string | undefined;
  readonly log: (problem: string, error?: unknown) => void;
}

export interface Alerts {
  start(): void;
  /** Says goodbye, so that nobody takes this one for lost. Before the store is closed. */
  close(): Promise<void>;
}

export const BEAT_MS = 30_000;
export const ROLL_NOTE = "alerts/processes";
export const INCIDENTS_NOTE = "alerts/incidents";
/** A channel that does not take it may by then; whoever mends it waits no longer. */
const REFUSED_AGAIN_MS = 5 * 60_000;
/** So many beats that could not be written: the database is away, and not only slow once. */
const BEATS_LOST = 2;
/**
 * Who has told of others so lately tells of the database too, when it cannot be said there who is to. A server that is gone without a word has two beats
 * wait for their answers first, half a minute each.
 */
const HAS_LED_MS = 180_000;
const GOODBYE_MS_MAX = 1_500;

/**
 * Tells whoever runs Parley, in a channel of theirs, what is not as it should be, once, and when it is over. Each process says in the store
 * that it is there and what it sees; one of all looks at what all see, and posts. What is told and what was posted is in the store too, so that
 * another one goes on with it.
 */
export function createAlerts(parts: AlertsParts): Alerts {
  const { store, clock, name, seen, log } = parts;
  const me = randomUUID();
  const startedMs = clock.now();
  const closing = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  let lost = 0;
  let away: { readonly sinceMs: number; readonly id: string; isTold: boolean; backMs?: number } | undefined;
  let ledMs: number | undefined;
  let isLeading = false;
  let refused: string | undefined;

  async function beat(): Promise<void> {
    for (const look of parts.looks) await look().catch((error: unknown) => log("what alerts are made of could not be looked at", error));
    try {
      await editNote(store, ROLL_NOTE, (noted) => {
        const entry = { name, startedMs, beatMs: clock.now(), troubles: seen.now() };
        return JSON.stringify({ ...readRoll(noted), [me]: entry } satisfies Roll);
      });
      lost = 0;
    } catch {
      lost++;
    }
    if (lost >= BEATS_LOST) await tellAway();
    else if (lost === 0 && away) await tellBack();
  }

  /** Nothing can be written down: whoever told of all others until now says so, once, and remembers it itself. */
  async function tellAway(): Promise<void> {
    away ??= { sinceMs: clock.now() - BEAT_MS * (BEATS_LOST - 1), id: `alert/${randomUUID()}`, isTold: false };
    if (away.isTold || !(isLeading || (ledMs !== undefined && clock.now() - ledMs < HAS_LED_MS))) return;
    const trouble = {
      kind: "store-away",
      subject: name,
      detail: `${lost} tries in a row have failed.`,
      sinceMs: away.sinceMs,
      isTold: true,
    } as const;
    const { kind } = await parts.post({
      id: away.id,
      text: messageOf({ began: [trouble], ended: [] }, parts.runbook),
      triedSince: away.sinceMs,
    });
    away.isTold = kind === "posted";
  }

  async function tellBack(): Promise<void> {
    if (!away) return;
    const { sinceMs, isTold, backMs: triedSince } = away;
    const goneMs = (away.backMs ??= clock.now());
    if (triedSince === undefined) log(`the database could not be written for ${lasting(goneMs - sinceMs)}; it can be again`);
    const over = { kind: "store-away", subject: name, detail: "", sinceMs, isTold: true, goneMs } as const;
    const text = messageOf({ began: [], ended: [over] }, parts.runbook);
    if (isTold && (await parts.post({ id: `${away.id}/over`, text, triedSince })).kind !== "posted") return;
    away = undefined;
  }

  async function keepBeating(): Promise<void> {
    while (!closing.signal.aborted) {
      // Nobody else is there to tell of it, and the next one may go better.
      await beat().catch((error: unknown) => log("a beat of the alerts could not be ended", error));
      await clock.sleep(BEAT_MS, closing.signal);
    }
  }

  /** What all see, and what one sees for all. */
  async function lookOver(
    looks: readonly (() => Promise<readonly Trouble[]>)[],
    rollCall: ReturnType<typeof createRollCall>,
  ): Promise<readonly Trouble[]> {
    let roll: Roll = {};
    await editNote(store, ROLL_NOTE, (noted) => {
      const before = readRoll(noted);
      roll = rollCall.look(before, clock.now());
      return noted === undefined || JSON.stringify(roll) === JSON.stringify(before) ? undefined : JSON.stringify(roll);
    });
    const found = await Promise.all(
      looks.map((look) =>
        look().catch((error: unknown): readonly Trouble[] => {
          log("what alerts are made of could not be looked at", error);
          return [];
        }),
      ),
    );
    return [...troublesIn(roll), ...found.flat()];
  }

  async function tell(noted: string | undefined, incidents: Incidents, telling: Telling, triedSince: number | undefined): Promise<void> {
    const posted = await parts.post({ id: telling.id, text: telling.text, triedSince });
    if (posted.kind === "posted") {
      refused = undefined;
      await store.swapNote(INCIDENTS_NOTE, noted, JSON.stringify({ ...incidents, telling: undefined }));
      return;
    }
    if (refused !== posted.code)
      log(
        `an alert could not be posted (${posted.code}); it is tried again every ${REFUSED_AGAIN_MS / 60_000} min. parley doctor says what the channel lacks`,
      );
    refused = posted.code;
    const after = {
      ...incidents,
      telling: { ...telling, refused: { code: posted.code, atMs: clock.now(), isSure: posted.kind === "refused" } },
    };
    await store.swapNote(INCIDENTS_NOTE, noted, JSON.stringify(after));
  }

  /** Nothing is posted that is not written down before: who takes over finds it, and looks whether it is there. */
  async function once(looks: readonly (() => Promise<readonly Trouble[]>)[], rollCall: ReturnType<typeof createRollCall>): Promise<void> {
    // Who cannot say that they are there are not gone: a full disk can still be read.
    if (lost > 0) return;
    const troubles = await lookOver(looks, rollCall);
    const noted = await store.note(INCIDENTS_NOTE);
    const before = readIncidents(noted);
    const { after, news } = advance(before, troubles, clock.now());
    if (news) {
      const telling: Telling = { id: `alert/${randomUUID()}`, text: messageOf(news, parts.runbook), atMs: clock.now() };
      const wanted = JSON.stringify({ ...after, telling });
      if (await store.swapNote(INCIDENTS_NOTE, noted, wanted)) await tell(wanted, after, telling, undefined);
      return;
    }
    const wanted = JSON.stringify(after);
    if (wanted !== noted && !(noted === undefined && after.open.length === 0) && !(await store.swapNote(INCIDENTS_NOTE, noted, wanted)))
      return;
    const { telling } = after;
    if (!telling || (telling.refused && clock.now() - telling.refused.atMs < REFUSED_AGAIN_MS)) return;
    await tell(wanted, after, telling, telling.refused?.isSure ? undefined : telling.atMs);
  }

  const leader = createLeader({
    // Also where this one stands back: if the newer ones do not come up, nobody else would tell.
    store: { exclusively: (key, job) => store.exclusively(key, job) },
    key: "alerts",
    clock,
    log,
    create: () => {
      const rollCall = createRollCall();
      const looks = parts.overlook();
      const over = new AbortController();
      let looking: Promise<void> = Promise.resolve();
      return {
        start() {
          isLeading = true;
          looking = (async () => {
            while (!over.signal.aborted) {
              await clock.sleep(BEAT_MS, over.signal);
              if (over.signal.aborted) return;
              ledMs = clock.now();
              await once(looks, rollCall).catch((error: unknown) => (away ? undefined : log("alerts could not be looked over", error)));
            }
          })();
        },
        async close() {
          isLeading = false;
          over.abort();
          await looking;
        },
      };
    },
  });

  /** A post that Slack is slow to take is looked for by whoever comes next; an end has ten seconds. */
  async function within(work: Promise<unknown>): Promise<void> {
    const over = new AbortController();
    await Promise.race([work, clock.sleep(GOODBYE_MS_MAX, over.signal)]);
    over.abort();
  }

  return {
    start() {
      beating = keepBeating();
      leader.start();
    },
    async close() {
      closing.abort();
      await within(Promise.all([leader.close(), beating]));
      const goodbye = editNote(store, ROLL_NOTE, (noted) => {
        const { [me]: here, ...others } = readRoll(noted);
        return here && JSON.stringify(others);
      });
      await within(goodbye.catch(() => undefined));
    },
  };
}
