import type { KnownBlock } from "@slack/types";
import type { RunEvent } from "../../engine/events/events.ts";
import { currentRun, type Transcript } from "../../engine/reading/transcript.ts";
import type { RunState } from "../../engine/reading/run-state.ts";
import { cachedShare } from "../../engine/limits/usage.ts";
import { actions, context, markdown, section, type Rendered } from "../words/blocks.ts";
import { reasonIn } from "../language/limit-words.ts";
import type { Translator } from "../language/translator.ts";
import { sourcesLine } from "../search/sources.ts";
import { summaryAtEnd, summaryCost } from "./summary-words.ts";
import { codeResults } from "./code-results.ts";
import { ownPart, ownWords, partingOf } from "./fork-words.ts";
import { dissentOf } from "./dissent.ts";
import { safeLine, safeMarkdown, safeMrkdwn, shorten, withoutMarks } from "../words/escape.ts";
import { answerOf, type Answer } from "../../engine/reading/answer.ts";
import { ANSWER_CHARS_MAX, ANSWER_CHARS_SHOWN, CARD_LINE_CHARS } from "../words/limits.ts";
import type { TeamCard } from "../../team-shelf.ts";
import { upTo, type Of, type OneTurn } from "./log-reading.ts";
import { feedbackButtons, nextButtons } from "./turn-footer.ts";

/** Why a run stopped, what came of it, who disagrees, what it cost, and what can be done next. */
export function renderEnd(
  t: Translator,
  stopped: Of<"run.stopped">,
  transcript: Transcript,
  team: TeamCard,
  origin?: Transcript,
): Rendered {
  const ended = upTo(transcript, stopped.seq);
  const summary = stopped.outcome === "stopped" ? undefined : summaryAtEnd(ended);
  const state = currentRun(ended);
  const started = ended.events[state.startIndex];
  const own = started?.type === "run.started" ? ownPart(started, ended) : undefined;
  const forkedFrom = started?.type === "run.started" ? started.forkedFrom : undefined;
  const parting = forkedFrom && origin ? [partingOf(t, forkedFrom, { here: ended, origin }, team.stopWords)] : [];
  // What a fork shares was counted where it happened.
  const facts = [
    ...(own && forkedFrom
      ? [ownWords(t, own), t.duration(state.elapsedMs - currentRun(upTo(ended, forkedFrom.seq)).elapsedMs)]
      : [t("units.text.turns", { count: state.turns }), ...spentAndTime(t, state)]),
    ...(summary?.usage ? [t("ends.text.forSummary", { cost: summaryCost(t, summary) })] : []),
  ].join(" · ");
  const { title, text, next } = endWords(t, stopped);
  const answer = answerOf(ended, team.stopWords);
  const isQuiet = ended.events.some((event) => event.type === "run.started" && event.run === stopped.run && event.turnsInFile);
  const ofRun = ended.events.slice(Math.max(0, state.startIndex));
  const isAbove = answer !== undefined && !isQuiet && isLastInThread(answer.seq, ended);
  const results =
    stopped.outcome === "stopped"
      ? undefined
      : codeResults(t, ofRun, [summary?.text, ...(isAbove || isQuiet ? [wordsAbove(ofRun, answer)] : [])].join("\n"));
  const dissent = dissentOf(t, ended, answer?.agent).map(({ agent, stance, words }) =>
    t(stance === "disagree" ? "ends.text.disagrees" : "ends.text.saysNoYes", { agent: safeMrkdwn(agent), words: line1(words) }),
  );
  const unread = unreadOf(t, ended);
  // Under the turn itself, where that is shown.
  const sources = answer && isQuiet && stopped.outcome !== "stopped" ? sourcesLine(t, answer.agent, ofRun, answer.text) : undefined;
  const shown = [
    // What stands right above is not said once more.
    ...(summary ? [markdown(t("ends.text.inShort", { words: safeMarkdown(summary.text) }))] : []),
    ...(answer && !isAbove && stopped.outcome !== "stopped" && (isQuiet || !summary) ? answerBlocks(answer, isQuiet) : []),
    ...(sources === undefined ? [] : [context(sources)]),
    ...(results ? [section(results)] : []),
    ...parting.map((words) => section(words)),
  ];
  const footer = context(`${facts} · ${next}`);
  return {
    kind: "message",
    text,
    plain: [
      title,
      ...(summary ? [t("ends.text.inShortPlain", { words: safeMrkdwn(summary.text) })] : []),
      ...(isQuiet && answer ? [safeMrkdwn(answer.text)] : []),
      ...(results ? [results] : []),
      ...parting,
      ...dissent,
      `${facts} · ${next}`,
    ].join("\n"),
    blocks: [
      section(title),
      ...shown,
      ...(dissent.length > 0 ? [section(dissent.join("\n"))] : []),
      ...(unread ? [context(unread)] : []),
      actions(...nextButtons(t, stopped.run, answer !== undefined)),
      feedbackButtons(t, stopped.run),
      footer,
    ],
    fallback: [
      section(title),
      ...shown,
      ...(dissent.length > 0 ? [section(dissent.join("\n"))] : []),
      ...(unread ? [context(unread)] : []),
      actions(...nextButtons(t, stopped.run, answer !== undefined)),
      footer,
    ],
  };
}

