import { setImmediate as eventLoopTurn } from "node:timers/promises";
import { withinMs, type Clock } from "../../../engine/clock.ts";
import type { RunEvent } from "../../../engine/events/events.ts";
import { read, type Transcript } from "../../../engine/reading/fold.ts";
import { createKeyedWorker, type KeyedWorker, type Look, type Worked } from "../../../runner/keyed-worker.ts";
import { forEachOf, lookOver, type Since } from "../../../runner/look-over.ts";
import { isStoreTrouble } from "../../../runner/store-trouble.ts";
import type { Store } from "../../../store/store.ts";
import { failureOf, isUnsure, type CallFailure } from "../../api/api-errors.ts";
import { cameLate } from "../../api/late-calls.ts";
import type { RenderedMessage } from "../../words/blocks.ts";
import { CARD_KINDS, keyOf, markOf } from "./card-marks.ts";
import { latestCards, turnEndsMs, waitsUntil, type Card } from "./latest-cards.ts";
import { anewOf, postAnew, type Unedited } from "./replace-card.ts";
import type { Languages } from "../../language/whose-language.ts";
import type { Pace } from "../pace.ts";
import type { Problem } from "../delivery-problem.ts";
import { knownCode } from "../../api/error-codes.ts";
import { CARD_EDIT_BURST, CARD_EDIT_GAP_MS, CARD_EDITS_PER_MINUTE, CARDS_AT_START_MAX, RETRY_DELAY_MS_MAX } from "../../words/limits.ts";
import { metadataOf, outboxId } from "../../words/metadata.ts";
import { createPace } from "../pace.ts";
import { createBucket } from "../../api/pacer.ts";
import { createSharedBucket } from "../../api/shared-bucket.ts";
import type { TeamCard } from "../../../team-shelf.ts";
import { placeOf, type Place } from "../../words/place.ts";
import { startOf } from "../../render/log-reading.ts";
import { render } from "../../render/render.ts";
import type { Web } from "../../api/web-client.ts";

/** Keeps the app's own messages up to date: what a card shows is read off the log, so an edit that is missed or made twice does no harm. */
export interface Cards {
  /** Looks over the cards of runs that are unfinished or were active last, of those in which something was recorded `since`, and follows the store from here on. */
  start(since?: Since): void;
  /** Looks over those of all such runs once more: Slack may take edits that it refused. */
  lookOver(): void;
  /** At those of a thread, over which somebody else's edit may have come. */
  lookAgain(thread: string): void;
  /** See {@link KeyedWorker.settled}; `false` also where an edit was left whose outcome nobody knows. */
  settled(): Promise<boolean>;
  /** Begins no more edits and resolves when those under way have ended, or after a few seconds. */
  close(): Promise<void>;
  /** Resolves when every card shows what the log says. */
  idle(): Promise<void>;
}

export interface CardsParts {
  readonly store: Store;
  readonly web: Web;
  /** Of the outbox; one of its own when absent. */
  readonly pace?: Pace;
  readonly cardFor: (team: string) => TeamCard;
  readonly load: (thread: string) => Promise<Transcript>;
  /** The same at once, where it is in memory; see {@link Runner.atHand}. */
  readonly atHand?: (thread: string) => Transcript | undefined;
  readonly languages: Pick<Languages, "ofRun">;
  readonly clock: Clock;
  readonly onProblem: (problem: Problem) => void;
}

