import type { RunEvent } from "../../engine/events/events.ts";
import { NOTHING_SPENT, spentIn, type Spent } from "../../engine/limits/usage.ts";
import { turnsAt } from "../../engine/reading/runs.ts";
import { messagesOfRun, currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { ForkWish } from "../../runner/runner.ts";
import { reasonIn } from "../language/limit-words.ts";
import type { Translator } from "../language/translator.ts";
import { safeLine, safeMrkdwn, withoutMarks } from "../words/escape.ts";
import { withoutStopWord } from "../../engine/reading/answer.ts";
import { ANSWER_CHARS_SHOWN, FOOTER_REASON_CHARS } from "../words/limits.ts";
import { runOf, type Of } from "./log-reading.ts";

type Forked = NonNullable<Of<"run.started">["forkedFrom"]>;

/** What a fork did by itself: its turns and its cost without those that it shares. */
export interface OwnPart {
  readonly shared: number;
  readonly turns: number;
  readonly spent: Spent;
}

/** `undefined` for a run that is no fork. */
export function ownPart(started: Of<"run.started">, transcript: Transcript): OwnPart | undefined {
  const { forkedFrom } = started;
  if (!forkedFrom) return undefined;
  const { state } = runOf(transcript, started.seq);
  const shared = turnsAt(transcript, forkedFrom.seq);
  const own = transcript.events.slice(forkedFrom.seq);
  return { shared, turns: state.turns - shared, spent: own.length === 0 ? NOTHING_SPENT : spentIn(own) };
}

/** `shares 3 turns · 2 turns, 1.2k tokens, $0.02 of its own`: small print of a fork. */
export function ownWords(t: Translator, { shared, turns, spent }: OwnPart): string {
  const facts = [
    t("units.text.turns", { count: turns }),
    ...(spent.usage.calls > 0 ? [t.tokens(spent.usage)] : []),
    t.cost(spent.usage, spent.priced),
  ];
  return t("cards.text.ownPart", { shared: t("units.text.turns", { count: shared }), facts: facts.filter(Boolean).join(", ") });
}

/** What parts a fork from the run it is made of. */
export function whatIsOther(
  t: Translator,
  { team, speaker, words = [], snapshot }: Pick<ForkWish, "team" | "speaker" | "words" | "snapshot">,
  teamBefore: string | undefined,
): string {
  const others = [
    ...(speaker === undefined ? [] : [t("lines.text.otherSpeaker", { agent: safeMrkdwn(speaker) })]),
    ...(team === teamBefore ? [] : [t("lines.text.otherTeam", { team: safeMrkdwn(team) })]),
    ...(words.length > 0 ? [t("lines.text.otherWords", { count: words.length })] : []),
    ...(snapshot === undefined ? [] : [t("lines.text.otherInstructions")]),
  ];
  return others.length > 0 ? t.clauses(others) : t("lines.text.sameTeam");
}

/** Where a fork parts from the run it was made of, and how both end: mrkdwn. `origin`: the log of that run's thread. */
export function partingOf(
  t: Translator,
  forkedFrom: Forked,
  { here, origin }: { readonly here: Transcript; readonly origin: Transcript },
  stopWords: readonly string[],
): string {
  const last = here.events.slice(0, forkedFrom.seq).findLast((event) => event.type === "message.posted");
  const turn = t.number(turnsAt(here, forkedFrom.seq));
  const end = (log: Transcript) => branch(t, runOf(log, forkedFrom.seq).events, forkedFrom.seq, stopWords);
  return [
    last?.type === "message.posted" && "agent" in last
      ? t("ends.text.partAfter", { turn, agent: safeMrkdwn(last.agent) })
      : t("ends.text.part", { turn }),
    t("ends.text.there", { team: safeMrkdwn(forkedFrom.team), what: end(origin) }),
    t("ends.text.here", { team: safeMrkdwn(currentRun(here).team ?? ""), what: end(here) }),
  ].join("\n");
}

/** One end: who was next and why, how it ended, and its last words. */
function branch(t: Translator, events: readonly RunEvent[], seq: number, stopWords: readonly string[]): string {
  const own = events.filter((event) => event.seq > seq);
  const next = own.find((event): event is Of<"speaker.selected"> => event.type === "speaker.selected");
  const ended = own.findLast((event): event is Of<"run.stopped"> => event.type === "run.stopped");
  const turns = own.filter((event) => event.type === "message.posted" && "agent" in event).length;
  const { usage, priced } = own.length === 0 ? NOTHING_SPENT : spentIn(own);
  const said = messagesOfRun({ events: [...events] }).findLast(
    (message) => message.seq > seq && message.type === "message.posted" && "agent" in message && message.model !== undefined,
  );
  const reason = next?.reason ? ` (${t("ends.text.quoted", { words: line(next.reason, FOOTER_REASON_CHARS) })})` : "";
  const answer = said && withoutStopWord(said.text, stopWords).replaceAll(/```[^]*?(?:```|$)/g, " … ");
  return [
    next ? `${t("ends.text.nextSpeaker", { agent: safeMrkdwn(next.agent) })}${reason}` : t("ends.text.nobodySpoke"),
    t("units.text.turns", { count: turns }),
    t.cost(usage, priced),
    ended ? line(t.clauses(ended.reasons.map((one) => reasonIn(t, one))) || ended.reason, ANSWER_CHARS_SHOWN) : t("ends.text.goesOn"),
    answer ? t("ends.text.quoted", { words: line(withoutMarks(answer), ANSWER_CHARS_SHOWN) }) : undefined,
  ]
    .filter(Boolean)
    .join(" · ");
}

const line = (text: string, charsMax: number): string => safeMrkdwn(safeLine(text, charsMax));
