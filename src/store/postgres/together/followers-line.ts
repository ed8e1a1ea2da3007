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
  /** What a commit of one's own records, by its thread and first number: before it is made. Returns how to take it back. */
  expect(thread: string, from: number, events: readonly RunEvent[]): () => void;
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

export function createFollowersLine(query: Query): FollowersLine {
  const followers = createFollowers();
  const [me, others] = [{}, {}];
  const own = new Map<string, readonly RunEvent[]>();
  let line: { readonly heard: Heard & { readonly change: Told }; readonly done: () => void }[] = [];
  let isTelling = false;
  const keyOf = (thread: string, from: number): string => `${from} ${thread}`;

  /** What others have committed, by thread and first number. Nothing where it cannot be read. */
  async function read(wanted: readonly Extract<Told, { kind: "commit" }>[]): Promise<ReadonlyMap<string, readonly RunEvent[]>> {
    const found = new Map<string, RunEvent[]>();
    if (wanted.length === 0) return found;
    const rows = await query<{ thread: string; from: number; body: string }>(
      `SELECT wanted.thread, wanted.first AS from, body FROM unnest($1::text[], $2::integer[], $3::integer[]) AS wanted (thread, first, count)
        JOIN threads ON threads.name = wanted.thread
        JOIN events ON events.thread = threads.id AND events.seq >= wanted.first AND events.seq < wanted.first + wanted.count
        ORDER BY events.seq`,
      [wanted.map(({ thread }) => thread), wanted.map(({ from }) => from), wanted.map(({ events }) => events)],
    ).catch(() => []);
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
      const foreign = batch.flatMap(({ heard: { change, here } }) =>
        change.kind === "commit" && !here && change.events > 0 ? [change] : [],
      );
      const found = await read(foreign);
      for (const { heard, done } of batch) {
        followers.tell(committedOf(heard, found), heard.here ? me : others);
        done();
      }
    }
    isTelling = false;
  }

  function committedOf({ change, here }: Heard & { readonly change: Told }, found: ReadonlyMap<string, readonly RunEvent[]>) {
    const { thread, workspace } = change;
    const nothing = { thread, workspace, events: [], posts: 0, wakes: false };
    if (change.kind === "delivered") return { ...nothing, delivered: change.post };
    if (change.kind === "rewritten") return { ...nothing, rewritten: true as const };
    const key = keyOf(thread, change.from);
    const events = (here ? own.get(key) : found.get(key)) ?? [];
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
      return () => void own.delete(key);
    },
    close: () => followers.drop(me),
  };
}
