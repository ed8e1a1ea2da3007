import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import type { Transcript } from "../../engine/reading/transcript.ts";
import type { Post, Store } from "../../store/store.ts";
import { failureOf, type CallFailure } from "../api/api-errors.ts";
import type { Rendered, RenderedFile, RenderedMessage } from "../words/blocks.ts";
import { asFile, contentOf, FIRST_FORM, isAsMeant, lastForm, nextForm, noticeOf, shaped } from "./message-forms.ts";
import { RETRY_DELAY_MS, RETRY_DELAY_MS_MAX } from "../words/limits.ts";
import { metadataOf, outboxId } from "../words/metadata.ts";
import type { People } from "../people/people.ts";
import type { Translator } from "../language/translator.ts";
import type { Languages } from "../language/whose-language.ts";
import type { Bucket } from "../api/pacer.ts";
import type { TeamCard } from "../../team-shelf.ts";
import { placeOf } from "../words/place.ts";
import { whileOurs } from "../api/while-ours.ts";
import { ended, LATE, settleEnd, stops, sureOf, type Refused, type Sending, type Sent } from "./delivery-try.ts";
import type { Problem } from "./delivery-problem.ts";
import type { HeldCards } from "./cards/held-cards.ts";
import { rankOf, type Pace } from "./pace.ts";
import type { TurnStreams } from "./streams/turn-streams.ts";
import { findPosted, slackTimeBefore } from "./find-posted.ts";
import { createKnownEnd } from "./known-end.ts";
import { startOf, upTo, type Of } from "../render/log-reading.ts";
import { render } from "../render/render.ts";
import { findUploaded, uploadFile } from "./upload.ts";

export interface DeliveryParts {
  readonly store: Store;
  readonly web: { readonly read: WebClient; readonly write: WebClient };
  readonly cardFor: (team: string) => TeamCard;
  /** The log of a thread, which goes at least as far as this event. */
  readonly load: (thread: string, throughSeq?: number) => Promise<Transcript>;
  readonly languages: Pick<Languages, "ofRun">;
  readonly clock: Clock;
  /** People's names, which no agent may look like; not checked where it is absent. */
  readonly people?: Pick<People, "lookalikes">;
  readonly onProblem: (problem: Problem) => void;
  /** Channels that are closed for a while, whose posts wait; absent where none can be. */
  readonly closedChannels?: {
    has(thread: string): boolean;
    /** To be called when Slack has refused a post; false where the channel is not waited for. */
    refused(thread: string, code: string): Promise<boolean>;
  };
  /** Turns that are shown while they are written; absent where none are. */
  readonly streams?: Pick<TurnStreams, "settle" | "finish">;
  /** Called for each message that is in Slack. `rendered`: as it was posted; absent when an earlier process had posted it. */
  readonly onPosted: (post: Post, rendered: Rendered | undefined) => Promise<void>;
}

/**
 * `done`: the row is settled, since its message was posted or given up. `held`: Slack refuses the token. `parked`: the channel is closed. `stopped`: the
 * signal was aborted. After the last three the row is still due.
 */
export type Outcome = "done" | "held" | "parked" | "stopped";

