import type { TeamCard } from "../../team-shelf.ts";
import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Clock } from "../../engine/clock.ts";
import { currentRun, isWaiting, type Transcript } from "../../engine/reading/transcript.ts";
import { createKeyedWorker, type Look, type Worked } from "../../runner/keyed-worker.ts";
import type { Since } from "../../runner/look-over.ts";
import type { Runner } from "../../runner/runner.ts";
import type { Store } from "../../store/store.ts";
import type { Languages } from "../language/whose-language.ts";
import type { People } from "../people/people.ts";
import { persona, type Persona } from "../render/personas.ts";
import { cameLate } from "../api/late-calls.ts";
import { createBucket } from "../api/pacer.ts";
import { placeOf, type Place } from "../words/place.ts";
import { createSessions, type Sessions } from "./sessions.ts";
import { createWordsUnderWay, lastWords } from "../post/streams/words-under-way.ts";
import { isUnavailable, slackErrorCode, type Log, type Web } from "../api/web-client.ts";

/** Calls about one thread are at least this far apart; what changes in between is told once. */
const CALL_GAP_MS = 1_500;
/** The method has a limit of its own that Slack does not publish; Tier 4, which allows 100 a minute, is what the sources put it next to. */
const CALLS_PER_MINUTE = 100;
const CALL_BURST = 20;
/** What is answered sooner needs no line: it would be gone before it is read, and its call is one that an answer may wait for. */
const SHOWN_AFTER_MS = 300;
/** Slack takes the line away after two minutes. */
const RENEW_MS = 90_000;
/** Slack takes the line away when a message lands, which is some time after the message's event. */
const LANDED_MS = 4_000;
/** As long is waited for the message that takes the line away at the end; where none lands, a call does. */
const CLEARED_MS = 15_000;
/** The words in the line are renewed no more often: people read no faster, and who speaks next must not wait for them. */
const WORDS_GAP_MS = 5_000;
/** After a call that failed for no known reason, the thread is left alone for this long. */
const FAILED_MS = 15_000;

export interface Status extends Pick<Sessions, "lookAgain" | "settled" | "atWorkSince"> {
  /** Puts right what an earlier process left shown, in threads in which something was recorded `since`, and shows again who thinks. */
  start(since?: Since): void;
  /** Stops following; nothing more is called. */
  close(): Promise<void>;
}

/**
 * "Ada is thinking…" under a thread, with Ada's face, then "Ada is writing: …" with her last words, and the state of Slack's agent session, which brings Slack's own Stop button. What
 * is shown is read off the log; it follows the run, which never waits for it. What a workspace does not offer is tried once.
 */
