import type { EventBody, RunEvent } from "../../engine/events/events.ts";
import { type Commit, StoreError } from "../store.ts";

/** A log is read whole for each turn of its thread, and a Slack message holds 40 KB: what is larger belongs in a file. */
const EVENT_BYTES_MAX = 1024 * 1024;
/** One event makes a handful of messages; more is a loop gone wrong. */
const POSTS_PER_COMMIT_MAX = 200;
/** A commit blocks the event loop while it writes: about 10 ms at this many. */
const EVENTS_PER_COMMIT_MAX = 1_000;
/** Made of ids of the chat service, which are far shorter. */
const THREAD_CHARS_MAX = 512;

/** What a commit records, numbered and timed, and each as JSON. Throws StoreError for what is too large, and RangeError for a post of no event. */
export function recordOf(commit: Commit): { readonly events: readonly RunEvent[]; readonly bodies: readonly string[] } {
  const events: RunEvent[] = commit.events.map((body, index) => ({ ...body, seq: commit.afterSeq + 1 + index, at: commit.at }));
  const bodies = events.map((event) => JSON.stringify(event));
  refuseOversized(commit, bodies);
  return { events, bodies };
}

function refuseOversized({ thread, events, posts }: Commit, bodies: readonly string[]): void {
  if (thread.length > THREAD_CHARS_MAX)
    throw new StoreError(`thread ${thread.slice(0, 60)}…: its name has ${thread.length} characters; at most ${THREAD_CHARS_MAX} are kept.`);
  if (bodies.length > EVENTS_PER_COMMIT_MAX)
    throw new StoreError(
      `thread ${thread}: ${bodies.length} events in one commit; at most ${EVENTS_PER_COMMIT_MAX} go together. Commit them in parts.`,
    );
  if (posts.length > POSTS_PER_COMMIT_MAX)
    throw new StoreError(
      `thread ${thread}: ${posts.length} posts in one commit; at most ${POSTS_PER_COMMIT_MAX} go together. Post less for an event, or put the rest in a file.`,
    );
  const missing = posts.find((post) => !(post.event in events));
  if (missing) throw new RangeError(`thread ${thread}: a post is for event ${missing.event} of a commit with ${events.length}`);
  bodies.forEach((body, index) => {
    const bytes = Buffer.byteLength(body);
    if (bytes > EVENT_BYTES_MAX)
      throw new StoreError(
        `thread ${thread}: a ${events[index]?.type} event has ${bytes} bytes; at most ${EVENT_BYTES_MAX} are kept. Shorten it, or put the content in a file.`,
      );
  });
}

/** Whether a run is going on after these events: what the log says, kept beside it so that a start need not read every log. */
export function isRunning(events: readonly EventBody[], before: boolean): boolean {
  const last = startOrStop(events);
  return last ? last.type === "run.started" : before;
}

/** The last of these with which a run begins or ends. */
export const startOrStop = (events: readonly EventBody[]): EventBody | undefined =>
  events.findLast(({ type }) => type === "run.started" || type === "run.stopped");

/** Whether the index of runs is to be brought up to date for it: a run ends, or somebody says what they think of one that may be over for long. */
export const isOfIndex = ({ type }: EventBody): boolean => type === "run.stopped" || type === "feedback.given";
