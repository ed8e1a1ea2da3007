import type { Clock } from "../../engine/clock.ts";
import type { ModelDelta, ModelReply, ModelRequest } from "../../engine/model.ts";
import type { Source } from "../refusals/failure-table.ts";
import { failure, toFailure } from "../refusals/failures.ts";
import { addAll, conclude, isTooLong, newDraft, soFar, TOO_LONG } from "./draft.ts";
import { newPatience } from "./patience.ts";
import type { Piece } from "../piece.ts";

/** How long a provider may keep silent, in milliseconds. Keep-alives are silence. */
export interface Timeouts {
  readonly firstTokenMsMax: number;
  readonly betweenTokensMsMax: number;
  readonly callMsMax: number;
}

/** What is known of a model's replies; kept as long as the model is. */
export interface Habits {
  /** It has closed a mark of reasoning that it had not opened. */
  opensUnmarked: boolean;
}

export interface Calling {
  readonly request: ModelRequest;
  readonly source: Source;
  readonly timeouts: Timeouts;
  readonly clock: Clock;
  readonly habits: Habits;
  /** Who this is, for what goes back to nobody else; see `Kept`. */
  readonly by: string;
}

/**
 * Calls a provider and puts its pieces together. Whatever happens on the way, it returns a reply; it yields text as it comes, reasoning apart
 * from it. The connection is closed at once when the signal is aborted, a time-out passes, the reply grows too long, or nobody reads on. A stream
 * that breaks off, or that is left open, gives a failure, unless the provider had already said that the reply was whole.
 */
export async function* replyFrom(
  open: (signal: AbortSignal) => AsyncGenerator<readonly Piece[], void, void>,
  { request, source, timeouts, clock, habits, by }: Calling,
  signal: AbortSignal,
): AsyncGenerator<ModelDelta, ModelReply, void> {
  if (signal.aborted) return failure("aborted", source);
  const draft = newDraft(habits.opensUnmarked);
  const connection = new AbortController();
  let silenceMsMax = timeouts.firstTokenMsMax;
  const wholeMsMax = Math.min(timeouts.callMsMax, request.callMsMax ?? Infinity);
  const patience = newPatience({ silenceMsMax, wholeMsMax, clock }, signal);
  let closed = false;
  try {
    const pieces = open(connection.signal);
    for (let first = true; ;) {
      const step = await patience.wait(pieces.next());
      if (step === "aborted") return failure("aborted", source, await soFar(draft, request));
      if (step === "timeout" && draft.finished) break;
      if (step === "timeout") {
        const detail = patience.isOver() ? `the whole call took over ${seconds(wholeMsMax)}` : `nothing came for ${seconds(silenceMsMax)}`;
        return failure("timeout", source, { ...(await soFar(draft, request)), detail });
      }
      if (step.done) {
        closed = true;
        break;
      }
      first &&= !step.value.some(isToken);
      const deltas = addAll(draft, step.value);
      if (isTooLong(draft)) return failure("bad_answer", source, { ...(await soFar(draft, request)), detail: TOO_LONG });
      silenceMsMax =
        draft.finished && !draft.finished.mayGoOn ? FINISHED_MS_MAX : first ? timeouts.firstTokenMsMax : timeouts.betweenTokensMsMax;
      patience.allow(silenceMsMax);
      for (const delta of deltas) yield delta;
    }
  } catch (error) {
    if (signal.aborted) return failure("aborted", source, await soFar(draft, request));
    if (!draft.finished) return toFailure(error, source, clock.now(), await soFar(draft, request));
  } finally {
    patience.end();
    if (!closed) connection.abort();
  }
  for (const delta of draft.splitter.end()) yield delta;
  habits.opensUnmarked ||= draft.splitter.closedAlone;
  return conclude(draft, request, source, by);
}

/** Counts come behind the end of a reply; a server that then neither closes nor says anything is not waited for any longer. */
const FINISHED_MS_MAX = 2_000;

/** Counts, notices and empty deltas come before the model has begun to write. */
const isToken = (piece: Piece): boolean =>
  piece.type === "text" || piece.type === "reasoning" ? piece.text !== "" : !ASIDE.has(piece.type);
const ASIDE: ReadonlySet<Piece["type"]> = new Set(["usage", "notice", "limit"]);

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
