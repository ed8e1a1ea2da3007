import type { RunEvent } from "../../../engine/events/events.ts";
import { createFollowers } from "../../one-process/followers.ts";
import type { Store } from "../../store.ts";
import type { Query } from "../server/connection.ts";
import type { Change } from "./change.ts";
import type { Heard } from "./changes.ts";

type Told = Extract<Change, { kind: "commit" | "delivered" | "rewritten" }>;

/** Tells those who follow the logs, in the order of what was done. */
export interface FollowersLine extends Pick<Store, "follow"> {
  /** Resolves when they have been told of it. `events`: of one's own commit, which need not be read. */
  tell(heard: Heard & { readonly change: Told }): Promise<void>;
  /**
   * What a commit of one's own records, by its thread and first number: before it is made. Returns how to take it back; `doubtful`: its answer was lost, and it may have
   * been made all the same, before another one that begins there.
   */
  expect(thread: string, from: number, events: readonly RunEvent[]): (outcome: "known" | "doubtful") => void;
  close(): void;
}

/** What is no event keeps nobody from being told of the rest: whoever wants it reads it, and finds out. */
function eventOf(body: string): RunEvent | undefined {
  try {
    return JSON.parse(body) as RunEvent;
  } catch {
    return undefined;
  }
}

/** Of others' commits that come together, the events are read together. */
const READ_TOGETHER_MAX = 50;
/**
 * What cannot be read just now, as where a connection has broken, is read again: nobody tells of it a second time, and it may be the last that is told of a run. For
 * longer than it takes to be missed; then who keeps true what is shown looks it all over.
 */
const READ_AGAIN_MS = 500;
const READS_MAX = 40;

export function createFollowersLine(query: Query): FollowersLine {
  const followers = createFollowers();
  const [me, others] = [{}, {}];
  const own = new Map<string, readonly RunEvent[]>();
  const doubtful = new Set<string>();
  let line: { readonly heard: Heard & { readonly change: Told }; readonly done: () => void }[] = [];
  let isTelling = false;
  let isOpen = true;
  const keyOf = (thread: string, from: number): string => `${from} ${thread}`;

  /** What others have committed, by thread and first number. Nothing where it could not be read for long. */
  async function read(wanted: readonly Extract<Told, { kind: "commit" }>[]): Promise<ReadonlyMap<string, readonly RunEvent[]>> {
    const found = new Map<string, RunEvent[]>();
    if (wanted.length === 0) return found;
    const ask = () =>
      query<{ thread: string; from: number; body: string }>(
        `SELECT wanted.thread, wanted.first AS from, body FROM unnest($1::text[], $2::integer[], $3::integer[]) AS wanted (thread, first, count)
        JOIN threads ON threads.name = wanted.thread
        JOIN events ON events.thread = threads.id AND events.seq >= wanted.first AND events.seq < wanted.first + wanted.count
        ORDER BY events.seq`,
        [wanted.map(({ thread }) => thread), wanted.map(({ from }) => from), wanted.map(({ events }) => events)],
      );
    let rows: Awaited<ReturnType<typeof ask>> | undefined;
    for (let tries = 1; !rows; tries++) {
      rows = await ask().catch(() => (isOpen && tries < READS_MAX ? undefined : []));
      if (!rows) await new Promise((resolve) => setTimeout(resolve, READ_AGAIN_MS));
    }
    for (const { thread, from, body } of rows) {
      const key = keyOf(thread, from);
      const event = eventOf(body);
      if (event) found.set(key, [...(found.get(key) ?? []), event]);
    }
    return found;
  }

  async function pump(): Promise<void> {
    if (isTelling) return;
    isTelling = true;
    while (line.length > 0) {
      const batch = line.slice(0, READ_TOGETHER_MAX);
      line = line.slice(batch.length);
      const known = new Map(batch.map(({ heard }) => [heard.id, ownOf(heard)]));
      const unknown = batch.flatMap(({ heard: { id, change } }) =>
        change.kind === "commit" && change.events > 0 && !known.get(id) ? [change] : [],
      );
      const found = await read(unknown);
      for (const { heard, done } of batch) {
        followers.tell(committedOf(heard, known.get(heard.id) ?? found), heard.here ? me : others);
        if (heard.change.kind === "commit") doubtful.delete(keyOf(heard.change.thread, heard.change.from));
        done();
      }
    }
    isTelling = false;
  }

  /** Of one's own commit, unless its answer was lost: then it is not known here that it was made, and is read like another's. */
  function ownOf({ change, here }: Heard & { readonly change: Told }): ReadonlyMap<string, readonly RunEvent[]> | undefined {
    if (change.kind !== "commit" || !here) return undefined;
    const key = keyOf(change.thread, change.from);
    const events = doubtful.has(key) ? undefined : own.get(key);
    return events?.length === change.events ? new Map([[key, events]]) : undefined;
  }

  function committedOf({ change }: Heard & { readonly change: Told }, found: ReadonlyMap<string, readonly RunEvent[]>) {
    const { thread, workspace } = change;
    const nothing = { thread, workspace, events: [], posts: 0, wakes: false };
    if (change.kind === "delivered") return { ...nothing, delivered: change.post };
    if (change.kind === "rewritten") return { ...nothing, rewritten: true as const };
    const events = found.get(keyOf(thread, change.from)) ?? [];
    const told = { thread, workspace, events, posts: change.posts, wakes: change.wakes };
    // What could not be read just now is read by whoever wants it.
    return events.length === change.events ? told : { ...told, rewritten: true as const };
  }

  return {
    follow: followers.of(me),
    tell: (heard) =>
      new Promise((done) => {
        line.push({ heard, done });
        void pump();
      }),
    expect(thread, from, events) {
      const key = keyOf(thread, from);
      own.set(key, events);
      return (outcome) => {
        own.delete(key);
        if (outcome === "doubtful") doubtful.add(key);
      };
    },
    close() {
      isOpen = false;
      followers.drop(me);
    },
  };
}