/** Delivers one post: its message is in Slack once, whatever happens on the way, or the row says why it is not. */
export function createDelivery(parts: DeliveryParts, pace: Pace, cards: HeldCards): (post: Post, signal: AbortSignal) => Promise<Outcome> {
  const { store, web, clock, onProblem } = parts;
  const degraded = new Set<string>();
  const untilEndIsKnown = createKnownEnd(parts);

  return async function deliver(post, signal) {
    const place = placeOf(post.thread);
    if (!place) return settle(post, "not a thread of Slack");
    const sending: Sending = {
      post,
      place,
      signal,
      since: post.sendingSince,
      form: FIRST_FORM,
      gaveUp: false,
      posted: new Map(),
      mayLeave: false,
      wanted: outboxId(post),
      doubts: 0,
    };
    // While the row of a run's end waited behind the answer, the answer's message has told the end.
    if (post.kind === "end" && (await store.receipt(post.thread, post.seq, post.kind)) !== undefined) return "done";
    let mayBeThere = post.sendingSince !== undefined;
    let delayMs = RETRY_DELAY_MS;
    // First of all: what a stream has left may have to be removed, before anybody looks for the message.
    await parts.streams?.settle(post.thread, signal);
    while (!signal.aborted) {
      if (parts.closedChannels?.has(post.thread)) return "parked";
      // While a turn or a card waits for its time and for the disk, the log goes on: then the turn can tell that it was all, and the card who is next.
      if (!mayBeThere && !sending.mayLeave && LATE.has(post.kind)) {
        const left = post.kind === "card" ? await cards.leave(post, signal, (...how) => leaves(sending, ...how)) : await leaves(sending);
        if (left === "needless") return settle(post, "its answer was there before it");
        if (!left || left === "stopped") continue;
        await untilEndIsKnown(post, signal);
      }
      const about = await read(sending);
      if (about.rendered.kind === "nothing") return settle(post, about.rendered.why);
      const rendered = sending.form.notice ?? about.rendered;
      // The end of the run may have been recorded since the mark was written. Marked again, so that a power cut cannot take it back.
      if (sending.mayLeave && "ends" in rendered) await markSending(sending);
      const sent = (mayBeThere ? await look(sending, rendered) : undefined) ?? sureOf(sending) ?? (await send(sending, rendered, about));
      switch (sent.kind) {
        case "posted":
          if (sent.ends !== undefined) await settleEnd(store, { thread: post.thread, seq: sent.ends, receipt: sent.receipt });
          // Both begin now, so that the store can write them in one transaction.
          await Promise.all([parts.onPosted(post, sent.rendered), store.markDelivered(post.id, { receipt: sent.receipt })]);
          return "done";
        case "next-form":
          sending.form = sent.form;
          sending.otherwise = undefined;
          mayBeThere = false;
          continue;
        case "limited":
          mayBeThere = sent.mayBeThere;
          continue;
        case "doubtful":
          sending.doubts++;
          sending.otherwise = sent.otherwise;
          mayBeThere = true;
          await clock.sleep(RETRY_DELAY_MS, signal);
          continue;
        case "unknown":
          mayBeThere = true;
          await clock.sleep(delayMs, signal);
          delayMs = Math.min(delayMs * 2, RETRY_DELAY_MS_MAX);
          continue;
        case "gone":
          if (await parts.closedChannels?.refused(post.thread, sent.code)) return "parked";
          onProblem({ kind: "thread-gone", thread: post.thread, code: sent.code });
          return settle(post, sent.code);
        case "held":
          onProblem({ kind: "auth", code: sent.code });
          return "held";
        case "refused":
          if (sending.gaveUp) return settle(post, sent.code);
          onProblem({ kind: "gave-up", thread: post.thread, seq: post.seq, code: sent.code });
          sending.gaveUp = true;
          sending.otherwise = undefined;
          sending.form = lastForm(about.t, about.rendered, sent.code);
          mayBeThere = false;
          continue;
      }
    }
    return "stopped";
  };

  /** The message of a post as the log makes it now, with the team whose agents it shows. */
  async function read({ post, form }: Sending): Promise<About> {
    const transcript = await parts.load(post.thread, post.seq);
    const started = startOf(transcript, post.seq);
    const t = await parts.languages.ofRun(started ?? {});
    const about = { t, team: parts.cardFor(started?.team ?? ""), run: started?.run ?? "" };
    // Where the message is not in its usual form, the end of the run gets a message of its own: the log is read only up to the turn.
    const shown = post.kind === "turn" && !isAsMeant(form) ? upTo(transcript, post.seq) : transcript;
    try {
      return { ...about, rendered: render(t, post, shown, about.team, await originOf(post, started)) };
    } catch (error) {
      // A message that cannot be rendered must not hold up the conversation.
      onProblem({ kind: "bug", thread: post.thread, error });
      return { ...about, rendered: { kind: "nothing", why: "it could not be rendered" } };
    }
  }

  /** The log that a fork was made of, for the fork's result; only where it is of the same channel, which the same people can read. */
  async function originOf(post: Post, started: Of<"run.started"> | undefined): Promise<Transcript | undefined> {
    const run = post.kind === "end" ? started?.forkedFrom?.run : undefined;
    const thread = run?.slice(0, run.lastIndexOf("#"));
    const [here, there] = [placeOf(post.thread), placeOf(thread ?? "")];
    return thread !== undefined && there && there.team === here?.team && there.channel === here.channel ? parts.load(thread) : undefined;
  }

  /** Looks for the message, after a crash or a failure that may hide a success. `undefined`: it is not there, or nobody can tell. */
  async function look(sending: Sending, rendered: RenderedFile | RenderedMessage): Promise<Sent | undefined> {
    const { post, place, signal, posted } = sending;
    if (rendered.kind === "file" || sending.form.shape === "file") {
      const uploaded = await findUploaded(place, post, { web, store, bucket: pace.uploads, clock, signal });
      if (uploaded?.kind === "done") return { kind: "posted", receipt: uploaded.receipt, rendered: undefined };
      const failed = uploaded && unreadable(uploaded.failure, pace.uploads, post);
      if (failed) return failed;
    }
    const oldest = slackTimeBefore(post.seq, (await parts.load(post.thread, post.seq)).events, place);
    const found = await findPosted(place, sending.wanted, oldest, {
      web: web.read,
      bucket: pace.reads("conversations.replies"),
      clock,
      signal,
    });
    if (found.kind === "unreadable") return unreadable(found.failure, pace.reads("conversations.replies"), post);
    for (const [id, ts] of found.posted) posted.set(id, ts);
    const receipt = posted.get(outboxId(post));
    return receipt === undefined ? undefined : { kind: "posted", receipt, rendered: undefined, ends: found.ends.get(outboxId(post)) };
  }

  function unreadable(failure: CallFailure, bucket: Bucket, post: Post): Sent | undefined {
    // A code that Slack does not document says nothing of the thread.
    const passing = failure.kind === "undocumented" ? undefined : stops(failure, bucket, { mayBeThere: true });
    if (passing) return passing;
    // It is posted again: a question that nobody sees would wait for ever, while of one that is there twice only the first answer counts.
    onProblem({ kind: "maybe-twice", thread: post.thread, code: failure.code });
    degrade("history", failure.code);
    return undefined;
  }

  async function send(sending: Sending, rendered: RenderedFile | RenderedMessage, about: About): Promise<Sent> {
    if (rendered.kind === "file") return sendFile(sending, about.t, rendered);
    if (sending.form.shape === "file") return sendFile(sending, about.t, asFile(rendered, sending.post), rendered);
    let receipt = "";
    for (const [piece, message] of shaped(rendered, sending.form.shape).entries()) {
      sending.wanted = sending.form.shape === "pieces" ? outboxId(sending.post, piece) : outboxId(sending.post);
      const ts = sending.posted.get(sending.wanted) ?? (await postOne(sending, message, about));
      if (typeof ts !== "string") return ts;
      sending.posted.set(sending.wanted, ts);
      receipt ||= ts;
    }
    return { kind: "posted", receipt, rendered, ends: rendered.ends };
  }

  /** The ts of the message, or what became of the try instead. */
  async function postOne(sending: Sending, message: RenderedMessage, { team, run }: About): Promise<string | Sent> {
    const { post, place, signal, form } = sending;
    const isMember = (message.speaker === undefined ? undefined : await parts.people?.lookalikes()) ?? (() => false);
    const bucket = pace.post(place.channel);
    if (!sending.mayLeave && !(await leaves(sending))) return { kind: "limited", mayBeThere: false };
    sending.mayLeave = false;
    if (signal.aborted) return { kind: "limited", mayBeThere: true }; // Somebody else may have begun with it.
    const withPersona = form.personas && message.speaker !== undefined && !degraded.has("personas");
    const metadata = metadataOf(post, sending.wanted, run, message.ends);
    if (withPersona && form.shape === "whole" && post.kind === "turn" && post.part === 0) {
      const grown = await parts.streams?.finish({ thread: post.thread, seq: post.seq, message, metadata }, signal);
      if (grown?.kind === "posted") return grown.ts;
      if (grown?.kind === "unsure") return { kind: "unknown" };
    }
    try {
      const content = contentOf(message, { withPersona, team, isMember });
      const unfurls = { unfurl_links: false, unfurl_media: false };
      const { ts } = await whileOurs(signal, () =>
        web.write.chat.postMessage({ channel: place.channel, thread_ts: place.ts, ...content, ...unfurls, metadata }),
      );
      return ts ?? { kind: "unknown" };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind === "unavailable") {
        // Slack says this of one conversation that the app is not let into; elsewhere it may go on.
        if (failure.code === "no_permission") return { kind: "gone", code: failure.code };
        // It is not the persona's scope that is missing: then nothing at all can be posted.
        if (!withPersona || (failure.needed !== "" && !failure.needed.includes("customize"))) return { kind: "held", code: failure.code };
        degrade("personas", failure.code);
        return { kind: "next-form", form };
      }
      if (failure.kind === "limited") pace.refused(place.channel, failure.retryAfterMs);
      const next = nextForm(form, failure, { message, withPersona });
      return ended(failure, bucket, next ? { kind: "next-form", form: next } : { kind: "refused", code: failure.code });
    }
  }

  /** `message`: what the file stands in for; without it, the thread has the words already or has none. */
  async function sendFile(sending: Sending, t: Translator, file: RenderedFile, message?: RenderedMessage): Promise<Sent> {
    const { post, place, signal, form } = sending;
    const bytes = "text" in file.content ? Buffer.from(file.content.text) : await store.file(file.content.hash);
    const instead = (code: string): Refused => ({
      kind: "next-form",
      form: { ...form, shape: "whole", notice: noticeOf(t, { file, code, message }) },
    });
    if (!bytes || bytes.byteLength === 0) return instead(bytes ? "empty" : "content_gone");
    await markSending(sending);
    const uploaded = await uploadFile({ ...file, bytes }, place, post, { web, store, bucket: pace.uploads, clock, signal });
    if (uploaded.kind === "done") return { kind: "posted", receipt: uploaded.receipt, rendered: file };
    const { failure } = uploaded;
    if (failure.kind === "unavailable") degrade("files", failure.code);
    return ended(failure, pace.uploads, instead(failure.code));
  }

  /** Waits until it is its turn in the channel, and marks the try in the store. False where the signal was aborted. */
  async function leaves(sending: Sending, signal = sending.signal, rank = rankOf(sending.post.kind)): Promise<boolean> {
    if (!(await pace.turn(sending.place.channel, signal, rank))) return false;
    await markSending(sending);
    sending.mayLeave = true;
    return true;
  }

  async function markSending(sending: Sending): Promise<void> {
    sending.since ??= new Date(clock.now()).toISOString();
    await store.markSending(sending.post.id, sending.since);
  }

  function degrade(feature: "personas" | "files" | "history", code: string): void {
    if (degraded.has(feature)) return;
    degraded.add(feature);
    onProblem({ kind: "degraded", feature, code });
  }

  async function settle(post: Post, why: string): Promise<Outcome> {
    await store.markDelivered(post.id, { gaveUp: why });
    return "done";
  }
}

interface About {
  readonly t: Translator;
  readonly rendered: Rendered;
  readonly team: TeamCard;
  readonly run: string;
}
