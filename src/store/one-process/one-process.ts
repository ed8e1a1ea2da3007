import type { Clock } from "../../engine/clock.ts";
import type { RunEvent } from "../../engine/events/events.ts";
import type { Claim, Dispatch, WorkKind } from "../dispatch.ts";
import { placeOf } from "../fair-queue.ts";
import { createLeisure, type Leisure } from "../leisure.ts";
import { type Commit, type Store, StoreError } from "../store.ts";
import { createFollowers, type Followers } from "./followers.ts";
import { createLocks, type Locks } from "./locks.ts";
import { createReservations, type Reservations } from "./reservations.ts";
import { createTelling, type Telling } from "./telling.ts";
import { type DueRows, WorkQueue } from "./work-queue.ts";

/** What is kept of work that is to be done, by its kind. */
export interface Due {
  /** Threads, and when they are to be worked on. */
  readonly turn: DueRows;
  /** Places with posts that are not yet delivered; without a time: `between` gives all of them for what begins before every time, and else none. */
  readonly post: DueRows;
  /** Lanes with envelopes that are not yet handled; without a time. */
  readonly envelope: DueRows;
}

export interface ProcessParts {
  readonly clock: Clock;
  readonly due: Due;
  /** US dollars that the commits have summed up for an account on a day. */
  readonly spentOn: (workspace: string, account: string, day: string) => number;
}

/** What those who have a store open agree on, where all of them are in one process: it lives in its memory, and ends with it. */
export interface OneProcess {
  readonly leisure: Leisure;
  readonly work: { readonly [kind in WorkKind]: WorkQueue };
  readonly followers: Followers;
  readonly locks: Locks;
  /** By their keys. */
  readonly notes: Telling<string>;
  readonly reservations: Reservations;
  readonly openers: Set<object>;
}

/** Of the slots of those who serve turns, and envelopes. */
export const RESERVED_SHARE = { turn: 0.1, post: 0, envelope: 0.5 } as const;

export function oneProcess({ clock, due, spentOn }: ProcessParts): OneProcess {
  const leisure = createLeisure();
  // Behind what comes in from outside.
  const turn = () => leisure.turn();
  return {
    leisure,
    work: {
      turn: new WorkQueue({ rows: due.turn, clock, placeOf, turn, reservedShare: RESERVED_SHARE.turn }),
      post: new WorkQueue({
        rows: due.post,
        clock,
        placeOf: (key) => key,
        turn: async () => undefined,
        reservedShare: RESERVED_SHARE.post,
      }),
      envelope: new WorkQueue({ rows: due.envelope, clock, placeOf, turn, reservedShare: RESERVED_SHARE.envelope }),
    },
    followers: createFollowers(),
    locks: createLocks(),
    notes: createTelling(),
    reservations: createReservations(spentOn),
    openers: new Set(),
  };
}

/** One of those who have it open. */
export interface Member {
  /** Who is told, waited for and counted: the parts of a store for which nothing is kept. */
  readonly store: Pick<Store, "follow" | "followNotes" | "exclusively" | "reserve" | "callEnded" | "openers" | "leisure">;
  readonly dispatch: Dispatch;
  /** Whether this is still the claim of whoever has that work. */
  holds(kind: WorkKind, claim: Claim): boolean;
  /** To be called when a commit has been made, and before it resolves. `workspace`: of its thread. */
  committed(commit: Commit, made: { readonly workspace: string; readonly events: readonly RunEvent[] }): void;
  /** A post has been delivered, of this kind; or what stood in a log was put anew. */
  changed(thread: string, workspace: string, how: { readonly delivered: string } | { readonly rewritten: true }): void;
  /** Something new is in a lane. */
  received(lane: string, workspace: string): void;
  /** A note has been put. */
  noted(key: string): void;
  /** It goes, and what it had in hand is for the others. */
  leave(): void;
}

export function join({ leisure, work, followers, locks, notes, reservations, openers }: OneProcess): Member {
  const me = {};
  openers.add(me);
  const queues = Object.values(work);
  return {
    store: {
      follow: followers.of(me),
      followNotes: notes.of(me),
      exclusively: locks.of(me),
      ...reservations.of(me),
      openers: () => openers.size,
      leisure,
    },
    dispatch: {
      serve: (kind, options, handler) => work[kind].serve(me, options, handler),
      signal: async (thread, what) => work.turn.signal(thread, what),
      ahead: (workspace) => work.turn.ahead(workspace),
      ...(work.turn.tellsWaiting ? { waitingSince: async () => work.turn.waitingSince() } : {}),
      stop: async () => void (await Promise.all(queues.map((queue) => queue.stop(me)))),
    },
    holds: (kind, claim) => work[kind].holds(claim),
    committed({ thread, wake, posts, settles = [], accounts = [] }, { workspace, events }) {
      // After the costs: nobody sees the money as free that has just been spent.
      reservations.settle(settles);
      if (accounts.length > 0 && settles.length === 0) reservations.spent();
      work.turn.woken(thread, workspace, wake);
      if (posts.length > 0) work.post.woken(placeOf(thread), workspace, "now");
      followers.tell({ thread, workspace, events, posts: posts.length, wakes: wake === "now" }, me);
    },
    changed: (thread, workspace, how) => followers.tell({ thread, workspace, events: [], posts: 0, wakes: false, ...how }, me),
    received: (lane, workspace) => work.envelope.woken(lane, workspace, "now"),
    noted: notes.tell,
    leave() {
      openers.delete(me);
      for (const queue of queues) queue.abandon(me);
      for (const each of [followers, locks, reservations, notes]) each.drop(me);
    },
  };
}

/** The parts of a store for which something is kept. */
export type Kept = Omit<Store, keyof Member["store"] | "writesInOrder" | "standsBack" | "aside" | "close">;

/** Who alone has a store open. */
export interface Alone extends Member {
  /** The whole of it: once it is closed, each call of what is kept rejects with a StoreError. `close`: to be called once, at its end. */
  opened(kept: Kept, close?: () => void | Promise<void>): { readonly store: Store; readonly dispatch: Dispatch };
}

/** For a store that one process opens once at a time: what is needed beside what is kept. */
export function inOneProcess(parts: ProcessParts): Alone {
  const member = join(oneProcess(parts));
  return {
    ...member,
    opened(kept, close = () => undefined) {
      let isOpen = true;
      const guarded = Object.entries(kept).map(([name, part]: readonly [string, (...args: never) => Promise<unknown>]) => [
        name,
        async (...args: never) => {
          if (!isOpen) throw new StoreError("the store has been closed.");
          return part(...args);
        },
      ]);
      return {
        store: {
          ...(Object.fromEntries(guarded) as Kept),
          ...member.store,
          async close() {
            if (!isOpen) return;
            isOpen = false;
            member.leave();
            await close();
          },
        },
        dispatch: member.dispatch,
      };
    },
  };
}