/** Under an answer that was all of its run: what the result would say and offer, in one line of small print and the same buttons. */
export function endUnder(
  t: Translator,
  { stopped, ended }: OneTurn,
): {
  readonly title: string;
  readonly spent: readonly string[];
  readonly next: string;
  readonly results: string | undefined;
  readonly buttons: readonly KnownBlock[];
} {
  const state = currentRun(ended);
  const ofRun = ended.events.slice(Math.max(0, state.startIndex));
  const { title, next } = endWords(t, stopped);
  return {
    title,
    spent: spentAndTime(t, state),
    next,
    results: codeResults(t, ofRun, ""),
    buttons: [actions(...nextButtons(t, stopped.run, true)), feedbackButtons(t, stopped.run)],
  };
}

/** What the models of a run have cost, as far as it is known, and how long it took. */
function spentAndTime(t: Translator, { usage, priced, elapsedMs }: RunState): readonly string[] {
  const [input, output] = [t.count(usage.inputTokens), t.count(usage.outputTokens)];
  const share = cachedShare(usage);
  const tokens = share
    ? t("ends.text.inCachedOut", { input, output, share: t.percent(Math.round(share * 100) / 100) })
    : t("ends.text.inOut", { input, output });
  const money = t.cost(usage, priced);
  return [
    ...(usage.calls > 0 ? [usage.estimated ? t("units.text.about", { what: tokens }) : tokens] : []),
    ...(money ? [money] : []),
    t.duration(elapsedMs),
  ];
}

/** `title`: how and why, in mrkdwn; `text`: the same for notifications. */
function endWords(t: Translator, stopped: Of<"run.stopped">): { readonly title: string; readonly text: string; readonly next: string } {
  const why = line1(t.clauses(stopped.reasons.map((one) => reasonIn(t, one))) || stopped.reason);
  const { title, word, next } = ENDS[stopped.outcome];
  return { title: t(title, { why }), text: t(word, { why }), next: t(next) };
}

/** Whether nothing was posted, and nobody spoke, since the turn that this event ended. Its files are part of it. */
const isLastInThread = (seq: number, { events }: Transcript): boolean => !events.slice(seq).some(({ type }) => SEEN_IN_THREAD.has(type));

const SEEN_IN_THREAD: ReadonlySet<RunEvent["type"]> = new Set([
  "message.posted",
  "handoff.made",
  "code.written",
  "approval.requested",
  "turn.failed",
  "run.resumed",
]);

/** The answer, and a turn of code alone that stands at the very end. */
function wordsAbove(events: readonly RunEvent[], answer: Answer | undefined): string {
  const last = events.findLast((event) => event.type === "message.posted");
  return [answer?.text, last?.type === "message.posted" ? last.text : ""].filter(Boolean).join("\n");
}

/** Where the turns are in the thread, its beginning, for whoever reads the card alone; where they are not, all of it. */
function answerBlocks({ agent, text }: Answer, isWhole: boolean): readonly KnownBlock[] {
  const name = `*${safeMrkdwn(agent)}:*`;
  if (isWhole) return [section(name), markdown(shorten(safeMarkdown(text), ANSWER_CHARS_MAX))];
  return [section(`>${name} ${safeMrkdwn(safeLine(withoutMarks(text.replaceAll(/```[^]*?(?:```|$)/g, " … ")), ANSWER_CHARS_SHOWN))}`)];
}

/** People whose words came after the last speaker had begun: nobody has read them. */
function unreadOf(t: Translator, transcript: Transcript): string | undefined {
  const read = transcript.events.findLastIndex((event) => UNREAD_AFTER.has(event.type));
  const late = transcript.events
    .slice(read + 1)
    .flatMap((event) => (event.type === "message.posted" && "person" in event && !event.answers ? [event.person.name] : []));
  const names = [...new Set(late)].map((name) => safeMrkdwn(name));
  return names.length > 0 ? t("ends.text.tooLate", { people: t.list(names), button: t("ends.button.continue") }) : undefined;
}

const UNREAD_AFTER: ReadonlySet<RunEvent["type"]> = new Set([
  "speaker.selected",
  "tool.returned",
  "tool.failed",
  "code.ran",
  "run.started",
]);

const ENDS = {
  done: { title: "ends.text.done", word: "ends.text.wordDone", next: "ends.text.goOn" },
  limit: { title: "ends.text.limit", word: "ends.text.wordLimit", next: "ends.text.goOnAnew" },
  stopped: { title: "ends.text.stopped", word: "ends.text.wordStopped", next: "ends.text.goOn" },
  failed: { title: "ends.text.failed", word: "ends.text.wordFailed", next: "ends.text.tryAgain" },
} as const satisfies { readonly [outcome in Of<"run.stopped">["outcome"]]: object };

/** One escaped line. */
const line1 = (text: string): string => safeMrkdwn(safeLine(text, CARD_LINE_CHARS));