export function createStatus(parts: {
  readonly runner: Pick<Runner, "follow" | "read" | "atHand" | "shown">;
  readonly store: Pick<Store, "note" | "putNote" | "swapNote" | "stillHere" | "unfinished" | "recent" | "follow">;
  readonly web: Web;
  readonly cards: readonly TeamCard[];
  readonly people?: Pick<People, "lookalikes">;
  readonly languages: Pick<Languages, "ofRun">;
  /** Whether nothing can be shown in the thread for a while, in which nothing goes on either. */
  readonly isClosed?: (thread: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}): Status {
  const { runner, store, web, clock, log } = parts;
  const unavailable = new Set<string>();
  const closing = new AbortController();
  const bucket = createBucket({ perMinute: CALLS_PER_MINUTE, burst: CALL_BURST, clock });
  const words = createWordsUnderWay(runner);
  const sessions = createSessions({ ...parts, onAtWork: (thread) => void lines.poke(thread) });
  const lines = createKeyedWorker<Line>({
    clock,
    begin: () => ({ agent: undefined, shown: NOTHING, wantedAt: undefined, landsAt: undefined, dueAt: undefined, hasLanded: false }),
    look: tend,
    onError: (thread, error) => log(`the status of ${thread} could not be shown`, error),
    retryDelayMs: FAILED_MS,
    retryDelayMsMax: FAILED_MS,
  });

  const unfollowPosts = store.follow(({ thread, posts, delivered }) => {
    const line = lines.stateOf(thread);
    if (line && posts > 0) line.dueAt = clock.now();
    if (delivered !== undefined) landed(thread);
  });
  const unfollow = runner.follow((thread, item) => {
    words.hear(thread, item);
    if (!("seq" in item)) return item.type === "text.delta" ? pokeForWords(thread) : undefined;
    const lands = item.type === "message.posted" && "agent" in item;
    const line = placeOf(thread) && (lands || !saysAll(thread)) ? lines.poke(thread) : undefined;
    if (line && lands) line.landsAt = clock.now() + LANDED_MS;
  });

  /** Whether the line is as the log has it, so that no look is needed: of what is recorded in a run little changes who thinks. */
  function saysAll(thread: string): boolean {
    const transcript = runner.atHand(thread);
    if (!transcript) return false;
    const line = lines.stateOf(thread);
    return line ? line.agent !== undefined && line.agent === whoThinks(transcript) : whoThinks(transcript) === undefined;
  }

  /** Deltas come by the hundred; the line is looked at when it is time for new words. */
  function pokeForWords(thread: string): void {
    const line = lines.stateOf(thread);
    if (!line?.shown.speaker) return;
    const sinceMs = clock.now() - (line.shown.calledAt ?? 0);
    if (sinceMs >= WORDS_GAP_MS || sinceMs < 0) lines.poke(thread);
  }

  function landed(thread: string): void {
    const line = lines.stateOf(thread);
    if (!line) return;
    line.landsAt = clock.now();
    line.hasLanded = true;
    lines.poke(thread);
  }

  /** Follows one thread until nothing is shown in it and nothing is to be renewed; a thread that waits for a person costs nothing. */
  async function tend(thread: string, { state }: Look<Line>): Promise<Worked> {
    const place = placeOf(thread);
    if (!place) return { kind: "done" };
    const againMs = await bringUpToDate(thread, place, state);
    // At most the gap, also when the clock was set back.
    const gapMs = Math.min((state.shown.calledAt ?? -Infinity) + CALL_GAP_MS - clock.now(), CALL_GAP_MS);
    return { kind: "done", gapMs, ...(againMs === undefined ? {} : { againMs }) };
  }

  /** One look at the log, at most one call. Returns when to look again; `undefined`: when something happens. */
  async function bringUpToDate(thread: string, place: Place, line: Line): Promise<number | undefined> {
    if (parts.isClosed?.(thread)) return undefined;
    const transcript = await runner.read(thread);
    const isMember = whoThinks(transcript) === undefined ? undefined : await parts.people?.lookalikes();
    const wanted = want(transcript, parts.cards, isMember ?? (() => false));
    line.agent = wanted.agent;
    const now = clock.now();
    holdToClock(line, now);
    const landed = line.landsAt !== undefined && line.landsAt <= now;
    if (landed) line.landsAt = undefined;
    if (!wanted.speaker && line.shown.speaker && goesByItself(line)) {
      const leftMs = (line.dueAt ?? now) + CLEARED_MS - now;
      if (!line.hasLanded && leftMs > 0) return leftMs;
      if (line.hasLanded) line.shown = { ...line.shown, speaker: undefined, speakerAt: undefined };
    }
    line.hasLanded = false;
    // A line that is shown before the message lands would go with it.
    if (wanted.speaker && line.landsAt !== undefined) return Math.max(line.landsAt - now, 1);
    line.wantedAt = wanted.speaker && !line.shown.speaker ? (line.wantedAt ?? now) : undefined;
    const earlyMs = line.wantedAt === undefined ? 0 : Math.min(line.wantedAt + SHOWN_AFTER_MS - now, SHOWN_AFTER_MS);
    if (earlyMs > 0) return earlyMs;
    const renew = wanted.speaker !== undefined && (landed || now - (line.shown.speakerAt ?? 0) >= RENEW_MS);
    let failed = false;
    const isOther = wanted.speaker?.username !== line.shown.speaker?.username;
    const writing = wanted.agent === undefined ? "" : lastWords(words.of(thread, wanted.agent));
    const isNews = writing !== "" && writing !== line.shown.writing && now - (line.shown.calledAt ?? 0) >= WORDS_GAP_MS;
    // Words are a nicety: they take no call that somebody waits for.
    if (isOther || renew || (isNews && bucket.waitMs() === 0)) {
      line.shown = { ...line.shown, speaker: wanted.speaker, speakerAt: now, writing };
      failed = !(await showSpeaker(place, wanted, writing));
      if (!failed) await cameLate(store, { thread, over: closing.signal, clock });
      line.shown = { ...line.shown, calledAt: clock.now() };
    }
    if (failed) {
      line.shown = { ...line.shown, speaker: undefined, speakerAt: undefined };
      return wanted.speaker ? FAILED_MS : undefined;
    }
    if (!wanted.speaker) return undefined;
    return Math.max(Math.min(RENEW_MS, (line.landsAt ?? Infinity) - clock.now()), 1);
  }

  /** False when it should be tried again. */
  async function showSpeaker(place: Place, { speaker, turn, language }: Wanted, writing: string): Promise<boolean> {
    const where = { channel_id: place.channel, thread_ts: place.ts };
    const method = "assistant.threads.setStatus";
    if (!speaker) return (await call(method, { ...where, status: "" })) !== "failed";
    const t = await parts.languages.ofRun({ language });
    const does = writing === "" ? t("signs.text.thinking") : t("signs.text.writing", { words: writing });
    const loading_messages = [writing === "" ? t("signs.text.thinkingTurn", { turn: t.number(turn) }) : does];
    if (!unavailable.has(PERSONA)) {
      const outcome = await call(method, { ...where, status: does, loading_messages, ...speaker }, PERSONA);
      if (outcome !== "unavailable") return outcome === "ok";
    }
    // Without the scope for faces the line is the app's own, and names the agent.
    const agent = speaker.username;
    return (
      (await call(method, {
        ...where,
        status: writing === "" ? t("signs.text.thinkingAs", { agent }) : t("signs.text.writingAs", { agent, words: writing }),
        loading_messages: [t("signs.text.agentDoes", { agent, does })],
      })) !== "failed"
    );
  }

  /** `feature`: what to stop trying when Slack says that it is not to be had; the method itself by default. */
  async function call(
    method: string,
    args: { readonly [key: string]: unknown },
    feature = method,
  ): Promise<"ok" | "failed" | "unavailable"> {
    if (unavailable.has(method) || unavailable.has(feature)) return "unavailable";
    // Of many threads at once some show late who thinks; none is answered with a refusal that silences it for longer.
    if (!(await bucket.take(closing.signal))) return "failed";
    try {
      await web.write.apiCall(method, args);
      return "ok";
    } catch (error) {
      const code = slackErrorCode(error);
      if (isUnavailable(code) && !(feature === PERSONA && code === "unknown_method")) {
        unavailable.add(feature);
        log(`${feature} is not available here (${code}); Parley goes on without it`);
        return "unavailable";
      }
      if (code === "unknown_method") {
        unavailable.add(method);
        return "unavailable";
      }
      if (error instanceof WebAPIRateLimitedError) bucket.delay(error.retryAfter * 1_000);
      else log(`${method} did not work${code ? `: ${code}` : ""}`, code ? undefined : error);
      return "failed";
    }
  }

  return {
    start: (since) => sessions.start(since),
    lookAgain(thread) {
      sessions.lookAgain(thread);
      const line = lines.poke(thread);
      if (line) line.shown = { ...line.shown, speaker: ANYBODY };
    },
    settled: () => sessions.settled(),
    atWorkSince: () => sessions.atWorkSince(),
    async close() {
      unfollow();
      unfollowPosts();
      closing.abort();
      await Promise.all([sessions.close(), lines.close()]);
    },
  };
}

const PERSONA = "a persona in the status line";

/** What should be seen in a thread, as its log says. */
interface Wanted {
  readonly agent: string | undefined;
  readonly speaker: Persona | undefined;
  readonly turn: number;
  readonly language: string | undefined;
}

function want(transcript: Transcript, cards: readonly TeamCard[], isMember: (name: string) => boolean): Wanted {
  const run = currentRun(transcript);
  const agent = whoThinks(transcript);
  const card = cards.find(({ name }) => name === run.team) ?? { ...NO_CARD, name: run.team ?? "" };
  return {
    agent,
    speaker: agent === undefined ? undefined : persona(agent, card, isMember),
    turn: run.turns + 1,
    language: run.language,
  };
}

const whoThinks = (transcript: Transcript): string | undefined =>
  isWaiting(transcript) ? undefined : currentRun(transcript).openTurns.at(-1);

const NO_CARD: TeamCard = { name: "", description: "", agents: [], limits: { turns: 0, minutes: 0, tokens: 0, usd: 0 }, stopWords: [] };

/** What Slack was told last, and when. */
interface Shown {
  readonly speaker: Persona | undefined;
  readonly speakerAt: number | undefined;
  readonly calledAt: number | undefined;
  /** The words that stood in the line; empty without any. */
  readonly writing: string;
}

/** Whom another process may have shown: like nobody. */
const ANYBODY: Persona = { username: "", icon_emoji: "" };

const NOTHING: Shown = { speaker: undefined, speakerAt: undefined, calledAt: undefined, writing: "" };

/** Where the clock was set back, what is ahead of it would be waited for as long as it was set back by. */
function holdToClock(line: Line, now: number): void {
  const held = (at: number | undefined) => (at === undefined ? undefined : Math.min(at, now));
  line.wantedAt = held(line.wantedAt);
  line.dueAt = held(line.dueAt);
  line.landsAt = line.landsAt === undefined ? undefined : Math.min(line.landsAt, now + LANDED_MS);
  line.shown = { ...line.shown, speakerAt: held(line.shown.speakerAt), calledAt: held(line.shown.calledAt) };
}

/** A message that was made after Slack had shown the line lands after it too, and takes it away. */
const goesByItself = ({ shown, dueAt }: Line): boolean => dueAt !== undefined && dueAt > (shown.calledAt ?? Infinity);

interface Line {
  /** Who thought at the last look. */
  agent: string | undefined;
  shown: Shown;
  /** Since when somebody is to be shown where nobody is. */
  wantedAt: number | undefined;
  /** When a message was recorded last that is to land. */
  dueAt: number | undefined;
  /** One has, since the last look. */
  hasLanded: boolean;
  /** When a message of an agent's is expected to have landed. */
  landsAt: number | undefined;
}
