import type { Post, Store } from "../../store/store.ts";
import type { CallFailure } from "../api/api-errors.ts";
import type { Bucket } from "../api/pacer.ts";
import type { Rendered } from "../words/blocks.ts";
import type { Place } from "../words/place.ts";
import type { Form } from "./message-forms.ts";

/** One post on its way into Slack, over all its tries. */
export interface Sending {
  readonly post: Post;
  readonly place: Place;
  readonly signal: AbortSignal;
  form: Form;
  /** Slack takes it in no form; what is tried now says that something is missing here. */
  gaveUp: boolean;
  /** When the first try began. */
  since: string | undefined;
  /** Of our ids, those that are known to be in the thread. */
  readonly posted: Map<string, string>;
  /** It is on the disk that it is being sent, and it is its time: what it says may be read, and goes out at once. */
  mayLeave: boolean;
  /** The id that was tried last: the post's own, or that of a piece. */
  wanted: string;
  /** How often Slack has said no in a word that nobody knows, and what follows when that was a refusal. */
  doubts: number;
  otherwise?: Refused | undefined;
}

/** What became of a try. */
export type Sent =
  /** `ends`: the event of the run's end, where the message tells that too. */
  | { readonly kind: "posted"; readonly receipt: string; readonly rendered: Rendered | undefined; readonly ends?: number | undefined }
  | Refused
  /** The bucket knows how long to wait. `mayBeThere`: an earlier try is still to be looked for. */
  | { readonly kind: "limited"; readonly mayBeThere: boolean }
  | { readonly kind: "unknown" }
  /** A no that cannot be relied on: looked for, tried again, and taken for one when it comes again and again. */
  | { readonly kind: "doubtful"; readonly otherwise: Refused }
  | { readonly kind: "gone" | "held"; readonly code: string };

/** What follows from a no to this form. */
export type Refused = { readonly kind: "next-form"; readonly form: Form } | { readonly kind: "refused"; readonly code: string };

/** Tries of a message that Slack refuses in a word without a meaning; each is looked for, and the last is believed. */
const DOUBTS_MAX = 3;

/** It is not there, and was refused often enough. */
export function sureOf({ doubts, otherwise }: Sending): Refused | undefined {
  return doubts >= DOUBTS_MAX ? otherwise : undefined;
}

export function ended(failure: CallFailure, bucket: Bucket, refused: Refused): Sent {
  if (failure.kind === "undocumented") return { kind: "doubtful", otherwise: refused };
  return stops(failure, bucket, { mayBeThere: false }) ?? refused;
}

/** The failures that no other form of the message would mend. */
export function stops(failure: CallFailure, bucket: Bucket, { mayBeThere }: { readonly mayBeThere: boolean }): Sent | undefined {
  switch (failure.kind) {
    case "limited":
      bucket.delay(failure.retryAfterMs);
      return { kind: "limited", mayBeThere };
    case "ambiguous":
      return { kind: "unknown" };
    case "gone":
      return { kind: "gone", code: failure.code };
    case "auth":
      return { kind: "held", code: failure.code };
    case "too-long":
    case "blocks":
    case "unavailable":
    case "undocumented":
    case "refused":
      return undefined;
  }
}

/** Kinds whose words are read off the log when they leave: a moment later an answer tells that it was all, and a card who is next. */
export const LATE: ReadonlySet<string> = new Set(["turn", "card"]);

/**
 * The answer's message has told the end of the run, which is settled with it: before the answer is, for of one that is not settled it is asked
 * again what it tells.
 */
export async function settleEnd(
  store: Pick<Store, "duePosts" | "markDelivered">,
  { thread, seq, receipt }: { readonly thread: string; readonly seq: number; readonly receipt: string },
): Promise<void> {
  const due = await store.duePosts(thread, ROWS_WITH_END_MAX);
  const end = due.find((post) => post.seq === seq && post.kind === "end");
  if (end) await store.markDelivered(end.id, { receipt });
}

/** More than the posts of one turn and of its end. */
const ROWS_WITH_END_MAX = 200;
