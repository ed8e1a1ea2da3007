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
  /** Slack takes it in no form; what is posted now says that a message is missing here. */
  gaveUp: boolean;
  /** When the first try began. */
  since: string | undefined;
  /** Messages of this post that are known to be in the thread: from our id to the ts. */
  readonly posted: Map<string, string>;
  /** It is its turn in the channel, and the try is marked in the store: the message may be rendered and sent at once. */
  mayLeave: boolean;
  /** The id that was tried last: the post's own, or that of a piece. */
  wanted: string;
  /** How often Slack has refused it with a code that is not documented; `otherwise`: what to do when that is taken for a refusal. */
  doubts: number;
  otherwise?: Refused | undefined;
}

/** What became of a try. */
export type Sent =
  /** `ends`: seq of the run's end, where the message tells that too. */
  | { readonly kind: "posted"; readonly receipt: string; readonly rendered: Rendered | undefined; readonly ends?: number | undefined }
  | Refused
  /** Too many calls; the bucket knows how long to wait. `mayBeThere`: an earlier try is still to be looked for. */
  | { readonly kind: "limited"; readonly mayBeThere: boolean }
  | { readonly kind: "unknown" }
  /** A refusal that cannot be relied on: the message is looked for and tried again, and after some of them the refusal is believed. */
  | { readonly kind: "doubtful"; readonly otherwise: Refused }
  | { readonly kind: "gone" | "held"; readonly code: string };

/** What follows when Slack refuses a form of the message. */
export type Refused = { readonly kind: "next-form"; readonly form: Form } | { readonly kind: "refused"; readonly code: string };

/** After so many refusals with an undocumented code the refusal is believed; after each, the message is looked for. */
const DOUBTS_MAX = 3;

/** What to do where undocumented refusals have come often enough to be believed. */
export function sureOf({ doubts, otherwise }: Sending): Refused | undefined {
  return doubts >= DOUBTS_MAX ? otherwise : undefined;
}

export function ended(failure: CallFailure, bucket: Bucket, refused: Refused): Sent {
  if (failure.kind === "undocumented") return { kind: "doubtful", otherwise: refused };
  return stops(failure, bucket, { mayBeThere: false }) ?? refused;
}

/** What becomes of a try that failed in a way that no other form of the message would mend; `undefined` for other failures. */
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

/** Kinds that are rendered only when they are about to leave: by then a turn can tell that it was all, and a card who is next. */
export const LATE: ReadonlySet<string> = new Set(["turn", "card"]);

/**
 * Settles the row of a run's end that the answer's message has told. To be called before the answer's own row is settled: after a crash in between, the
 * answer is looked at again, and the end settled then.
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
