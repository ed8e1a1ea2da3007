import type { Clock } from "../../../engine/clock.ts";
import type { Presence } from "../../../engine/role.ts";
import type { Dispatch, WorkKind } from "../../dispatch.ts";
import { placeOf } from "../../fair-queue.ts";
import { createLeisure, type Leisure } from "../../leisure.ts";
import { createTelling, type Telling } from "../../one-process/telling.ts";
import { RESERVED_SHARE } from "../../one-process/one-process.ts";
import type { AuditTold } from "../../audit.ts";
import type { Peers } from "../../own-store.ts";
import type { SettingChanged } from "../../settings.ts";
import { StoreError } from "../../store.ts";
import type { Connection } from "../server/connection.ts";
import { createAge, type Age } from "./age.ts";
import type { Change } from "./change.ts";
import { openChanges, type Changes, type Heard } from "./changes.ts";
import { createClaims, forgetFailures } from "./claims.ts";
import { createFollowersLine, type FollowersLine } from "./followers-line.ts";
import { createLocks, type Locks } from "./locks.ts";
import { joinOpeners, type Membership } from "./membership.ts";
import { tellAllAnew } from "./read-anew.ts";
import { createReservations, type Reservations } from "./reservations.ts";
import { createWorkQueue, type WorkQueue } from "./work-queue.ts";

/** What the processes that have a database open agree on, as one of them has it. */
export interface Together {
  readonly age: Age;
  readonly changes: Changes;
  readonly dispatch: Dispatch;
  readonly leisure: Leisure;
  readonly followers: FollowersLine;
  readonly locks: Locks;
  readonly reservations: Reservations;
  readonly notes: Told<string>;
  readonly settings: Told<SettingChanged>;
  /** By the workspace of what was put. */
  readonly schedules: Told<string>;
  readonly audit: Told<AuditTold>;
  readonly openers: (doing?: "turns") => number;
  readonly stillHere: () => Promise<void>;
  readonly standsBack: AbortSignal;
  readonly peers: Peers;
  /** Resolves when all that was begun here has been answered, and all that was told has been heard: then nothing moves by itself but with time. */
  readonly settled: () => Promise<void>;
  /** It goes: all that it has in hand is for the others. */
  readonly leave: () => Promise<void>;
}

type Told<Item> = ReturnType<Telling<Item>["of"]>;