export function createCards(parts: CardsParts): Cards {
  const { store, web, clock, onProblem } = parts;
  const pace = parts.pace ?? createPace(clock);
  const bucket = createBucket({ perMinute: CARD_EDITS_PER_MINUTE, burst: CARD_EDIT_BURST, clock });
  const turns = createSharedBucket(bucket, { clock });
  const lookings = new Set<Promise<void>>();
  /** Cards that Slack does not let us edit; there is no sense in asking again before the next start. */
  const uneditable = new Set<string>();
  let isDegraded = false;
  /** Slack refuses the newer blocks here: from then on cards are made of those that every Slack has. */
  let isSimple = false;
  let wasLeft = false;
  let ending = new AbortController();
  let lines = linesOf();
  let unfollow: (() => void) | undefined;

  function linesOf(): KeyedWorker<Line> {
    return createKeyedWorker<Line>({
      clock,
      begin: () => ({ againAtMs: undefined }),
      look: follow,
      onError: (thread, error) => onProblem({ kind: "bug", thread, error }),
      retryDelayMs: CARD_EDIT_GAP_MS * 2,
      retryDelayMsMax: RETRY_DELAY_MS_MAX,
      triesMax: TRIES_MAX,
    });
  }

  function touch(thread: string): void {
    if (placeOf(thread)) lines.poke(thread);
  }

  /** Whether the cards are looked at in a while in any case, and for these events no sooner. */
  function waitsAnyway(thread: string, events: readonly RunEvent[]): boolean {
    const againAtMs = lines.stateOf(thread)?.againAtMs;
    const transcript = againAtMs === undefined ? undefined : parts.atHand?.(thread);
    return againAtMs !== undefined && transcript !== undefined && waitsUntil(againAtMs, { transcript, events, nowMs: clock.now() });
  }

  /** Edits until the cards of the thread show the log; what changes in between two edits is shown by the second. */
  async function follow(thread: string, { state, failures }: Look<Line>): Promise<Worked> {
    state.againAtMs = undefined;
    let outcomes: readonly Edited[];
    let heldMs: number | undefined;
    try {
      ({ outcomes, heldMs } = await update(thread, failures));
    } catch (error) {
      // The log cannot be read just now: what is shown is not what it says all the same.
      if (isStoreTrouble(error)) return { kind: "failed" };
      // What cannot be rendered cannot be the next time.
      if (!ending.signal.aborted) onProblem({ kind: "bug", thread, error });
      return { kind: "done" };
    }
    if (outcomes.includes("unsure")) return { kind: "failed" };
    const gapMs = outcomes.length > 0 ? CARD_EDIT_GAP_MS : 0;
    // The gap is waited for before it.
    const againMs = outcomes.includes("again") ? 0 : heldMs && Math.max(0, heldMs - gapMs);
    if (againMs !== undefined) state.againAtMs = clock.now() + gapMs + againMs;
    return { kind: "done", gapMs, ...(againMs === undefined ? {} : { againMs }) };
  }

  /** What became of each call to Slack. `heldMs`: the card of the run is looked at again after so long. */
  async function update(thread: string, failures: number): Promise<{ readonly outcomes: readonly Edited[]; readonly heldMs?: number }> {
    const place = placeOf(thread);
    if (!place) return { outcomes: [] };
    const outcomes: Edited[] = [];
    const transcript = await parts.load(thread);
    const heldMs = turnEndsMs(transcript, clock.now());
    for (const card of read(transcript, latestCards).toReversed()) {
      if (ending.signal.aborted) break;
      if (heldMs !== undefined && card.kind === "card") continue;
      const posted = await store.receipt(thread, card.seq, card.kind);
      // Nothing takes the place of what is not there yet, or was left out.
      if (posted === undefined || uneditable.has(keyOf(thread, card.seq))) continue;
      const ts = (await anewOf(store, { thread, ...card })) ?? posted;
      const outcome = await edit({ thread, place, ts, ...card }, failures);
      if (outcome !== undefined) outcomes.push(outcome);
    }
    return { outcomes, ...(heldMs === undefined ? {} : { heldMs }) };
  }

  /** `undefined`: Slack was not called. */
  async function edit(
    card: Card & { readonly thread: string; readonly place: Place; readonly ts: string },
    failures: number,
  ): Promise<Edited | undefined> {
    const { thread, seq, kind } = card;
    let message = await wanted(card);
    if (message && (ending.signal.aborted || !turns.takeNow(card.place.channel)))
      // The log may have gone on while this waited for its time.
      message = (await turns.take(card.place.channel, ending.signal)) ? await wanted(card) : undefined;
    if (!message) return undefined;
    const { rendered, mark, run } = message;
    const blocks = isSimple ? (rendered.fallback ?? rendered.blocks) : rendered.blocks;
    try {
      await web.write.chat.update({
        channel: card.place.channel,
        ts: card.ts,
        text: rendered.text,
        blocks: [...blocks],
        metadata: metadataOf({ seq, kind }, outboxId({ seq, kind, part: 0 }), run),
      });
      const noted = keyOf(thread, seq);
      if (!(await cameLate(store, { thread, noted, over: ending.signal, clock }))) await store.putNote(noted, mark);
      return "settled";
    } catch (error) {
      return refused(
        { ...card, run, text: rendered.text, blocks },
        { failure: failureOf(error), failures, mark, fallback: rendered.fallback },
      );
    }
  }

  /** What follows from an edit that did not go through. */
  async function refused(
    card: Unedited,
    { failure, failures, mark, fallback }: { failure: CallFailure; failures: number; mark: string; fallback: RenderedMessage["fallback"] },
  ): Promise<Edited> {
    const { thread, seq } = card;
    // An edit may be made twice without harm: what Slack has said in a word without a meaning is tried again, and then believed.
    const triesMax = failure.kind === "undocumented" ? DOUBTS_MAX : TRIES_MAX;
    if (failure.kind === "limited") {
      bucket.delay(failure.retryAfterMs);
      return "again";
    }
    if ((isUnsure(failure) || failure.kind === "auth") && failures + 1 < triesMax) return "unsure";
    if (knownCode(failure.code).reaction === "anew" && (await takePlace(card, mark))) return "settled";
    if (failure.kind === "blocks" && fallback && !isSimple) {
      isSimple = true;
      return "again";
    }
    if (failure.kind === "ambiguous" || failure.kind === "auth") wasLeft = true;
    if (failure.kind === "ambiguous" || failure.kind === "auth" || isClosed(failure)) return "settled";
    if (uneditable.size >= UNEDITABLE_MAX) uneditable.clear();
    uneditable.add(keyOf(thread, seq));
    if (failure.kind !== "unavailable") onProblem({ kind: "uneditable", thread, seq, code: failure.code });
    else if (!isDegraded) onProblem({ kind: "degraded", feature: "cards", code: failure.code });
    if (failure.kind === "unavailable") isDegraded = true;
    return "settled";
  }

  /** False when there is no new card either. */
  async function takePlace(card: Unedited, mark: string): Promise<boolean> {
    // The newer one cannot be edited either.
    if ((await anewOf(store, card)) !== undefined) return false;
    const anew = await postAnew(card, { store, web, pace, clock, log: () => undefined });
    if (anew.kind === "posted") await store.putNote(keyOf(card.thread, card.seq), mark);
    else if (anew.failure.kind === "limited") bucket.delay(anew.failure.retryAfterMs);
    else return false;
    touch(card.thread);
    return true;
  }

  /** What the card should show, unless it shows it already. */
  async function wanted(card: Card & { readonly thread: string }) {
    const { thread, seq, kind } = card;
    const transcript = await parts.load(thread);
    // It ended meanwhile: whoever recorded that has it looked at again.
    if (kind === "card" && turnEndsMs(transcript, clock.now()) !== undefined) return undefined;
    const started = startOf(transcript, seq);
    const t = await parts.languages.ofRun(started ?? {});
    const rendered = render(t, { seq, kind, part: 0 }, transcript, parts.cardFor(started?.team ?? ""));
    if (rendered.kind !== "message") return undefined;
    const mark = markOf(rendered);
    return (await store.note(keyOf(thread, seq))) === mark ? undefined : { rendered, mark, run: started?.run ?? "" };
  }

  async function lookThrough(since?: string): Promise<void> {
    const recent = (await store.recent(CARDS_AT_START_MAX)).filter(({ at }) => since === undefined || at >= since);
    const threads = [...(await store.unfinished(undefined, since)), ...recent].map(({ thread }) => thread);
    await forEachOf([...new Set(threads)], CARDS_LOOKED_AT_MAX, async (thread, index) => {
      if (ending.signal.aborted) return;
      touch(thread);
      await lines.rest(thread);
      // Each reads a log; ten thousand may wait for a person, and people write meanwhile.
      if (index % CARDS_PER_LOOK === CARDS_PER_LOOK - 1) await eventLoopTurn();
    });
  }

  function look(since?: Since): void {
    const { signal } = ending;
    const problem = (error: unknown) => onProblem({ kind: "bug", thread: "", error });
    const done = lookOver(async () => lookThrough(await since?.()), { clock, signal, problem }).finally(() => lookings.delete(done));
    lookings.add(done);
  }

  return {
    start(since) {
      if (unfollow) return;
      ending = new AbortController();
      lines = linesOf();
      unfollow = store.follow(({ thread, events, rewritten, delivered }) => {
        const isCard = delivered !== undefined && CARD_KINDS.has(delivered);
        if (rewritten || isCard || (events.length > 0 && !waitsAnyway(thread, events))) touch(thread);
      });
      look(since);
    },
    lookOver: () => look(),
    lookAgain: touch,
    async settled() {
      await Promise.all(lookings);
      return (await lines.settled()) && !wasLeft;
    },
    async close() {
      unfollow?.();
      unfollow = undefined;
      ending.abort();
      await withinMs(clock, STOP_GRACE_MS, Promise.all([lines.close(), ...lookings]));
    },
    async idle() {
      await Promise.all(lookings);
      await lines.idle();
    },
  };
}

/** Of a thread whose cards are looked after. */
interface Line {
  /** When they are looked at again by themselves. */
  againAtMs: number | undefined;
}

/** `settled`: nothing more is to be done about it now. `again`: it can be made at once. `unsure`: it may have been made, or may be the next time. */
type Edited = "settled" | "again" | "unsure";

/**
 * An edit whose outcome is unknown is simply made again, further and further apart, for an hour: the last edit of a run takes its Stop button
 * away, and no event follows that would begin anew.
 */
const TRIES_MAX = 60;
/** As the outbox has it for a message. */
const DOUBTS_MAX = 3;
const UNEDITABLE_MAX = 10_000;
const STOP_GRACE_MS = 5_000;
/** Looked at between two turns of the event loop: some milliseconds. */
const CARDS_PER_LOOK = 20;
/** Whose logs are in memory at once. */
const CARDS_LOOKED_AT_MAX = 100;

/** The whole place is closed, perhaps for a while: that is dealt with where messages are posted. A card alone may have been deleted. */
const isClosed = ({ kind, code }: CallFailure): boolean => kind === "gone" && code !== "message_not_found";