/** `known`: as many steps of the schema as this program has. */
export async function workTogether(
  connection: Connection,
  { clock, role, known }: { readonly clock: Clock; readonly role: Presence; readonly known: number },
): Promise<Together> {
  const { query } = connection;
  const leisure = createLeisure();
  const me = {};
  const [notes, settings, schedules, audit] = [
    createTelling<string>(),
    createTelling<SettingChanged>(),
    createTelling<string>(),
    createTelling<AuditTold>(),
  ];
  const followers = createFollowersLine(query);
  let membership: Membership | undefined;
  const member = (): Membership => {
    if (!membership) throw new Error("nothing is held before one is a member");
    return membership;
  };

  const changes = await openChanges(connection, {
    hear,
    async missed() {
      lookAtAll();
      await membership?.count();
      await tellAllAnew(query, (change) => void hear({ id: 0, change, here: false }));
    },
  });
  const standingBack = new AbortController();
  const age = createAge({
    shown: connection.shown,
    known,
    tooOld(error) {
      queues.some((queue) => queue.tell(error));
      standingBack.abort();
    },
  });
  const held = { changes, membership: member, age };
  const locks = createLocks(connection, held);
  const reservations = createReservations(connection, held);
  const claims = createClaims(connection, held);
  const turn = () => leisure.turn();
  const left = () => changes.tell({ kind: "look" });
  const queueOf = (kind: WorkKind): WorkQueue =>
    createWorkQueue({
      kind,
      claims,
      clock,
      placeOf: kind === "post" ? (key) => key : placeOf,
      turn: kind === "post" ? async () => undefined : turn,
      reservedShare: RESERVED_SHARE[kind],
      left,
    });
  const work: { readonly [kind in WorkKind]: WorkQueue } = { turn: queueOf("turn"), post: queueOf("post"), envelope: queueOf("envelope") };
  const queues = Object.values(work);

  /** What others wait for is dealt with at once; those who follow logs are told in their order. */
  function hear(heard: Heard): Promise<void> | undefined {
    const { change } = heard;
    if (change.kind === "commit") {
      const { thread, workspace, wake, posts, money } = change;
      if (wake !== undefined) work.turn.woken(thread, workspace, wake);
      if (posts > 0) work.post.woken(placeOf(thread), workspace, clock.now());
      if (money) reservations.look(workspace);
    }
    if (change.kind === "commit" || change.kind === "delivered" || change.kind === "rewritten") return followers.tell({ ...heard, change });
    if (change.kind === "openers") {
      lookAtAll();
      return membership?.count().catch(() => undefined);
    }
    hearNow(change);
    return undefined;
  }

  function hearNow(change: Change): void {
    switch (change.kind) {
      case "received":
        return work.envelope.woken(change.lane, change.workspace, clock.now());
      case "work":
        return work[change.of].woken(change.key, change.workspace, change.at);
      case "look":
        return lookAtAll();
      case "signal":
        return work.turn.signal(change.thread, change.what);
      case "note":
        return notes.tell(change.key);
      case "lock":
        return locks.look(change.key);
      case "money":
        return reservations.look(change.workspace);
      case "setting": {
        const { workspace, name } = change;
        return settings.tell(workspace === undefined || name === undefined ? {} : { workspace, name });
      }
      case "schedule":
        return schedules.tell(change.workspace);
      case "audit":
        return audit.tell(change.told);
      default:
        // A mark, and what a newer Parley tells that this one does not know.
        return undefined;
    }
  }

  /** Somebody has come, gone or stopped: what that one had or left is there to be taken. */
  function lookAtAll(): void {
    for (const queue of queues) queue.look();
    locks.look();
    reservations.look();
  }

  membership = await joinOpeners(connection, {
    changes,
    role,
    gone: forgetFailures,
    lost(why) {
      queues.some((queue) => queue.tell(why));
      for (const queue of queues) queue.lost();
      locks.lost();
    },
    beat() {
      // What went by while nobody listened, and who waits for somebody that has gone without a word.
      void changes.poll().catch(() => undefined);
      void age.read(query).catch(() => undefined);
      locks.look();
    },
  }).catch(async (error: unknown) => {
    await changes.close();
    throw error;
  });

  return {
    age,
    changes,
    leisure,
    followers,
    locks,
    reservations,
    notes: notes.of(me),
    settings: settings.of(me),
    schedules: schedules.of(me),
    audit: audit.of(me),
    openers: (doing) => member().openers(doing),
    stillHere: () => member().stillHere(),
    standsBack: standingBack.signal,
    peers: { me: membership.name, living: () => member().living() },
    dispatch: {
      serve: (kind, options, handler) => work[kind].serve(options, handler),
      signal: (thread, what) => changes.tell({ kind: "signal", thread, what }),
      ahead: (workspace) => work.turn.ahead(workspace),
      waitingSince: () => claims.waitingSince(clock.now()),
      stop: async () => void (await Promise.all(queues.map((queue) => queue.stop()))),
    },
    async settled() {
      const moved = () => connection.load().done + changes.count();
      const isBusy = () => connection.load().underWay > 0 || leisure.isBusy() || queues.some((queue) => queue.isBusy());
      for (let isCalm = false; !isCalm;) {
        for (let turns = 0; turns < 4 || isBusy(); turns++) await new Promise((resolve) => setImmediate(resolve));
        const before = moved();
        await changes.tell({ kind: "mark" });
        // The mark is said and heard.
        isCalm = moved() <= before + 2 && !isBusy();
      }
    },
    async leave() {
      for (const queue of queues) queue.abandon();
      locks.close(new StoreError(`${connection.shown}: the database has been closed.`));
      reservations.close();
      followers.close();
      for (const each of [notes, settings, schedules, audit]) each.drop(me);
      await member()
        .leave()
        .catch(() => undefined);
      await changes.close();
    },
  };
}
